'use strict';
// Node's http and ours get the same bytes, and must answer and observe the same; where ours differs
// on purpose, it must.
// @timeout 600
const assert = require('node:assert');
const { test } = require('node:test');
const { onNodeHttp } = require('../support/mode');
const { difference, inspect, isBeside, isSame, isToDiffer } = require('./compare');
const { Servers, exchange, exchangeInPieces } = require('./exchange');

const topics = ['request-lines', 'fields', 'framing', 'chunks', 'connections', 'limits'];

for (const topic of topics) {
  const rows = require(`./inputs/${topic}`);
  for (const hears of [true, false]) {
    const who = hears ? "'clientError' is listened to" : 'the default answers';
    test(`${topic}, ${rows.length} inputs, ${who}`, { timeout: 120_000 }, async (t) => {
      const servers = serversFor(t, hears);
      const failures = [];
      for (const row of rows) {
        const failure = await compare(servers, row);
        if (failure) failures.push(failure);
      }
      assert.strictEqual(failures.length, 0, failures.join('\n\n'));
    });
  }
}

for (const topic of topics) {
  const rows = require(`./inputs/${topic}`);
  const skip = onNodeHttp && "Node's own verdicts depend on the cuts";
  test(`${topic}: in pieces as in one`, { timeout: 120_000, skip }, async (t) => {
    const servers = serversFor(t, true);
    const failures = [];
    for (const row of rows) {
      const failure = await compareCuts(servers, row);
      if (failure) failures.push(failure);
    }
    assert.strictEqual(failures.length, 0, failures.join('\n\n'));
  });
}

const POST = 'POST / HTTP/1.1\r\nHost: a\r\n';
const WHOLE = [
  ['Content-Length', `${POST}Content-Length: 5\r\n\r\nhello`],
  ['chunked', `${POST}Transfer-Encoding: chunked\r\n\r\n5;a="b"\r\nhello\r\n0\r\nX: y\r\n\r\n`],
  ['behind another', 'GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['expected', `${POST}Expect: 100-continue\r\nContent-Length: 2\r\n\r\nok`],
  ['CONNECT', 'CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\nmore', ['connect']],
  [
    'upgrade',
    'GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\nmore',
    ['upgrade'],
  ],
];

for (const [what, whole, listens] of WHOLE) {
  test(`an end at each byte of a request: ${what}`, { timeout: 60_000 }, async (t) => {
    const servers = serversFor(t, true);
    const failures = [];
    for (let length = 0; length <= whole.length; length++) {
      const title = `${length} bytes of ${whole.length}`;
      const failure = await compare(servers, { title, bytes: whole.slice(0, length), listens });
      if (failure) failures.push(failure);
    }
    assert.strictEqual(failures.length, 0, failures.join('\n\n'));
  });
}

function serversFor(t, hears) {
  const servers = new Servers(hears);
  t.after(() => servers.close());
  return servers;
}

/** Nothing when the row holds, else what is wrong. */
async function compare(servers, row) {
  if (isBeside(row)) return null;
  const [wanted, got] = await servers.exchange(row);
  const same = isSame(wanted, got);
  // Without a listener, refusals of several kinds look alike.
  if (same === !isToDiffer(row) || (same && !servers.hears)) return null;
  return difference(row, wanted, got);
}

/** Over a stream and in pieces, ours gives the same verdict as over a socket and in one. */
async function compareCuts(servers, row) {
  const [, server] = await servers.pair(row);
  const whole = verdict(await exchange(server, row.bytes));
  const pieces = verdict(await exchangeInPieces(server, row.bytes));
  if (isSame(whole, pieces)) return null;
  return `${row.title}\n  whole:  ${inspect(whole)}\n  pieces: ${inspect(pieces)}`;
}

/**
 * What does not depend on the cuts: heads, and the first refusal. It is told again for each piece
 * that follows, and whether it overtakes the 'end' of a request before it is a matter of ticks.
 */
function verdict({ requests, other }) {
  const refused = other.find((what) => what[0].startsWith('HPE'));
  return {
    heads: requests.map(([head]) => head),
    switched: other.filter((what) => !what[0].startsWith('HPE')).map((what) => what.slice(0, 5)),
    refused: refused?.[0],
  };
}
