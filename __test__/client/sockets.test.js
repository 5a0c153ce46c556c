'use strict';
// The socket of a request in its user's hands: events, streams' methods, and reading beside http.
const assert = require('node:assert');
const { once } = require('node:events');
const net = require('node:net');
const { turn } = require('../support/events');
const {
  completeResponse,
  errorOf,
  exchangeEnds,
  responseOf,
  untilEvent,
  watchExchange,
} = require('./observe');
const { onOneWay, onSocketWays } = require('./ways');

/** A request that has arrived, with its socket and its server's end. */
async function arrived({ accept, get }, options) {
  const req = get({ ...options });
  const peer = await accept();
  await peer.request();
  return { peer, req, socket: req.socket };
}

onSocketWays('socket.destroy(error) is the error of the request', async (world) => {
  const { peer, req, socket } = await arrived(world);
  const error = errorOf(req);
  const closed = untilEvent(req, 'close');
  const mine = new Error('mine');
  socket.destroy(mine);
  assert.strictEqual(await error, mine);
  await closed;
  await peer.untilClosed();
});

onSocketWays('socket.destroy() is a hang-up', async (world) => {
  const { req, socket } = await arrived(world);
  const log = watchExchange(req);
  const closed = untilEvent(req, 'close');
  socket.destroy();
  await closed;
  assert.deepStrictEqual(log, ['error ECONNRESET: socket hang up', 'close']);
});

onSocketWays('socket.end() lets the answer come', async (world) => {
  const { peer, req, socket } = await arrived(world);
  peer.stream.removeAllListeners('end');
  const done = completeResponse(req);
  socket.end();
  await untilEvent(peer.stream, 'end');
  peer.send('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nlate');
  assert.strictEqual((await done).text, 'late');
});

onSocketWays("'data' of the socket is what http reads", async (world) => {
  const req = world.get({});
  const chunks = [];
  req.on('socket', (socket) => socket.on('data', (chunk) => chunks.push(chunk)));
  const peer = await world.accept();
  await peer.request();
  const bytes = 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nseen';
  const done = completeResponse(req);
  peer.send(bytes);
  assert.strictEqual((await done).text, 'seen');
  assert.strictEqual(Buffer.concat(chunks).toString(), bytes);
});

onSocketWays("events of the socket: 'end' and 'close'", async (world) => {
  const { peer, req, socket } = await arrived(world);
  const log = [];
  for (const name of ['end', 'close']) socket.on(name, () => log.push(name));
  const socketClosed = untilEvent(socket, 'close');
  const done = completeResponse(req);
  peer.send('HTTP/1.1 200 OK\r\n\r\nuntil the end');
  peer.end();
  assert.strictEqual((await done).text, 'until the end');
  await socketClosed;
  assert.deepStrictEqual(log, ['end', 'close']);
});

onSocketWays('socket.write() goes between', async (world) => {
  const req = world.request({ method: 'POST', headers: { 'Content-Length': 9 } });
  req.flushHeaders();
  const peer = await world.accept();
  await peer.head();
  req.write('one');
  await peer.untilText('one');
  await new Promise((resolve) => req.socket.write('two', resolve));
  await peer.untilText('onetwo');
  req.end('three!'.slice(0, 3));
  await peer.untilText('onetwothr');
  const done = completeResponse(req);
  peer.answer();
  await done;
});

onSocketWays('socket.setTimeout() of the user', async (world) => {
  const { peer, req, socket } = await arrived(world);
  await new Promise((resolve) => socket.setTimeout(30, resolve));
  assert.strictEqual(socket.timeout, 30);
  socket.setTimeout(0);
  const done = completeResponse(req);
  peer.answer('x');
  await done;
});

