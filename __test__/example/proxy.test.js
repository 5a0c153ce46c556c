/** The proxy example: requests by absolute target, tunnels, and what it refuses. */
'use strict';

const assert = require('node:assert');
const { once } = require('node:events');
const http = require('node:http');
const https = require('node:https');
const net = require('node:net');
const { test } = require('node:test');
const { cert, key } = require('../agent/tls-fixture');
const { contentOf, pattern } = require('../support/events');
const { launch } = require('./launch');

const limit = { timeout: 60_000 };

async function withProxy(t) {
  const example = await launch('proxy.js');
  t.after(() => example.stop('SIGKILL'));
  return { port: new URL(example.url).port, host: '127.0.0.1', agent: false };
}

async function listen(t, server) {
  server.listen(0, '127.0.0.1');
  t.after(() => {
    server.close();
    server.closeAllConnections?.();
  });
  await once(server, 'listening');
  return server.address().port;
}

async function send(options, content) {
  const req = http.request(options).end(content);
  const [res] = await once(req, 'response');
  return { res, content: await contentOf(res) };
}

/** A tunnel through the proxy: its socket. */
async function tunnel(proxy, path) {
  const req = http.request({ ...proxy, method: 'CONNECT', path }).end();
  const [event, res, socket] = await Promise.race([
    once(req, 'connect').then((args) => ['connect', ...args]),
    once(req, 'response').then((args) => ['response', ...args]),
  ]);
  assert.strictEqual(event, 'connect');
  return { res, socket };
}

test('plain requests go where their target says', limit, async (t) => {
  const proxy = await withProxy(t);
  const target = http.createServer((req, res) => {
    res.setHeader('X-Seen', Object.keys(req.headers).sort().join());
    res.setHeader('X-Target', req.url);
    req.pipe(res);
  });
  const base = `http://127.0.0.1:${await listen(t, target)}`;
  const headers = {
    Host: new URL(base).host,
    Connection: 'close, X-Secret',
    'Proxy-Authorization': 'no',
    'X-Secret': '1',
    'X-Kept': '1',
  };
  const content = pattern(300_000);
  const sent = await send({ ...proxy, method: 'PUT', path: `${base}/a?b`, headers }, content);
  assert.ok(sent.content.equals(content));
  assert.strictEqual(sent.res.headers['x-target'], '/a?b');
  const seen = sent.res.headers['x-seen'].split(',');
  assert.ok(seen.includes('x-kept') && seen.includes('host'));
  assert.ok(!seen.includes('x-secret') && !seen.includes('proxy-authorization'), `${seen}`);
  const got = await send({ ...proxy, path: `${base}/` });
  assert.deepStrictEqual([got.res.statusCode, got.content.length], [200, 0]);
});

test('tunnels carry bytes both ways, and TLS', limit, async (t) => {
  const proxy = await withProxy(t);
  const echo = net.createServer((socket) => socket.pipe(socket));
  const { socket } = await tunnel(proxy, `127.0.0.1:${await listen(t, echo)}`);
  const content = pattern(500_000);
  socket.end(content);
  assert.ok((await contentOf(socket)).equals(content));

  const secure = https.createServer({ cert, key }, (_req, res) => res.end('over a tunnel'));
  const port = await listen(t, secure);
  const inner = await tunnel(proxy, `127.0.0.1:${port}`);
  const options = { socket: inner.socket, ca: cert, agent: false, host: '127.0.0.1' };
  const [res] = await once(https.get(options), 'response');
  assert.strictEqual(String(await contentOf(res)), 'over a tunnel');
});

test('what it cannot do, it says', limit, async (t) => {
  const proxy = await withProxy(t);
  assert.strictEqual((await send({ ...proxy, path: '/relative' })).res.statusCode, 400);
  assert.strictEqual((await send({ ...proxy, path: 'ftp://a/' })).res.statusCode, 400);
  const closed = net.createServer();
  const port = await listen(t, closed);
  await new Promise((resolve) => closed.close(resolve));
  const refused = await send({ ...proxy, path: `http://127.0.0.1:${port}/` });
  assert.strictEqual(refused.res.statusCode, 502);
  assert.strictEqual((await tunnel(proxy, `127.0.0.1:${port}`)).res.statusCode, 502);
  assert.strictEqual((await tunnel(proxy, 'nowhere')).res.statusCode, 400);
});
