'use strict';
// The orders of events that the documentation of http.request spells out, one test for each.
const assert = require('node:assert');
const http = require('../support/subject');
const { turn } = require('../support/events');
const { untilData, untilEvent, watchExchange } = require('./observe');
const { onEveryWay, onOneWay, onPooledWays, onSocketWays } = require('./ways');

const HANG_UP = 'error ECONNRESET: socket hang up';
const ABORTED = 'res error ECONNRESET: aborted';
/** What follows when a response is cut off. */
const CUT_OFF = ['res aborted', 'close', ABORTED, 'res close'];
const BEGUN = 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nbegun';

/** A request is closed when its connection is free, or when that is closed: before or after `res`. */
const closes = (requestFirst) => (requestFirst ? ['close', 'res close'] : ['res close', 'close']);

/** Waits until both messages are closed and nothing more is to come. */
async function untilClosed(req) {
  const { res } = req;
  if (!req.closed) await untilEvent(req, 'close');
  const response = req.res ?? res;
  if (response && !response.closed) await untilEvent(response, 'close');
  await turn();
  await turn();
}

/** A request that the server has got, what is seen of it, and the server's end of its connection. */
async function asked({ accept, get }, options) {
  const req = get({ path: '/', ...options });
  const log = watchExchange(req);
  const peer = await accept();
  await peer.request();
  return { log, peer, req };
}

/** The same when its response has begun. */
async function begun(way) {
  const exchange = await asked(way);
  const data = untilData(exchange.req);
  exchange.peer.send(BEGUN);
  await data;
  return exchange;
}

onEveryWay('a successful request', async ({ pools, ...way }) => {
  const { log, peer, req } = await asked(way);
  peer.answer('content');
  await untilClosed(req);
  assert.deepStrictEqual(log, ['socket', 'response', 'res data', 'res end', ...closes(pools)]);
});

onEveryWay('a successful request without content', async ({ accept, get, pools }) => {
  const req = get({ path: '/' });
  const log = watchExchange(req);
  req.on('response', (res) => res.resume());
  const peer = await accept();
  await peer.request();
  peer.answer('');
  await untilClosed(req);
  assert.deepStrictEqual(log, ['socket', 'response', 'res end', ...closes(pools)]);
});

onEveryWay('a response that the server closes behind', async ({ isMemory, ...way }) => {
  const { log, peer, req } = await asked(way);
  peer.send('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\ncontent');
  peer.end();
  await untilClosed(req);
  assert.deepStrictEqual(log, ['socket', 'response', 'res data', 'res end', ...closes(isMemory)]);
});

onOneWay('a connection error', async ({ listener, options, t }) => {
  const refused = options();
  await new Promise((resolve) => listener.close(resolve));
  for (const agent of [refused.agent, false]) {
    await t.test(agent ? 'with a pool' : 'without', async () => {
      const req = http.get({ ...refused, agent });
      const log = watchExchange(req);
      await untilEvent(req, 'close');
      await turn();
      const error = `error ECONNREFUSED: connect ECONNREFUSED 127.0.0.1:${refused.port}`;
      assert.deepStrictEqual(log, ['socket', error, 'close']);
    });
  }
});

onEveryWay('a premature close before the response', async (way) => {
  const { log, peer, req } = await asked(way);
  peer.end();
  await untilClosed(req);
  assert.deepStrictEqual(log, ['socket', HANG_UP, 'close']);
});

onEveryWay('a reset before the response', { except: ['unix socket'] }, async (way) => {
  const { log, peer, req } = await asked(way);
  peer.reset();
  await untilClosed(req);
  assert.deepStrictEqual(log, ['socket', 'error ECONNRESET: read ECONNRESET', 'close']);
});

onEveryWay('a premature close after the response', async (way) => {
  const { log, peer, req } = await begun(way);
  peer.end();
  await untilClosed(req);
  assert.deepStrictEqual(log, ['socket', 'response', 'res data', ...CUT_OFF]);
});

onOneWay('destroy() before a socket is assigned', async ({ get }) => {
  const req = get({ path: '/' });
  const log = watchExchange(req);
  req.destroy();
  await untilClosed(req);
  assert.deepStrictEqual(log, [HANG_UP, 'close']);
});

onEveryWay('destroy(error) before a socket is assigned', async ({ get }) => {
  const req = get({ path: '/' });
  const log = watchExchange(req);
  req.destroy(new Error('mine'));
  await untilClosed(req);
  assert.deepStrictEqual(log, ['error undefined: mine', 'close']);
});

onSocketWays('destroy() before the connection succeeds', async ({ get }) => {
  const req = get({ path: '/' });
  const log = watchExchange(req);
  req.on('socket', () => req.destroy());
  await untilClosed(req);
  assert.deepStrictEqual(log, ['socket', HANG_UP, 'close']);
});

