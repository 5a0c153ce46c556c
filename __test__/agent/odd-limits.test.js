'use strict';
// Limits of an agent that are no numbers, or odd ones, keep as many sockets as in Node.
const assert = require('node:assert');
const { once } = require('node:events');
const nodeHttp = require('node:http');
const { test } = require('node:test');
const http = require('../support/subject');
const { turn } = require('../support/events');
const { listening } = require('../support/listening');

const VALUES = [
  '2',
  '0',
  'x',
  {},
  [1],
  true,
  false,
  null,
  undefined,
  NaN,
  -1,
  0,
  0.5,
  1.5,
  Infinity,
];

/** How many sockets rest behind three requests at once. */
async function resting({ Agent, get }, port, options, property) {
  const agent = Object.assign(new Agent({ keepAlive: true, ...options }), property);
  const closed = [];
  for (let i = 0; i < 3; i++) {
    const req = get({ port, host: '127.0.0.1', agent });
    req.on('response', (res) => res.resume());
    closed.push(once(req, 'close'));
  }
  await Promise.all(closed);
  await turn();
  const count = Object.values(agent.freeSockets).flat().length;
  agent.destroy();
  return count;
}

for (const name of ['maxFreeSockets', 'maxSockets', 'maxTotalSockets'])
  test(name, { timeout: 60_000 }, async (t) => {
    const server = nodeHttp.createServer((_req, res) => res.end());
    const { port } = (await listening(t, server)).address();
    for (const value of VALUES) {
      const given = { [name]: value };
      // Below one nothing is dialled; with a fraction it depends on which answer comes first.
      if (name !== 'maxFreeSockets' && !(Number.isSafeInteger(Number(value)) && value >= 1))
        continue;
      // Of the total the constructor takes numbers only.
      const ways = typeof value === 'number' || name !== 'maxTotalSockets' ? [[given]] : [];
      for (const way of [...ways, [undefined, given]]) {
        const expected = await resting(nodeHttp, port, ...way);
        const found = await resting(http, port, ...way);
        assert.strictEqual(found, expected, `${typeof value} ${value}, ${way.length}`);
      }
    }
  });
