'use strict';
// Who drives the sockets: the event loop while there is little to do. How the lead is given to an I/O thread
// and back is tested beside its code (`src/io/javascript_lead.rs`, `src/io/leader_policy.rs`).
// @alone
const assert = require('node:assert');
const { once } = require('node:events');
const net = require('node:net');
const { test } = require('node:test');
// From its files, so that the module and this test share one of them.
process.env.RUST_HTTP_BUNDLE = 'off';
const { listen } = require('../support/listening');
const native = require('../../lib/wire/loop');

const limit = { timeout: 60_000 };
const REQUEST = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';

test('the event loop drives what there is little of', limit, async (t) => {
  const server = await listen(t, (_req, res) => res.end('hi'));
  if (native.io === undefined) return t.skip('without native sockets JavaScript always drives');
  const socket = net.connect(server.address().port, '127.0.0.1');
  for (let i = 0; i < 20; i++) {
    socket.write(REQUEST);
    await once(socket, 'data');
    assert.strictEqual(server.stats().driver, 'javascript');
  }
  socket.destroy();
});

test('a blocked event loop has its timeouts when it is free', limit, async (t) => {
  const server = await listen(t, (_req, res) => res.end('hi'));
  server.timeout = 20;
  const socket = net.connect(server.address().port, '127.0.0.1');
  await once(server, 'connection');
  const told = once(server, 'timeout');
  const end = Date.now() + 200;
  while (Date.now() < end);
  await told;
  socket.destroy();
});
