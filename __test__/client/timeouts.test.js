'use strict';
// Timeouts of requests: an event and nothing more, and what becomes of them on kept sockets.
const assert = require('node:assert');
const http = require('../support/subject');
const { turn } = require('../support/events');
const {
  completeResponse,
  errorOf,
  exchangeEnds,
  responseOf,
  untilEvent,
  watchExchange,
} = require('./observe');
const { onOneWay, onPooledWays, onSocketWays } = require('./ways');

const SOON = 40;
/** Late enough for a request to arrive first, on a busy machine too. */
const AFTER_IT_ARRIVED = 1000;
/** A moment that comes only when something else did not. */
const LONG = 60_000;

/** A request and its answer, after which the socket is in the pool. */
async function pooled({ accept, request }, options, prepare = () => {}) {
  const req = request({ ...options });
  prepare(req);
  req.end();
  const peer = await accept();
  await peer.request();
  await exchangeEnds(req, peer, 'x');
  return { peer, req, socket: req.socket };
}

onPooledWays("the option: a 'timeout' that ends nothing", async ({ accept, get }) => {
  const req = get({ timeout: SOON });
  const timedOut = untilEvent(req, 'timeout');
  assert.strictEqual(req.timeout, SOON);
  const log = watchExchange(req);
  const peer = await accept();
  await peer.request();
  await timedOut;
  assert.strictEqual(req.destroyed, false);
  const closed = untilEvent(req, 'close');
  peer.answer('late');
  await closed;
  // Where dialling took longer than the timeout, it is told then, and again when no answer comes.
  const once = log.filter((name, i) => name !== 'timeout' || log[i - 1] !== name);
  assert.deepStrictEqual(once.slice(0, 5), [
    'socket',
    'timeout',
    'response',
    'res data',
    'res end',
  ]);
});

onSocketWays("setTimeout(): a 'timeout' and its callback, once", async ({ accept, get }) => {
  const req = get({});
  const timedOut = untilEvent(req, 'timeout');
  let calls = 0;
  assert.strictEqual(
    req.setTimeout(SOON, () => calls++),
    req,
  );
  const peer = await accept();
  await peer.request();
  await timedOut;
  assert.strictEqual(calls, 1);
  const done = completeResponse(req);
  peer.answer('late');
  assert.strictEqual((await done).text, 'late');
});

onSocketWays('not earlier than it says', async ({ accept, get }) => {
  const begun = performance.now();
  const req = get({});
  const timedOut = untilEvent(req, 'timeout');
  req.setTimeout(150);
  const socket = await untilEvent(req, 'socket');
  const peer = await accept();
  await peer.request();
  await timedOut;
  const passed = performance.now() - begun;
  assert.ok(passed > 148 && passed < 15_000, `${passed} ms`);
  assert.strictEqual(socket.timeout, 150);
  req.on('error', () => {});
  req.destroy();
});

onSocketWays('traffic puts it off', async ({ accept, get }) => {
  const req = get({});
  req.setTimeout(1500);
  let timedOut = false;
  req.on('timeout', () => {
    timedOut = true;
  });
  const peer = await accept();
  await peer.request();
  const done = completeResponse(req);
  peer.send('HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n');
  for (let i = 0; i < 8; i++) {
    await new Promise((resolve) => setTimeout(resolve, 240));
    peer.send('x');
  }
  await done;
  assert.strictEqual(timedOut, false);
});

onPooledWays("destroy() on 'timeout' is the way to end it", async ({ accept, get }) => {
  const req = get({ timeout: AFTER_IT_ARRIVED });
  const log = watchExchange(req);
  const error = errorOf(req);
  req.on('timeout', () => req.destroy(new Error('too slow')));
  const peer = await accept();
  await peer.request();
  assert.strictEqual((await error).message, 'too slow');
  await peer.untilClosed();
  if (!req.closed) await untilEvent(req, 'close');
  assert.deepStrictEqual(log, ['socket', 'timeout', 'error undefined: too slow', 'close']);
});

onSocketWays("a response gets the 'timeout', too", async ({ accept, get }) => {
  const req = get({});
  req.setTimeout(SOON);
  const peer = await accept();
  await peer.request();
  peer.send('HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n');
  const res = await responseOf(req);
  await untilEvent(res, 'timeout');
  const closed = untilEvent(req, 'close');
  req.destroy();
  res.on('error', () => {});
  await closed;
});

onSocketWays('res.setTimeout()', async ({ accept, get }) => {
  const req = get({});
  const peer = await accept();
  await peer.request();
  peer.send('HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n');
  const res = await responseOf(req);
  await new Promise((resolve) => {
    assert.strictEqual(res.setTimeout(SOON, resolve), res);
  });
  res.on('error', () => {});
  res.destroy();
  if (!req.closed) await untilEvent(req, 'close');
});

