'use strict';
// Servers that say what they should not: the client of Node's http and ours get the same bytes, and
// must tell their user the same; where ours differs on purpose, it must.
// @timeout 240
const assert = require('node:assert');
const { test } = require('node:test');
const ours = require('../support/subject');
const { onNodeHttp } = require('../support/mode');
const { Answering, ask, askBoth, askInPieces } = require('./client-exchange');
const { difference, inspect, isBeside, isSame, isToDiffer } = require('./compare');
const rows = require('./inputs/responses');

const CHUNKED = 'Transfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\nX: y\r\n\r\n';
const LENGTH = 'Content-Length: 5\r\n\r\nhello';
const WHOLE = [
  ['Content-Length', `HTTP/1.1 200 OK\r\nX: y\r\n${LENGTH}`],
  ['chunked', `HTTP/1.1 200 OK\r\n${CHUNKED}`],
  ['until the end', 'HTTP/1.1 200 OK\r\nX: y\r\n\r\nhello'],
  ['HTTP/1.0', `HTTP/1.0 200 OK\r\n${LENGTH}`],
  ['behind an interim response', `HTTP/1.1 103 Any\r\nX: y\r\n\r\nHTTP/1.1 200 OK\r\n${LENGTH}`],
  ['HEAD', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n', { method: 'HEAD' }],
  ['content under way', `HTTP/1.1 413 Any\r\n${LENGTH}`, { method: 'POST', unsent: true }],
];

const limit = { timeout: 120_000 };
const AT_A_TIME = 16;

for (const ends of [false, true]) {
  const how = ends ? 'then the server ends' : 'the server stays';
  const chosen = rows.filter((row) => !(ends && row.stays));
  test(`${chosen.length} answers, ${how}`, limit, async (t) => {
    const all = chosen.map((row) => ({ ...row, ends }));
    await assertSame(t, all);
  });
}

for (const [what, whole, more] of WHOLE) {
  test(`an end at each byte of a response: ${what}`, limit, async (t) => {
    const all = Array.from({ length: whole.length + 1 }, (_, length) => ({
      title: `${what}, ${length} bytes of ${whole.length}`,
      bytes: whole.slice(0, length),
      ends: true,
      ...more,
    }));
    await assertSame(t, all);
  });
}

const skip = onNodeHttp && "Node's own verdicts depend on the cuts";
test('in pieces over a stream as in one over a socket', { ...limit, skip }, async (t) => {
  const failures = [];
  const all = rows.filter(({ earlier }) => !earlier).map((row) => ({ ...row, ends: true }));
  await inTurns(all, async (row) => {
    const answering = await new Answering(all).listen(t);
    const whole = verdict(await ask(ours, answering, row, 1));
    const size = Math.ceil(row.bytes.length / 600);
    const pieces = verdict(await askInPieces(ours, row, size));
    if (!isSame(whole, pieces))
      failures.push(`${row.title}\n  whole:  ${inspect(whole)}\n  pieces: ${inspect(pieces)}`);
  });
  assert.strictEqual(failures.length, 0, failures.join('\n\n'));
});

async function assertSame(t, all) {
  const failures = [];
  await inTurns(all, async (row) => {
    // A server of its own: what waits is ended with it.
    const answering = await new Answering(all).listen(t);
    const failure = await compare(answering, row);
    if (failure) failures.push(failure);
  });
  assert.strictEqual(failures.length, 0, failures.join('\n\n'));
}

/**
 * What does not depend on the cuts. Bytes behind a response are an error of its request if they come
 * with it, as in Node; later they only end the connection.
 */
function verdict({ events, content, errors }) {
  // Of what follows an upgrade, more or less comes with its head.
  const heads = events
    .filter((event) => /^(response|information|upgrade|connect) /.test(event))
    .map((event) => event.replace(/^((?:upgrade|connect) .*\]) ".*"$/, '$1'));
  const ended = events.includes('res end');
  return { heads, content, ended, errors: ended || errors.map(([who, code]) => [who, code]) };
}

async function inTurns(list, handle) {
  const left = list.values();
  await Promise.all(
    Array.from({ length: AT_A_TIME }, async () => {
      for (const item of left) await handle(item);
    }),
  );
}

/** Nothing when the row holds, else what is wrong. */
async function compare(answering, row) {
  if (isBeside(row)) return null;
  const [wanted, got] = await askBoth(answering, row);
  return isSame(wanted, got) === !isToDiffer(row) ? null : difference(row, wanted, got);
}