onSocketWays('destroy(error) before the connection succeeds', async ({ get }) => {
  const req = get({ path: '/' });
  const log = watchExchange(req);
  req.on('socket', () => req.destroy(new Error('mine')));
  await untilClosed(req);
  assert.deepStrictEqual(log, ['socket', 'error undefined: mine', 'close']);
});

onEveryWay('destroy() before the response', async (way) => {
  const { log, peer, req } = await asked(way);
  req.destroy();
  await untilClosed(req);
  assert.deepStrictEqual(log, ['socket', HANG_UP, 'close']);
  await peer.untilClosed();
});

onEveryWay('destroy() after the response', async (way) => {
  const { log, req } = await begun(way);
  req.destroy();
  await untilClosed(req);
  assert.deepStrictEqual(log, ['socket', 'response', 'res data', ...CUT_OFF]);
});

onEveryWay('destroy(error) after the response', async (way) => {
  const { log, req } = await begun(way);
  req.destroy(new Error('mine'));
  await untilClosed(req);
  assert.deepStrictEqual(log, [
    'socket',
    'response',
    'res data',
    'error undefined: mine',
    ...CUT_OFF,
  ]);
});

onOneWay('destroy() in the queue of the agent', async ({ accept, agent, get }) => {
  agent.maxSockets = 1;
  const first = get({ path: '/1' });
  first.on('response', (res) => res.resume());
  const req = get({ path: '/2' });
  const log = watchExchange(req);
  const peer = await accept();
  await peer.request();
  req.destroy();
  await turn();
  peer.answer();
  await untilClosed(req);
  assert.deepStrictEqual(log, [HANG_UP, 'close']);
});

onOneWay('abort() in the queue of the agent', async ({ accept, agent, get }) => {
  agent.maxSockets = 1;
  const first = get({ path: '/1' });
  first.on('response', (res) => res.resume());
  const req = get({ path: '/2' });
  const log = watchExchange(req);
  const peer = await accept();
  await peer.request();
  req.abort();
  await turn();
  peer.answer();
  await untilClosed(req);
  assert.deepStrictEqual(log, ['abort', 'close']);
});

onOneWay('abort() before a socket is assigned', async ({ get }) => {
  const req = get({ path: '/' });
  const log = watchExchange(req);
  req.abort();
  await untilClosed(req);
  await turn();
  // A socket that was made meanwhile comes in the tick before that of 'abort'.
  assert.deepStrictEqual(log, ['close', 'abort']);
});

onSocketWays('abort() before the connection succeeds', async ({ get }) => {
  const req = get({ path: '/' });
  const log = watchExchange(req);
  req.on('socket', () => req.abort());
  await untilClosed(req);
  assert.deepStrictEqual(log, ['socket', 'abort', HANG_UP, 'close']);
});

onEveryWay('abort() before the response', async (way) => {
  const { log, req } = await asked(way);
  req.abort();
  req.abort();
  await untilClosed(req);
  assert.deepStrictEqual(log, ['socket', 'abort', HANG_UP, 'close']);
});

onEveryWay('abort() after the response', async (way) => {
  const { log, req } = await begun(way);
  req.abort();
  await untilClosed(req);
  assert.deepStrictEqual(log, ['socket', 'response', 'res data', 'abort', ...CUT_OFF]);
});

onEveryWay('a signal that aborts before the response', async (way) => {
  const controller = new AbortController();
  const { log, req } = await asked(way, { signal: controller.signal });
  controller.abort();
  await untilClosed(req);
  assert.deepStrictEqual(log, ['socket', 'error ABORT_ERR: The operation was aborted', 'close']);
});

onEveryWay('destroy() once all is done changes nothing', async (way) => {
  const { log, peer, req } = await asked(way);
  peer.answer('content');
  await untilClosed(req);
  const before = [...log];
  req.destroy(new Error('too late'));
  req.abort();
  await turn();
  // That abort() was called is said, and nothing else happens.
  assert.deepStrictEqual(log, [...before, 'abort']);
});

onPooledWays('two requests on one connection', async ({ accept, get }) => {
  const first = get({ path: '/1' });
  const log = watchExchange(first);
  const peer = await accept();
  await peer.request();
  peer.answer('content');
  await untilClosed(first);
  const next = get({ path: '/2' });
  const nextLog = watchExchange(next);
  await peer.request();
  peer.answer('content');
  await untilClosed(next);
  const expected = ['socket', 'response', 'res data', 'res end', 'close', 'res close'];
  assert.deepStrictEqual([log, nextLog], [expected, expected]);
  assert.strictEqual(next.reusedSocket, true);
});

onEveryWay(
  "'finish' of the request comes before the response",
  async ({ accept, pools, request }) => {
    const req = request({ method: 'POST' });
    const log = watchExchange(req);
    req.on('finish', () => log.push('finish'));
    req.end('content');
    const peer = await accept();
    await peer.request();
    peer.answer('content');
    await untilClosed(req);
    assert.deepStrictEqual(log, [
      'socket',
      'finish',
      'response',
      'res data',
      'res end',
      ...closes(pools),
    ]);
  },
);
