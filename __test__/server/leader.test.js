'use strict';
// Who drives the sockets: the event loop while there is little to do, an I/O thread under load.
const assert = require('node:assert');
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const net = require('node:net');
const { test } = require('node:test');
const http = require('../..');
const native = require('../../lib/wire/loop');

const limit = { timeout: 60_000 };
const REQUEST = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';

async function listen(t, listener) {
  const server = http.createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return server;
}

/** A process whose clients ask as fast as they get answers, until it is ended. */
function flood(t, port, clients) {
  const program = `
    const net = require('node:net');
    for (let i = 0; i < ${clients}; i++) {
      const socket = net.connect(${port}, '127.0.0.1');
      const ask = () => socket.write(${JSON.stringify(REQUEST.repeat(16))});
      let answers = 0;
      socket.on('connect', ask);
      socket.on('error', () => {});
      socket.on('data', (data) => {
        answers += data.toString('latin1').split('HTTP/1.1 200').length - 1;
        if (answers >= 16) { answers -= 16; ask(); }
      });
    }
    setTimeout(() => process.exit(), 40_000);`;
  const child = spawn(process.execPath, ['-e', program], { stdio: 'inherit' });
  t.after(() => child.kill());
  return child;
}

/** Asks every few milliseconds until `server` is driven by `driver`. */
async function drivenBy(server, driver) {
  const socket = net.connect(server.address().port, '127.0.0.1');
  socket.resume();
  socket.on('error', () => {});
  while (server.stats().driver !== driver) {
    socket.write(REQUEST);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  socket.destroy();
}

test('an I/O thread drives under load, and leaves again', limit, async (t) => {
  // The handlers have more to do than those who ask.
  const server = await listen(t, (_req, res) => {
    const end = performance.now() + 0.1;
    while (performance.now() < end);
    res.end('hi');
  });
  if (native.io === undefined) return t.skip('without native sockets JavaScript always drives');
  assert.strictEqual(server.stats().driver, 'javascript');
  const child = flood(t, server.address().port, 100);
  await drivenBy(server, 'io-thread');
  child.kill();
  await once(child, 'exit');
  await drivenBy(server, 'javascript');
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
