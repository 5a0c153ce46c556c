'use strict';
// Responses as streams: encodings, pipes, iteration, finished and pipeline.
const assert = require('node:assert');
const { PassThrough, Readable, Writable, finished, pipeline } = require('node:stream');
const promises = require('node:stream/promises');
const { pattern, turn } = require('../support/events');
const { responseOf, untilEvent } = require('./observe');
const { onEveryWay, onOneWay } = require('./ways');

const BEGUN = 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nbegun';

/** A response that has begun, and its server's end. */
async function begun({ accept, get }, options) {
  const req = get({ ...options });
  const peer = await accept();
  await peer.request();
  peer.send(BEGUN);
  return { req, res: await responseOf(req), peer };
}

function collector() {
  const chunks = [];
  const sink = new Writable({
    write(chunk, _encoding, callback) {
      chunks.push(chunk);
      setImmediate(callback);
    },
  });
  sink.content = () => Buffer.concat(chunks);
  return sink;
}

onEveryWay('setEncoding() joins characters that were cut', async ({ accept, get }) => {
  const req = get({});
  const peer = await accept();
  await peer.request();
  const bytes = Buffer.from('aü€😀z');
  peer.send(`HTTP/1.1 200 OK\r\nContent-Length: ${bytes.length}\r\n\r\n`);
  const res = await responseOf(req);
  res.setEncoding('utf8');
  const texts = [];
  res.on('data', (text) => texts.push(text));
  const ended = untilEvent(res, 'end');
  for (const byte of bytes) {
    peer.send(Buffer.from([byte]));
    await turn();
  }
  await ended;
  assert.strictEqual(texts.join(''), 'aü€😀z');
  assert.ok(texts.every((text) => typeof text === 'string'));
});

onEveryWay('pipe() to something slow', async ({ get, serve }) => {
  const content = pattern(500_000);
  serve((_req, res) => res.end(content));
  const sink = collector();
  (await responseOf(get({}))).pipe(sink);
  await untilEvent(sink, 'finish');
  assert.ok(sink.content().equals(content));
});

onEveryWay('pipeline()', async ({ get, serve }) => {
  const content = pattern(500_000);
  serve((_req, res) => res.end(content));
  const sink = collector();
  const res = await responseOf(get({}));
  await promises.pipeline(res, new PassThrough(), sink);
  assert.ok(sink.content().equals(content));
});

onEveryWay('pipeline() tells that the connection was lost', async (world) => {
  const { res, peer } = await begun(world);
  const done = new Promise((resolve) => pipeline(res, collector(), resolve));
  peer.end();
  const { code, message } = await done;
  assert.deepStrictEqual([code, message], ['ECONNRESET', 'aborted']);
});

onEveryWay('pipeline() to a failing sink destroys the request', async (world) => {
  const { req, res, peer } = await begun(world);
  const closed = untilEvent(req, 'close');
  const mine = new Error('mine');
  const sink = new Writable({ write: (_chunk, _encoding, callback) => callback(mine) });
  req.on('error', () => {});
  await assert.rejects(promises.pipeline(res, sink), mine);
  await closed;
  await peer.untilClosed();
});

onEveryWay('finished() on a complete response', async ({ get, serve }) => {
  serve((_req, res) => res.end('content'));
  const res = await responseOf(get({}));
  const done = promises.finished(res);
  res.resume();
  await done;
  assert.strictEqual(res.readableEnded, true);
  await promises.finished(res);
});

onEveryWay('finished() on a response that was lost', async (world) => {
  const { res, peer } = await begun(world);
  const done = promises.finished(res);
  res.resume();
  peer.end();
  await assert.rejects(done, { code: 'ECONNRESET' });
});

onEveryWay('finished() on the request', async ({ accept, request }) => {
  const req = request({ method: 'POST' });
  const done = new Promise((resolve) => finished(req, resolve));
  req.on('response', (res) => res.resume());
  req.end('content');
  const peer = await accept();
  await peer.request();
  peer.answer('x');
  assert.strictEqual(await done, undefined);
});

onEveryWay('finished() on a request that failed', async ({ accept, request }) => {
  const req = request({ method: 'POST' });
  req.on('error', () => {});
  const done = new Promise((resolve) => finished(req, resolve));
  req.write('content');
  const peer = await accept();
  await peer.head();
  peer.end();
  assert.strictEqual((await done).code, 'ECONNRESET');
});

onEveryWay('async iteration', async ({ get, serve }) => {
  const content = pattern(300_000);
  serve((_req, res) => res.end(content));
  const chunks = [];
  for await (const chunk of await responseOf(get({}))) chunks.push(chunk);
  assert.ok(Buffer.concat(chunks).equals(content));
});

onEveryWay('leaving an iteration ends the connection', async (world) => {
  const { req, res, peer } = await begun(world);
  const closed = untilEvent(req, 'close');
  for await (const chunk of res) {
    assert.strictEqual(chunk.toString(), 'begun');
    break;
  }
  await closed;
  await peer.untilClosed();
  assert.strictEqual(res.destroyed, true);
});

onEveryWay('an iteration rejects when the connection is lost', async (world) => {
  const { res, peer } = await begun(world);
  const all = async () => {
    for await (const chunk of res) {
      assert.strictEqual(chunk.toString(), 'begun');
      peer.end();
    }
  };
  await assert.rejects(all(), { code: 'ECONNRESET', message: 'aborted' });
});

onEveryWay("'readable' and read(n)", async ({ get, serve }) => {
  serve((_req, res) => res.end('0123456789'));
  const res = await responseOf(get({}));
  const pieces = [];
  res.on('readable', () => {
    for (let piece = res.read(3); piece !== null; piece = res.read(3)) pieces.push(`${piece}`);
  });
  await untilEvent(res, 'end');
  assert.strictEqual(pieces.join(''), '0123456789');
  assert.strictEqual(pieces[0], '012');
});

onEveryWay('pause() and resume() in the middle', async ({ accept, get }) => {
  const req = get({});
  const peer = await accept();
  await peer.request();
  peer.send('HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabc');
  const res = await responseOf(req);
  const texts = [];
  res.on('data', (chunk) => texts.push(`${chunk}`));
  await untilEvent(res, 'data');
  res.pause();
  assert.strictEqual(res.isPaused(), true);
  peer.send('def');
  for (let i = 0; i < 5; i++) await turn();
  assert.deepStrictEqual(texts, ['abc']);
  const ended = untilEvent(res, 'end');
  res.resume();
  await ended;
  assert.deepStrictEqual(texts, ['abc', 'def']);
});

onEveryWay('a piped request and a piped response', async ({ request, serve }) => {
  serve((req, res) => req.pipe(res));
  const content = pattern(400_000);
  const req = request({ method: 'POST' });
  Readable.from([content.subarray(0, 1000), content.subarray(1000)]).pipe(req);
  const sink = collector();
  await promises.pipeline(await responseOf(req), sink);
  assert.ok(sink.content().equals(content));
});

onEveryWay('as a web stream', async ({ get, serve }) => {
  serve((_req, res) => res.end('content'));
  const res = await responseOf(get({}));
  const text = await new Response(Readable.toWeb(res)).text();
  assert.strictEqual(text, 'content');
});

onOneWay('a signal ends the reading', async (world) => {
  const controller = new AbortController();
  const { req, res, peer } = await begun(world, { signal: controller.signal });
  const error = untilEvent(res, 'error');
  const ofRequest = untilEvent(req, 'error');
  controller.abort();
  assert.strictEqual((await ofRequest).name, 'AbortError');
  assert.strictEqual((await error).code, 'ECONNRESET');
  await peer.untilClosed();
});
