'use strict';
// Web streams and AbortSignals on a client's requests and responses.
const assert = require('node:assert');
const { once } = require('node:events');
const { addAbortSignal, Readable, Writable } = require('node:stream');
const { test } = require('node:test');
const http = require('../support/subject');
const { contentOf, pattern } = require('../support/events');
const { serve } = require('./node-server');

const limit = { timeout: 60_000 };
const responseTo = (req) =>
  new Promise((resolve, reject) => req.on('response', resolve).on('error', reject));
const echo = (req, res) => req.pipe(res);
const never = () => {};
const begin = (_req, res) => res.write('begun');

test('a response as a ReadableStream', limit, async (t) => {
  const options = await serve(t, (_req, res) => res.end(pattern(500_000)));
  const res = await responseTo(http.get(options));
  const content = await new Response(Readable.toWeb(res)).arrayBuffer();
  assert.ok(Buffer.from(content).equals(pattern(500_000)));
});

test('cancelling the ReadableStream closes the connection', limit, async (t) => {
  const options = await serve(t, begin);
  const closed = new Promise((resolve) => {
    options.server.once('connection', (socket) => socket.on('close', resolve));
  });
  const res = await responseTo(http.get(options));
  res.on('error', () => {});
  const reader = Readable.toWeb(res).getReader();
  assert.strictEqual(Buffer.from((await reader.read()).value).toString(), 'begun');
  reader.cancel().catch(() => {});
  await closed;
  assert.ok(res.destroyed);
});

test('a request as a WritableStream', limit, async (t) => {
  const options = await serve(t, echo);
  const req = http.request({ ...options, method: 'POST' });
  const answered = responseTo(req);
  const writer = Writable.toWeb(req).getWriter();
  await writer.write('one,');
  await writer.write(Buffer.from('two'));
  writer.close();
  assert.strictEqual(String(await contentOf(await answered)), 'one,two');
});

test('a ReadableStream piped into a request', limit, async (t) => {
  const options = await serve(t, echo);
  const req = http.request({ ...options, method: 'POST' });
  const answered = responseTo(req);
  new Response(pattern(300_000)).body.pipeTo(Writable.toWeb(req));
  assert.ok((await contentOf(await answered)).equals(pattern(300_000)));
});

test('the signal option, before the answer', limit, async (t) => {
  const options = await serve(t, never);
  const controller = new AbortController();
  const req = http.get({ ...options, signal: controller.signal });
  await once(options.server, 'request');
  controller.abort();
  const [error] = await once(req, 'error');
  assert.deepStrictEqual([error.name, error.code], ['AbortError', 'ABORT_ERR']);
  assert.ok(req.destroyed);
});

test('the signal option, within the answer', limit, async (t) => {
  const options = await serve(t, begin);
  const controller = new AbortController();
  const req = http.get({ ...options, signal: controller.signal }).on('error', () => {});
  const res = await responseTo(req);
  res.once('data', () => controller.abort());
  const [error] = await once(res, 'error');
  assert.ok(['ABORT_ERR', 'ECONNRESET'].includes(error.code), error.stack);
  assert.ok(req.destroyed && res.destroyed);
});

test('a signal with a reason', limit, async (t) => {
  const options = await serve(t, never);
  const controller = new AbortController();
  const req = http.get({ ...options, signal: controller.signal });
  await once(options.server, 'request');
  const reason = new Error('changed my mind');
  controller.abort(reason);
  const [error] = await once(req, 'error');
  assert.deepStrictEqual([error.name, error.cause], ['AbortError', reason]);
});

test('a signal that was aborted before sends nothing', limit, async (t) => {
  let requests = 0;
  const options = await serve(t, (_req, res) => {
    requests++;
    res.end();
  });
  const req = http.get({ ...options, signal: AbortSignal.abort() });
  const [error] = await once(req, 'error');
  assert.strictEqual(error.code, 'ABORT_ERR');
  await contentOf(await responseTo(http.get(options)));
  assert.strictEqual(requests, 1);
});

test('a signal that is aborted afterwards does nothing', limit, async (t) => {
  const options = await serve(t, (_req, res) => res.end('complete'));
  const agent = new http.Agent({ keepAlive: true });
  t.after(() => agent.destroy());
  const controller = new AbortController();
  const req = http.get({ ...options, agent, signal: controller.signal });
  const res = await responseTo(req);
  assert.strictEqual(String(await contentOf(res)), 'complete');
  if (!req.closed) await once(req, 'close');
  controller.abort();
  // The connection is still good for the next one.
  const next = http.get({ ...options, agent });
  assert.strictEqual(String(await contentOf(await responseTo(next))), 'complete');
  assert.strictEqual(next.reusedSocket, true);
});

test('AbortSignal.timeout() ends a request that is not answered', limit, async (t) => {
  const options = await serve(t, never);
  const req = http.get({ ...options, signal: AbortSignal.timeout(20) });
  const [error] = await once(req, 'error');
  assert.strictEqual(error.name, 'AbortError');
  assert.strictEqual(error.cause.name, 'TimeoutError');
});

test('addAbortSignal on a response', limit, async (t) => {
  const options = await serve(t, begin);
  const controller = new AbortController();
  const res = await responseTo(http.get(options));
  addAbortSignal(controller.signal, res);
  const reading = (async () => {
    for await (const _ of res) controller.abort();
  })();
  await assert.rejects(reading, { name: 'AbortError' });
  assert.ok(res.destroyed);
});

test('one signal for many requests', limit, async (t) => {
  const options = await serve(t, never);
  const controller = new AbortController();
  const { signal } = controller;
  const requests = Array.from({ length: 9 }, () => http.get({ ...options, signal }));
  const errors = Promise.all(requests.map((req) => once(req, 'error')));
  await once(options.server, 'request');
  controller.abort();
  for (const [error] of await errors) assert.strictEqual(error.code, 'ABORT_ERR');
});
