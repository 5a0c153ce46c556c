'use strict';
// Requests that are made inside the events of another one: which connection they get, and that
// nothing is lost or mixed up.
const assert = require('node:assert');
const http = require('../support/subject');
const { turn } = require('../support/events');
const { completeResponse, errorOf, untilEvent } = require('./observe');
const { onOneWay, onPooledWays } = require('./ways');

/** Where the next request is made, and whether it gets the connection of the first. */
const MOMENTS = [
  ["'socket'", (req, make) => req.on('socket', make), false],
  ["'finish'", (req, make) => req.on('finish', make), false],
  ["'response'", (req, make) => req.on('response', make), false],
  ["'data'", (req, make) => req.on('response', (res) => res.once('data', make)), false],
  ["'end'", (req, make) => req.on('response', (res) => res.on('end', make)), false],
  [
    "the tick behind 'end'",
    (req, make) => req.on('response', (res) => res.on('end', () => process.nextTick(make))),
    true,
  ],
  [
    "the promises behind 'end'",
    (req, make) => req.on('response', (res) => res.on('end', () => Promise.resolve().then(make))),
    true,
  ],
  ["'close'", (req, make) => req.on('close', make), false],
  [
    "the response's 'close'",
    (req, make) => req.on('response', (res) => res.on('close', make)),
    true,
  ],
  ["'free'", (req, make) => req.agent.on('free', make), true],
];

for (const [what, arrange, reused] of MOMENTS) {
  onPooledWays(`a request in ${what}`, async ({ get, serve }) => {
    serve((req, res) => res.end(req.url));
    const first = get({ path: '/first' });
    const made = new Promise((resolve) => {
      let count = 0;
      arrange(first, () => {
        if (count++ === 0) resolve({ second: get({ path: '/second' }) });
      });
    });
    first.on('response', (res) => res.resume());
    const { second } = await made;
    assert.strictEqual(second.reusedSocket, reused);
    assert.strictEqual((await completeResponse(second)).text, '/second');
    assert.strictEqual(second.socket === first.socket, reused);
  });
}

onPooledWays('a chain of requests, each in the end of the last', async (world) => {
  const { agent, get, serve } = world;
  serve((req, res) => res.end(req.url));
  agent.maxSockets = 1;
  const texts = [];
  await new Promise((resolve) => {
    const next = (i) => {
      if (i === 100) {
        resolve();
        return;
      }
      const req = get({ path: `/${i}` });
      completeResponse(req).then(({ text }) => texts.push(text));
      req.on('response', (res) => res.on('end', () => next(i + 1)));
    };
    next(0);
  });
  await turn();
  assert.strictEqual(texts.length, 100);
  assert.strictEqual(world.connections, 1);
});

onPooledWays('agent.destroy() in a response', async ({ agent, get, serve }) => {
  serve((_req, res) => {
    res.write('begun');
  });
  const req = get({});
  const closed = untilEvent(req, 'close');
  req.on('response', (res) => {
    res.on('error', () => {});
    res.once('data', () => agent.destroy());
  });
  await closed;
  while (agent.totalSocketCount > 0) await turn();
});

onPooledWays('agent.destroy() in the end of a response', async (world) => {
  const { agent, get, serve } = world;
  serve((_req, res) => res.end('x'));
  const req = get({});
  req.on('response', (res) => res.resume().on('end', () => agent.destroy()));
  await untilEvent(req, 'close');
  await turn();
  const next = get({});
  assert.strictEqual((await completeResponse(next)).text, 'x');
  assert.strictEqual(world.connections, 2);
});

onPooledWays('a request that is destroyed in the response of another', async (world) => {
  const { agent, get, serve } = world;
  serve((req, res) => (req.url === '/slow' ? undefined : res.end('x')));
  const slow = get({ path: '/slow' });
  const error = errorOf(slow);
  await untilEvent(slow, 'finish');
  const req = get({});
  req.on('response', (res) => {
    slow.destroy();
    res.resume();
  });
  assert.strictEqual((await error).message, 'socket hang up');
  if (!req.closed) await untilEvent(req, 'close');
  while (agent.totalSocketCount > 1) await turn();
  assert.strictEqual(agent.totalSocketCount, 1);
});

onOneWay('many at once, each destroyed at another moment', async (world) => {
  const { agent, get, serve } = world;
  serve((_req, res) => {
    res.write('begun');
    setImmediate(() => res.end('done'));
  });
  const moments = ['socket', 'finish', 'response', 'close', 'none'];
  const closed = [];
  for (let i = 0; i < 200; i++) {
    const req = get({ path: `/${i}` });
    req.on('error', () => {});
    req.on('response', (res) => res.on('error', () => {}).resume());
    const moment = moments[i % moments.length];
    if (moment !== 'none') req.on(moment, () => req.destroy());
    closed.push(untilEvent(req, 'close'));
    if (i % 7 === 0) await turn();
  }
  await Promise.all(closed);
  await turn();
  const req = get({});
  assert.strictEqual((await completeResponse(req)).text, 'begundone');
  assert.deepStrictEqual(agent.requests, { __proto__: null });
});

onOneWay(
  'descriptors are given back',
  { skip: process.platform !== 'linux' && 'reads /proc' },
  async (world) => {
    const { readdirSync } = require('node:fs');
    const { get, serve } = world;
    const count = () => readdirSync('/proc/self/fd').length;
    serve((_req, res) => res.end('x'));
    const ask = async (options) => {
      const req = get({ agent: false, ...options });
      const closed = untilEvent(req, 'close');
      await completeResponse(req);
      await closed;
    };
    await ask();
    await turn();
    const before = count();
    for (let i = 0; i < 10; i++) await Promise.all(Array.from({ length: 20 }, () => ask()));
    while (count() > before) await turn();
    assert.ok(http.globalAgent.totalSocketCount === 0);
  },
);
