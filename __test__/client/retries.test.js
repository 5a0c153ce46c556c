'use strict';
// A kept connection that dies: the request is never sent twice, and its user is told.
const assert = require('node:assert');
const { turn } = require('../support/events');
const { completeResponse, errorOf, exchangeEnds, untilEvent } = require('./observe');
const { onOneWay, onPooledWays } = require('./ways');

/** A request that left its connection in the pool. */
async function pooled({ accept, get }) {
  const req = get({ path: '/first' });
  const peer = await accept();
  await peer.request();
  await exchangeEnds(req, peer, 'first');
  return { peer, socket: req.socket };
}

for (const method of ['GET', 'POST']) {
  onPooledWays(`${method} on a connection that ends when it is read`, async (world) => {
    const { peer, socket } = await pooled(world);
    const req = world.request({ method, path: '/second' });
    assert.strictEqual(req.reusedSocket, true);
    req.on('response', () => assert.fail('nobody answered'));
    const error = errorOf(req);
    const closed = untilEvent(req, 'close');
    req.end(method === 'POST' ? 'content' : undefined);
    assert.strictEqual((await peer.request()).target, '/second');
    peer.end();
    const { code, message } = await error;
    assert.deepStrictEqual([code, message], ['ECONNRESET', 'socket hang up']);
    await closed;
    await turn();
    assert.strictEqual(req.reusedSocket, true);
    assert.strictEqual(req.socket, socket);
    assert.strictEqual(world.connections, 1);
  });
}

onPooledWays('nothing arrives twice while the server closes behind each', async (world) => {
  const arrived = [];
  const server = world.serve((req, res) => {
    arrived.push(req.url);
    // The connection is said to be kept, and is not.
    res.end('x', () => setImmediate(() => req.socket.destroy()));
  });
  server.keepAliveTimeout = 0;
  const sent = [];
  let errors = 0;
  for (let i = 0; i < 40; i++) {
    const req = world.get({ path: `/${i}` });
    sent.push(`/${i}`);
    try {
      await completeResponse(req);
    } catch (error) {
      errors++;
      assert.strictEqual(req.reusedSocket, true, error.message);
      assert.ok(['ECONNRESET', 'EPIPE'].includes(error.code), error.code);
    }
    if (i % 3 === 0) await turn();
  }
  assert.strictEqual(new Set(arrived).size, arrived.length, 'a request arrived twice');
  assert.ok(arrived.length + errors >= sent.length);
});

onPooledWays('the documented retry by hand', async (world) => {
  const { peer } = await pooled(world);
  let attempts = 0;
  const ask = () =>
    new Promise((resolve, reject) => {
      const req = world.get({ path: '/again' });
      attempts++;
      req.on('response', (res) => {
        res.resume();
        resolve(res);
      });
      req.on('error', (error) => {
        if (req.reusedSocket && error.code === 'ECONNRESET') resolve(ask());
        else reject(error);
      });
    });
  const asked = ask();
  await peer.request();
  peer.end();
  const next = await world.accept();
  assert.strictEqual((await next.request()).target, '/again');
  next.answer('at last');
  assert.strictEqual((await asked).statusCode, 200);
  assert.strictEqual(attempts, 2);
});

onPooledWays('a connection that died in the pool is not used', async (world) => {
  const { peer, socket } = await pooled(world);
  const closed = untilEvent(socket, 'close');
  peer.end();
  await closed;
  assert.deepStrictEqual(Object.keys(world.agent.freeSockets), []);
  const req = world.get({ path: '/second' });
  assert.strictEqual(req.reusedSocket, false);
  const next = await world.accept();
  await next.request();
  next.answer('fresh');
  assert.strictEqual((await completeResponse(req)).text, 'fresh');
  assert.strictEqual(world.connections, 2);
});

onOneWay('a reset in the pool harms nobody', async (world) => {
  const { peer, socket } = await pooled(world);
  const closed = untilEvent(socket, 'close');
  peer.reset();
  await closed;
  assert.deepStrictEqual(Object.keys(world.agent.freeSockets), []);
  assert.strictEqual(world.agent.totalSocketCount, 0);
});

onPooledWays('a queued request gets a new connection when the old one dies', async (world) => {
  const { accept, agent, get } = world;
  agent.maxSockets = 1;
  const first = get({ path: '/first' });
  const second = get({ path: '/second' });
  assert.strictEqual(Object.values(agent.requests)[0].length, 1);
  const error = errorOf(first);
  const peer = await accept();
  await peer.request();
  peer.end();
  assert.strictEqual((await error).code, 'ECONNRESET');
  const next = await accept();
  assert.strictEqual((await next.request()).target, '/second');
  next.answer('served');
  assert.strictEqual((await completeResponse(second)).text, 'served');
  assert.strictEqual(second.reusedSocket, false);
  assert.strictEqual(world.connections, 2);
});

onPooledWays('content that was begun is not sent again', async (world) => {
  const { peer } = await pooled(world);
  const req = world.request({ method: 'PUT', path: '/upload' });
  const error = errorOf(req);
  req.write('part');
  await peer.untilText('4\r\npart\r\n');
  peer.end();
  assert.strictEqual((await error).code, 'ECONNRESET');
  req.write('more');
  req.end();
  await turn();
  await turn();
  assert.strictEqual(world.connections, 1);
});

onPooledWays('many requests, one connection', async ({ agent, get, serve }) => {
  serve((req, res) => res.end(req.url));
  agent.maxSockets = 1;
  const texts = await Promise.all(
    Array.from(
      { length: 50 },
      async (_, i) => (await completeResponse(get({ path: `/${i}` }))).text,
    ),
  );
  assert.deepStrictEqual(
    texts,
    Array.from({ length: 50 }, (_, i) => `/${i}`),
  );
  const [free] = Object.values(agent.freeSockets);
  assert.ok(free === undefined || free.length === 1);
});
