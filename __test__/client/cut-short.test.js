'use strict';
// Content without a length lasts until the connection ends (RFC 9112, section 6.3), and is complete if
// that end is the peer's. If the connection fails or is destroyed, it is cut short, as the documentation
// of `request.destroy()` says and as content of any other framing is; Node calls it complete.
const assert = require('node:assert');
const net = require('node:net');
const { once } = require('node:events');
const { test } = require('node:test');
const http = require('../support/subject');
const { onNodeHttp } = require('../support/mode');

const limit = { timeout: 60_000 };
const mine = Object.assign(new Error('mine'), { code: 'MINE' });

/** What the events of an exchange are whose connection ends by `how` behind the first content. */
async function eventsOf(t, how) {
  const server = net.createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\n\r\npart'));
  });
  server.listen(0, '127.0.0.1');
  const connected = once(server, 'connection');
  await once(server, 'listening');
  t.after(() => server.close());
  const log = [];
  const ac = new AbortController();
  const { port } = server.address();
  const req = http.get({ port, host: '127.0.0.1', agent: false, signal: ac.signal });
  req.on('error', (error) => log.push(`request ${error.code}`));
  const closed = new Promise((resolve) => req.on('close', resolve));
  const [res] = await once(req, 'response');
  for (const event of ['aborted', 'end']) res.on(event, () => log.push(event));
  res.on('error', (error) => log.push(`response ${error.code}`));
  const over = new Promise((resolve) => res.on('close', resolve));
  res.once('data', () => how({ req, res, ac, peer }));
  const [peer] = await connected;
  await Promise.all([closed, over]);
  return { log, complete: res.complete, aborted: res.aborted };
}

test("content until the peer's end is complete", limit, async (t) => {
  const seen = await eventsOf(t, ({ peer }) => peer.end());
  assert.deepStrictEqual(seen, { log: ['end'], complete: true, aborted: false });
});

for (const [how, end, errors] of [
  ['req.destroy()', ({ req }) => req.destroy(), ['response ECONNRESET']],
  ['req.destroy(error)', ({ req }) => req.destroy(mine), ['request MINE', 'response ECONNRESET']],
  ['res.destroy()', ({ res }) => res.destroy(), []],
  ['req.socket.destroy()', ({ req }) => req.socket.destroy(), ['response ECONNRESET']],
  ['a signal', ({ ac }) => ac.abort(), ['request ABORT_ERR', 'response ECONNRESET']],
  [
    "the peer's reset",
    ({ peer }) => peer.resetAndDestroy(),
    ['request ECONNRESET', 'response ECONNRESET'],
  ],
]) {
  const skip = onNodeHttp && "Node's own http says that the content is complete";
  test(`content until the end is cut short by ${how}`, { ...limit, skip }, async (t) => {
    const { log, complete, aborted } = await eventsOf(t, end);
    assert.deepStrictEqual(log.filter((line) => line !== 'aborted').sort(), errors);
    assert.deepStrictEqual([log.includes('aborted'), complete, aborted], [true, false, true]);
  });
}