onSocketWays('ref(), unref(), pause() and others give the socket', async (world) => {
  const { peer, req, socket } = await arrived(world);
  for (const name of ['ref', 'unref', 'ref', 'setNoDelay', 'setKeepAlive']) {
    assert.strictEqual(socket[name](), socket, name);
  }
  assert.strictEqual(socket.pending, false);
  assert.strictEqual(
    typeof socket.localAddress,
    world.way === 'unix socket' ? 'undefined' : 'string',
  );
  const done = completeResponse(req);
  peer.answer('x');
  await done;
});

onSocketWays('what the writable side tells', async (world) => {
  const { peer, req, socket } = await arrived(world);
  assert.strictEqual(socket.writableLength, 0);
  assert.strictEqual(socket.writableEnded, false);
  assert.strictEqual(socket.writableFinished, false);
  assert.strictEqual(socket.writableNeedDrain, false);
  assert.strictEqual(socket.writableCorked, 0);
  assert.ok(socket.writableHighWaterMark > 0);
  assert.strictEqual(socket.bytesWritten, peer.length);
  const done = completeResponse(req);
  peer.answer('x');
  await done;
});

onOneWay('highWaterMark reaches the socket', async (world) => {
  const { peer, req, socket } = await arrived(world, { highWaterMark: 1234 });
  assert.strictEqual(socket.writableHighWaterMark, 1234);
  const done = completeResponse(req);
  peer.answer('x');
  await done;
});

onOneWay('an idle socket in the hands of someone else', async (world) => {
  const { peer, req, socket } = await arrived(world);
  await exchangeEnds(req, peer, 'x');
  // Out of the pool, and used as a plain connection.
  socket.emit('agentRemove');
  assert.strictEqual(world.agent.totalSocketCount, 0);
  socket.ref();
  socket.write('plain');
  await peer.untilText('plain');
  assert.ok(socket instanceof net.Socket);
  socket.destroy();
  await peer.untilClosed();
});

onSocketWays('pausing the socket holds the response', async (world) => {
  const { peer, req, socket } = await arrived(world);
  socket.pause();
  peer.answer('x');
  let came = false;
  req.on('response', (res) => {
    came = true;
    res.resume();
  });
  for (let i = 0; i < 10; i++) await turn();
  assert.strictEqual(came, false);
  const response = responseOf(req);
  socket.resume();
  await response;
});

onOneWay('resetAndDestroy() of the socket', async (world) => {
  const { peer, req, socket } = await arrived(world);
  const error = errorOf(req);
  const closed = untilEvent(peer.stream, 'close');
  socket.resetAndDestroy();
  assert.strictEqual((await error).code, 'ECONNRESET');
  await closed;
  assert.strictEqual(peer.error?.code, 'ECONNRESET');
});

// A kept connection would hold the content of its first request for as long as it lives.
onSocketWays('what waited for the connection is let go once it is sent', async (world) => {
  const req = world.request({ method: 'POST' });
  req.end('content');
  const peer = await world.accept();
  await peer.request();
  assert.strictEqual(req.socket._pendingData, null);
  const done = completeResponse(req);
  peer.answer();
  await done;
});

onSocketWays('bytesWritten behind an upgrade counts once what waited', async (world) => {
  const req = world.get({ headers: { Connection: 'Upgrade', Upgrade: 'echo' } });
  const peer = await world.accept();
  await peer.request();
  const { length } = peer;
  peer.send('HTTP/1.1 101 Switching\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n');
  const [, socket] = await once(req, 'upgrade');
  assert.strictEqual(socket.bytesWritten, length);
  socket.destroy();
});

onSocketWays(
  "who reads the socket from the 'end' of its answer on does not take it from the request",
  async (world) => {
    const { accept, get } = world;
    const req = get();
    const peer = await accept();
    await peer.request();
    const log = [];
    req.on('response', (res) => {
      res.on('end', () => {
        req.socket.on('data', () => log.push('data'));
        log.push('end');
      });
      res.resume();
    });
    peer.answer('content', 'Connection: close\r\n');
    await untilEvent(req, 'close');
    assert.deepStrictEqual(log, ['end']);
  },
);
