'use strict';
// A response that is cut off, and the request whose exchange was complete before it was destroyed.
const assert = require('node:assert');
const { once } = require('node:events');
const net = require('node:net');
const { test } = require('node:test');
const http = require('../support/subject');
const { turn } = require('../support/events');
const { hostHas, onNodeHttp } = require('../support/mode');

/** A server that answers every connection's first bytes by `answer(socket)`. */
async function peer(t, answer) {
  const server = net.createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => answer(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return server.address().port;
}

const limit = { timeout: 60_000 };
const looks = { not: () => {}, "at the socket's handle": (res) => res.socket._handle };

for (const [what, look] of Object.entries(looks)) {
  test(`a response of known length is cut off; its listener looks ${what}`, async (t) => {
    const port = await peer(t, (socket) => {
      socket.end('HTTP/1.1 200 OK\r\nContent-Length: 50\r\nConnection: close\r\n\r\nabc');
    });
    const log = [];
    const req = http.get({ port, agent: false });
    req.on('error', (error) => log.push(`request ${error.code}`));
    const [res] = await once(req, 'response');
    res.on('data', (chunk) => log.push(String(chunk)));
    res.on('aborted', () => log.push('aborted'));
    res.on('error', (error) => log.push(error.code));
    look(res);
    await new Promise((resolve) => res.on('close', resolve));
    assert.deepStrictEqual(log, ['abc', 'aborted', 'ECONNRESET']);
    assert.strictEqual(res.complete, false);
  });
}

// Content without a length lasts until the connection ends (RFC 9112, section 6.3), and is complete if
// that end is the peer's. If the connection fails or is destroyed, it is cut short, as the documentation
// of `request.destroy()` says and as content of any other framing is; Node calls it complete.
const mine = Object.assign(new Error('mine'), { code: 'MINE' });

/** What the events of an exchange are whose connection ends by `how` behind the first content. */
async function eventsOf(t, how) {
  let far;
  const port = await peer(t, (socket) => {
    far = socket;
    socket.write('HTTP/1.1 200 OK\r\n\r\npart');
  });
  const log = [];
  const ac = new AbortController();
  const req = http.get({ port, host: '127.0.0.1', agent: false, signal: ac.signal });
  req.on('error', (error) => log.push(`request ${error.code}`));
  const closed = new Promise((resolve) => req.on('close', resolve));
  const [res] = await once(req, 'response');
  for (const event of ['aborted', 'end']) res.on(event, () => log.push(event));
  res.on('error', (error) => log.push(`response ${error.code}`));
  const over = new Promise((resolve) => res.on('close', resolve));
  res.once('data', () => how({ req, res, ac, peer: far }));
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
  [
    'res.socket.destroy(error)',
    ({ res }) => res.socket.destroy(mine),
    ['request MINE', 'response ECONNRESET'],
  ],
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
    const times = log.filter((line) => line === 'aborted').length;
    assert.deepStrictEqual([times, complete, aborted], [1, false, true]);
  });
}

test('the error of a response that is cut off names its cause', {
  skip: onNodeHttp && !hostHas(26) && 'new in Node 26',
}, async (t) => {
  const port = await peer(t, (socket) => {
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nabc');
  });
  const req = http.get({ port, agent: false });
  req.on('error', () => {});
  const [res] = await once(req, 'response');
  const cause = new Error('mine');
  res.once('data', () => req.destroy(cause));
  const [error] = await once(res, 'error');
  assert.strictEqual(error.code, 'ECONNRESET');
  assert.strictEqual(error.cause, cause);
});

test('a request that is destroyed with an error when its exchange is complete', async (t) => {
  const port = await peer(t, (socket) => {
    socket.end('HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc');
  });
  const log = [];
  const req = http.get({ port, agent: false });
  req.on('error', (error) => log.push(error.message));
  req.on('close', () => log.push('close'));
  const [res] = await once(req, 'response');
  res.resume();
  res.on('end', () => req.destroy(new Error('mine')));
  while (!log.includes('close')) await turn();
  // From Node 26 on there is nothing left to fail.
  assert.deepStrictEqual(log, hostHas(26) ? ['close'] : ['mine', 'close']);
});
