'use strict';
// finished(), pipeline() and compose() with a client's requests and responses.
const assert = require('node:assert');
const { compose, finished, PassThrough, pipeline, Readable, Transform } = require('node:stream');
const { pipeline: pipelinePromise } = require('node:stream/promises');
const http = require('../support/subject');
const { contentOf, pattern } = require('../support/events');
const { test } = require('node:test');
const { serve } = require('./node-server');

const limit = { timeout: 60_000 };

/** A promise of the argument that finished()'s callback gets. */
const ending = (stream, options = {}) =>
  new Promise((resolve) => finished(stream, options, resolve));

const responseTo = (req) =>
  new Promise((resolve, reject) => req.on('response', resolve).on('error', reject));

const untilClosed = async (stream) => {
  if (!stream.closed) await new Promise((resolve) => stream.on('close', resolve));
};

const echo = (req, res) => req.pipe(res);

test('a request and a response that are complete', limit, async (t) => {
  const options = await serve(t, echo);
  for (let i = 0; i < 3; i++) {
    const req = http.request({ ...options, method: 'POST' });
    const ends = [ending(req)];
    req.end('content');
    const res = await responseTo(req);
    ends.push(ending(res));
    assert.strictEqual((await contentOf(res)).toString(), 'content');
    assert.deepStrictEqual(await Promise.all(ends), [undefined, undefined]);
    assert.deepStrictEqual([await ending(req), await ending(res)], [undefined, undefined]);
  }
});

test('a connection that breaks before the answer', limit, async (t) => {
  const options = await serve(t, (req) => req.socket.destroy());
  const req = http.get(options).on('error', () => {});
  assert.strictEqual((await ending(req)).code, 'ECONNRESET');
});

test('a connection that breaks within the answer', limit, async (t) => {
  const options = await serve(t, (_req, res) => {
    res.writeHead(200, { 'Content-Length': 100 });
    res.write('begun');
  });
  const req = http.get({ ...options, path: '/' });
  const res = await responseTo(req);
  res.once('data', () => options.server.closeAllConnections());
  const error = await ending(res);
  assert.strictEqual(error.code, 'ECONNRESET');
  assert.strictEqual(error.message, 'aborted');
  assert.strictEqual(res.complete, false);
});

test('a stream into a request, its answer into another', limit, async (t) => {
  const options = await serve(t, echo);
  const content = pattern(2_000_000);
  const req = http.request({ ...options, method: 'POST' });
  const answered = responseTo(req);
  const sent = pipelinePromise(Readable.from(pieces(content, 50_000)), req);
  const received = new PassThrough({ highWaterMark: 1000 });
  const read = contentOf(received);
  await pipelinePromise(await answered, received);
  await sent;
  assert.ok((await read).equals(content));
});

function* pieces(content, size) {
  for (let at = 0; at < content.length; at += size) yield content.subarray(at, at + size);
}

test('a source that fails destroys the request', limit, async (t) => {
  const aborted = new Promise((resolve) => {
    t.server = serve(t, (req) => req.on('error', (error) => resolve(error.code)));
  });
  const options = await t.server;
  const cause = new Error('the source is broken');
  const source = new Readable({ read() {} });
  const req = http.request({ ...options, method: 'POST' }).on('error', () => {});
  const done = new Promise((resolve) => pipeline(source, req, resolve));
  source.push('begun');
  await new Promise((resolve) => options.server.once('request', resolve));
  source.destroy(cause);
  assert.strictEqual(await done, cause);
  assert.ok(req.destroyed);
  assert.strictEqual(await aborted, 'ECONNRESET');
});

test('a sink that fails destroys the response and its connection', limit, async (t) => {
  const options = await serve(t, (_req, res) => res.write('endless'));
  const closed = new Promise((resolve) => {
    options.server.once('connection', (socket) => socket.on('close', resolve));
  });
  const cause = new Error('the disk is full');
  const res = await responseTo(http.get(options));
  const sink = new Transform({
    transform(_chunk, _encoding, callback) {
      callback(cause);
    },
  });
  const error = await new Promise((resolve) => pipeline(res, sink, resolve));
  assert.strictEqual(error, cause);
  await closed;
  await untilClosed(res);
  assert.strictEqual(res.aborted, true);
});

test('an AbortSignal ends the pipeline', limit, async (t) => {
  const options = await serve(t, (_req, res) => res.write('endless'));
  const controller = new AbortController();
  const res = await responseTo(http.get(options));
  res.once('data', () => controller.abort());
  const reading = pipelinePromise(res, new PassThrough().resume(), { signal: controller.signal });
  const error = await reading.catch((reason) => reason);
  assert.ok(['ABORT_ERR', 'ECONNRESET'].includes(error.code), error.stack);
  await untilClosed(res);
  assert.strictEqual(res.complete, false);
});

test('a response composed with a transform', limit, async (t) => {
  const options = await serve(t, (_req, res) => res.end('text'));
  const upper = new Transform({
    transform(chunk, _encoding, callback) {
      callback(null, chunk.toString().toUpperCase());
    },
  });
  const res = await responseTo(http.get(options));
  assert.strictEqual((await contentOf(compose(res, upper))).toString(), 'TEXT');
});

test('a response as the source of an async function', limit, async (t) => {
  const options = await serve(t, (_req, res) => res.end('text'));
  const res = await responseTo(http.get(options));
  const text = await pipelinePromise(res, async (source) => String(await contentOf(source)));
  assert.strictEqual(text, 'text');
});

test('one response into two requests', limit, async (t) => {
  const options = await serve(t, (req, res) =>
    req.method === 'GET' ? res.end('shared') : req.pipe(res),
  );
  const source = await responseTo(http.get(options));
  const answers = ['/1', '/2'].map(async (path) => {
    const req = http.request({ ...options, method: 'PUT', path });
    const answered = responseTo(req);
    source.pipe(req);
    return String(await contentOf(await answered));
  });
  assert.deepStrictEqual(await Promise.all(answers), ['shared', 'shared']);
});
