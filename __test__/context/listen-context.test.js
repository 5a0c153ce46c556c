'use strict';
// In whose async context a server's connections and requests are: that of the call of `listen()`.
const assert = require('node:assert');
const { AsyncLocalStorage } = require('node:async_hooks');
const { once } = require('node:events');
const net = require('node:net');
const { test } = require('node:test');
const http = require('../support/subject');

const limit = { timeout: 15_000 };
const storage = new AsyncLocalStorage();

/** Listens in the store `name`, or in none; resolves to what connection and request handlers see. */
async function seenBy(t, name) {
  const seen = [];
  const server = http.createServer((req, res) => {
    seen.push(storage.getStore());
    req.on('end', () => seen.push(storage.getStore())).resume();
    res.end();
  });
  server.on('connection', () => seen.push(storage.getStore()));
  if (name === undefined) server.listen(0, '127.0.0.1');
  else storage.run(name, () => server.listen(0, '127.0.0.1'));
  t.after(() => server.close());
  await once(server, 'listening');
  const socket = net.connect(server.address().port, '127.0.0.1');
  socket.end('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n').resume();
  await once(socket, 'close');
  return seen;
}

test('each server has the context of its own listen()', limit, async (t) => {
  for (const name of ['first', undefined, 'second'])
    assert.deepStrictEqual(await seenBy(t, name), [name, name, name]);
});

test('a request that came first leaves its context to nobody', limit, async (t) => {
  const server = http.createServer((_req, res) => res.end()).listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  const { port } = server.address();
  const req = storage.run('asking', () => http.get({ host: '127.0.0.1', port, agent: false }));
  const [res] = await once(req, 'response');
  res.resume();
  await once(res, 'close');
  assert.deepStrictEqual(await seenBy(t), [undefined, undefined, undefined]);
});