onPooledWays('setTimeout(0) and clearTimeout() take it back', async ({ accept, get }) => {
  const req = get({ timeout: SOON });
  req.on('timeout', () => assert.fail('it was taken back'));
  req.setTimeout(0);
  req.clearTimeout();
  const peer = await accept();
  await peer.request();
  await new Promise((resolve) => setTimeout(resolve, SOON * 3));
  const done = completeResponse(req);
  peer.answer('late');
  assert.strictEqual((await done).text, 'late');
});

onPooledWays('the timeout of a request ends with it', async (world) => {
  const { peer, socket } = await pooled(world, {}, (req) => req.setTimeout(LONG));
  assert.strictEqual(socket.timeout, 0);
  assert.strictEqual(socket.listenerCount('timeout'), 1);
  const next = world.get({});
  assert.strictEqual(next.reusedSocket, true);
  await untilEvent(next, 'socket');
  assert.strictEqual(next.socket.timeout, 0);
  await peer.request();
  const done = completeResponse(next);
  peer.answer('x');
  await done;
});

onPooledWays('the option on a socket that is used again', async (world) => {
  const { peer, socket } = await pooled(world, { timeout: LONG });
  const next = world.get({ timeout: SOON });
  const timedOut = untilEvent(next, 'timeout');
  assert.strictEqual(next.reusedSocket, true);
  await untilEvent(next, 'socket');
  assert.strictEqual(socket.timeout, SOON);
  await peer.request();
  await timedOut;
  await exchangeEnds(next, peer, 'x');
  assert.strictEqual(socket.timeout, 0);
  const third = world.get({ timeout: LONG });
  await untilEvent(third, 'socket');
  assert.strictEqual(third.socket, socket);
  assert.strictEqual(socket.timeout, LONG);
  third.on('error', () => {}).destroy();
});

onOneWay("the agent's timeout holds for each request", async ({ accept, get, t }) => {
  const agent = new http.Agent({ keepAlive: true, timeout: SOON });
  t.after(() => agent.destroy());
  const req = get({ agent });
  const timedOut = untilEvent(req, 'timeout');
  const socket = await untilEvent(req, 'socket');
  assert.strictEqual(socket.timeout, SOON);
  const peer = await accept();
  await peer.request();
  await timedOut;
  const done = completeResponse(req);
  peer.answer('x');
  await done;
});

onOneWay("an idle socket is closed after the agent's timeout", async ({ accept, get, t }) => {
  const agent = new http.Agent({ keepAlive: true, timeout: SOON });
  t.after(() => agent.destroy());
  const req = get({ agent });
  const peer = await accept();
  await peer.request();
  const done = completeResponse(req);
  peer.answer('x');
  await done;
  await peer.untilClosed();
  await turn();
  assert.deepStrictEqual(Object.keys(agent.freeSockets), []);
});

onOneWay("a request's timeout goes before the agent's", async ({ accept, get, t }) => {
  const agent = new http.Agent({ keepAlive: true, timeout: LONG });
  t.after(() => agent.destroy());
  const req = get({ agent, timeout: SOON });
  const timedOut = untilEvent(req, 'timeout');
  const peer = await accept();
  await peer.request();
  await timedOut;
  await exchangeEnds(req, peer, 'x');
  assert.strictEqual(req.socket.timeout, LONG);
  assert.deepStrictEqual(Object.values(agent.freeSockets), [[req.socket]]);
});

onOneWay('while it waits in the queue, nothing runs', async ({ accept, agent, get }) => {
  agent.maxSockets = 1;
  const first = get({});
  const second = get({ timeout: LONG });
  const peer = await accept();
  await peer.request();
  assert.strictEqual(second.socket, null);
  let done = completeResponse(first);
  peer.answer('1');
  await done;
  await peer.request();
  assert.strictEqual(second.socket.timeout, LONG);
  done = completeResponse(second);
  peer.answer('2');
  await done;
});

onOneWay('wrong values throw', async ({ request }) => {
  const req = request({}).on('error', () => {});
  assert.throws(() => req.setTimeout('x'), { code: 'ERR_INVALID_ARG_TYPE', name: 'TypeError' });
  assert.throws(() => req.setTimeout(-1), { code: 'ERR_OUT_OF_RANGE', name: 'RangeError' });
  assert.throws(() => req.setTimeout(Number.POSITIVE_INFINITY), { code: 'ERR_OUT_OF_RANGE' });
  req.destroy();
});
