'use strict';
// Worker threads that end while sockets are handed over: upgrades and tunnels, on both sides.
// @timeout 180
const assert = require('node:assert');
const { once } = require('node:events');
const net = require('node:net');
const { test } = require('node:test');
const { Worker } = require('node:worker_threads');
const { subject } = require('../support/child');

const limit = { timeout: 60_000 };
const UPGRADE = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n';
const CONNECT = 'CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n';

/** Echoes over what was handed over. */
const echoing = `
  const { parentPort } = require('worker_threads');
  const http = require(${JSON.stringify(subject)});
  const server = http.createServer();
  const echo = (head) => (_req, socket) => {
    socket.on('error', () => {});
    socket.write(head + '\\r\\n\\r\\n');
    socket.pipe(socket);
  };
  server.on('upgrade', echo('HTTP/1.1 101 Switching Protocols\\r\\nConnection: Upgrade\\r\\nUpgrade: echo'));
  server.on('connect', echo('HTTP/1.1 200 Connection Established'));
  server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));`;

/** Upgrades to the server of `workerData`, and tells once something came back. */
const upgrading = `
  const { parentPort, workerData } = require('worker_threads');
  const http = require(${JSON.stringify(subject)});
  const ask = (options) => new Promise((resolve) => {
    const req = http.request({ ...workerData, ...options });
    const onSocket = (_res, socket) => {
      socket.on('error', () => {}).once('data', resolve);
      socket.on('data', (chunk) => socket.write(chunk));
      socket.write('ping');
    };
    req.on('error', () => {}).on('upgrade', onSocket).on('connect', onSocket).end();
  });
  Promise.all([
    ask({ headers: { Connection: 'Upgrade', Upgrade: 'echo' } }),
    ask({ method: 'CONNECT', path: 'a:1' }),
  ]).then(() => parentPort.postMessage('open'));`;

function start(t, text, workerData) {
  const worker = new Worker(text, { eval: true, workerData });
  t.after(() => worker.terminate());
  return worker;
}

/** A socket that was handed over, its first echo received; `closed` is when it ends. */
async function handedOver(t, port, head) {
  const socket = net.connect(port, '127.0.0.1');
  t.after(() => socket.destroy());
  socket.on('error', () => {});
  const closed = new Promise((resolve) => socket.on('close', resolve));
  let got = '';
  socket.write(head);
  while (!got.endsWith('ping')) {
    const [chunk] = await once(socket, 'data');
    if (got === '') socket.write('ping');
    got += chunk;
  }
  return { socket, closed };
}

test('a server whose sockets were handed over is terminated, twenty times', limit, async (t) => {
  for (let round = 0; round < 20; round++) {
    const worker = start(t, echoing);
    const [port] = await once(worker, 'message');
    const opened = [UPGRADE, CONNECT, UPGRADE, CONNECT].map((head) => handedOver(t, port, head));
    const sockets = await Promise.all(opened);
    // In mid traffic: what is written now is on its way.
    for (const { socket } of sockets) socket.write(Buffer.alloc(300_000));
    await worker.terminate();
    for (const { socket } of sockets) socket.resume();
    await Promise.all(sockets.map(({ closed }) => closed));
  }
});

test('a client whose sockets were handed over is terminated, twenty times', limit, async (t) => {
  const serving = start(t, echoing);
  const [port] = await once(serving, 'message');
  for (let round = 0; round < 20; round++) {
    const worker = start(t, upgrading, { host: '127.0.0.1', port });
    const [state] = await once(worker, 'message');
    assert.strictEqual(state, 'open');
    await worker.terminate();
  }
  // The server is as good as before.
  const { socket, closed } = await handedOver(t, port, UPGRADE);
  socket.resume().end();
  await closed;
});
