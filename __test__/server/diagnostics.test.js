'use strict';
// diagnostics_channel and NODE_DEBUG.
const assert = require('node:assert');
const dc = require('node:diagnostics_channel');
const { test } = require('node:test');
const { runProgram } = require('../support/child');
const http = require('../support/subject');
const { turn } = require('../support/events');
const { newerThanHost } = require('../support/mode');
const { onBoth } = require('../support/transports');

const get = (path = '/') => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;

/** Notes what is published on `names` until the test ends. */
function watch(t, names) {
  const log = [];
  for (const name of names) {
    const listener = (message) => log.push([name, message]);
    dc.subscribe(name, listener);
    t.after(() => dc.unsubscribe(name, listener));
  }
  return log;
}

onBoth('start and finish of a request are published', async ({ connect, t }) => {
  const log = watch(t, ['http.server.request.start', 'http.server.response.finish']);
  const seen = [];
  const server = http.createServer((req, res) => {
    seen.push([req, res, log.length]);
    res.end('x');
  });
  const client = await connect(server);
  await client.exchange(get());
  while (log.length < 2) await turn();
  const [[req, res, before]] = seen;
  assert.strictEqual(before, 1);
  assert.deepStrictEqual(
    log.map(([name]) => name),
    ['http.server.request.start', 'http.server.response.finish'],
  );
  for (const [, message] of log) {
    assert.strictEqual(message.request, req);
    assert.strictEqual(message.response, res);
    assert.strictEqual(message.socket, req.socket);
    assert.strictEqual(message.server, server);
  }
});

const created = { skip: newerThanHost(22, 12) };

onBoth('the making of a response is published once', created, async ({ connect, t }) => {
  const log = watch(t, ['http.server.response.created', 'http.server.request.start']);
  const server = http.createServer((_req, res) => res.end('x'));
  const client = await connect(server);
  await client.exchange(get());
  assert.deepStrictEqual(
    log.map(([name]) => name),
    ['http.server.response.created', 'http.server.request.start'],
  );
  const [[, { request, response }]] = log;
  assert.ok(request instanceof http.IncomingMessage);
  assert.ok(response instanceof http.ServerResponse);
  assert.strictEqual(request.url, '/');
});

onBoth('channels publish for each of many requests', async ({ connect, t }) => {
  const log = watch(t, ['http.server.request.start', 'http.server.response.finish']);
  const server = http.createServer((_req, res) => res.end('x'));
  const client = await connect(server);
  for (let i = 0; i < 5; i++) await client.exchange(get(`/${i}`));
  while (log.length < 10) await turn();
  const urls = (name) => log.filter(([n]) => n === name).map(([, m]) => m.request.url);
  const expected = ['/0', '/1', '/2', '/3', '/4'];
  assert.deepStrictEqual(urls('http.server.request.start'), expected);
  assert.deepStrictEqual(urls('http.server.response.finish'), expected);
});

test('NODE_DEBUG=http prints what happens', { timeout: 60_000 }, async (t) => {
  const program = `
    const server = http.createServer((req, res) => { res.write('x'); res.end('y'); });
    server.listen(0, '127.0.0.1', () => {
      const client = require('net').connect(server.address().port, '127.0.0.1');
      client.end('GET / HTTP/1.1\\r\\nHost: a\\r\\nConnection: close\\r\\n\\r\\n');
      client.resume().on('close', () => server.close());
    });`;
  const loud = await runProgram(t, program, { env: { NODE_DEBUG: 'http' } });
  assert.strictEqual(loud.code, 0, loud.stderr);
  assert.match(loud.stderr, /^HTTP \d+: /m);
  assert.match(loud.stderr, /outgoing message end/);
  const quiet = await runProgram(t, program);
  assert.strictEqual(quiet.stderr, '');
});
