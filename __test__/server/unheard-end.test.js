'use strict';
// The end of a request that nobody listened to: who looks afterwards finds a stream that has ended.
const assert = require('node:assert');
const { finished } = require('node:stream/promises');
const http = require('../support/subject');
const { turn } = require('../support/events');
const { hostHas } = require('../support/mode');
const { onBoth } = require('../support/transports');

const HEAD = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n';

const handlers = {
  'is not read': (_req, res) => res.end(),
  'is resumed': (req, res) => {
    req.resume();
    res.end();
  },
  'is resumed, and answered later': (req, res) => {
    req.resume();
    setImmediate(() => res.end());
  },
};
const arrivals = {
  'with its head': [`${HEAD}abc`],
  'behind its head': [HEAD, 'abc'],
  'in pieces': [HEAD, 'a', 'bc'],
};

for (const [what, handle] of Object.entries(handlers)) {
  for (const [how, pieces] of Object.entries(arrivals)) {
    onBoth(`a request that ${what}, whose content comes ${how}`, async ({ connect }) => {
      let seen;
      const server = http.createServer((req, res) => {
        seen = req;
        handle(req, res);
      });
      const client = await connect(server);
      for (const piece of pieces) {
        client.send(piece);
        for (let i = 0; i < 5; i++) await turn();
      }
      await client.response();
      while (!seen.complete) await turn();
      await finished(seen, { writable: false });
      assert.strictEqual(seen.readableEnded, true);
      assert.strictEqual(seen.destroyed, true);
      assert.strictEqual(seen.closed, true);
      assert.strictEqual(seen.aborted, false);
    });
  }
}

onBoth(
  "'end' of a request that nobody reads, beside 'close' of its response",
  async ({ connect }) => {
    const log = [];
    const server = http.createServer((req, res) => {
      for (const event of ['end', 'close']) req.on(event, () => log.push(`request ${event}`));
      for (const event of ['finish', 'close']) res.on(event, () => log.push(`response ${event}`));
      res.end();
    });
    const client = await connect(server);
    await client.exchange('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    while (log.length < 4) await turn();
    // From Node 26 on such a request ends without being resumed, a tick earlier.
    const between = ['response close', 'request end'];
    if (hostHas(26)) between.reverse();
    assert.deepStrictEqual(log, ['response finish', ...between, 'request close']);
  },
);
