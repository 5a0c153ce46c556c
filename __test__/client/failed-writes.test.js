'use strict';
// What callbacks of a request's writes hear when the connection is gone: what happened to it.
const assert = require('node:assert');
const os = require('node:os');
const { once } = require('node:events');
const net = require('node:net');
const { test } = require('node:test');
const { ResettingPeer } = require('../support/resetting-peer');
const http = require('../support/subject');
const { onEveryWay, onSocketWays } = require('./ways');

const limit = { timeout: 60_000 };

/** A promise for what `write(callback)` calls back with. */
const outcome = (write) => new Promise((resolve) => write(resolve));

/** A failed system call, with all that Node says of one. */
function assertFailedCall(error) {
  assert.ok(['EPIPE', 'ECONNRESET'].includes(error?.code), `${error?.code}`);
  assert.strictEqual(error.message, `write ${error.code}`);
  assert.strictEqual(error.syscall, 'write');
  assert.strictEqual(error.errno, -os.constants.errno[error.code]);
}

for (const [way, options] of [
  ['a connection of its own', () => ({ agent: false })],
  ['a pooled connection', () => ({ agent: new http.Agent({ keepAlive: true }) })],
  ['a stream', () => ({ createConnection: ({ port }) => net.connect(port, '127.0.0.1') })],
]) {
  test(`writes to a server that broke off, on ${way}`, limit, async (t) => {
    const peer = await ResettingPeer.listen(t);
    const target = { host: '127.0.0.1', port: peer.port, method: 'POST', ...options() };
    const req = http.request(target);
    const failed = once(req, 'error');
    req.write('begun');
    await peer.received();
    peer.reset();
    const errors = await Promise.all([
      outcome((callback) => req.write('first', callback)),
      outcome((callback) => req.write(Buffer.from('second'), callback)),
    ]);
    errors.forEach(assertFailedCall);
    const [error] = await failed;
    assert.strictEqual(error.code, errors[0].code);
    req.destroy();
  });
}

onEveryWay('a request that is destroyed behind its writes', async ({ accept, request }) => {
  const req = request({ method: 'POST' });
  req.on('error', () => {});
  req.write('begun');
  await (await accept()).head();
  const outcomes = [
    outcome((callback) => req.write('first', callback)),
    outcome((callback) => req.write('second', callback)),
  ];
  req.destroy();
  for (const error of await Promise.all(outcomes))
    assert.strictEqual(error?.code, 'ERR_STREAM_DESTROYED');
});

onEveryWay('a request that is destroyed with an error', async ({ accept, request }) => {
  const mine = new Error('mine');
  const req = request({ method: 'POST' });
  req.on('error', () => {});
  req.write('begun');
  await (await accept()).head();
  const told = outcome((callback) => req.write('first', callback));
  req.destroy(mine);
  assert.strictEqual(await told, mine);
});

onEveryWay('a socket that is destroyed with a write that waits', async ({ accept, request }) => {
  const req = request({ method: 'POST' });
  req.on('error', () => {});
  const told = outcome((callback) => req.write(Buffer.alloc(64 * 1024 * 1024), callback));
  const [socket] = await once(req, 'socket');
  const closed = once(socket, 'close');
  const peer = await accept();
  await peer.head();
  peer.stream.pause();
  req.destroy();
  if (!(socket instanceof net.Socket)) return; // whether it cancels is its own business
  assert.strictEqual((await told)?.code, 'ECANCELED');
  assert.deepStrictEqual(await closed, [false]);
});

onSocketWays("'close' of a socket that is destroyed before its writes", async ({ request }) => {
  const req = request({ method: 'POST' });
  req.on('error', () => {});
  req.write('never sent');
  // Before the request, which writes when it is connected.
  const closed = new Promise((resolve) => {
    req.on('socket', (socket) => {
      socket.on('connect', () => socket.destroy());
      socket.on('close', resolve);
    });
  });
  assert.strictEqual(await closed, false);
});
