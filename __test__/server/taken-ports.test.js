'use strict';
// A port that somebody has, in one family of addresses or the other: it is told, not gone around.
const assert = require('node:assert');
const { once } = require('node:events');
const net = require('node:net');
const { test } = require('node:test');
const http = require('../support/subject');

const limit = { timeout: 60_000 };

async function listen(t, ...where) {
  const server = net.createServer();
  t.after(() => server.close());
  server.listen(...where);
  await once(server, 'listening');
  return server.address().port;
}

/** What listening without an address comes to, as far as it does not depend on the port. */
async function outcome(t, server, port) {
  t.after(() => server.close());
  server.listen(port);
  const error = await once(server, 'listening').then(
    () => null,
    (error) => error,
  );
  if (error === null) return { address: server.address().address };
  const { address, code, errno, message, syscall } = error;
  return { address, code, errno, message: message.replace(port, 'PORT'), syscall };
}

for (const [title, ...where] of [
  ['any address', { port: 0 }],
  ['every address of IPv4', 0, '0.0.0.0'],
  ['every address of IPv6', 0, '::'],
  ['every address of IPv6 alone', { port: 0, host: '::', ipv6Only: true }],
])
  test(`listen(port) while another server has ${title}`, limit, async (t) => {
    const port = await listen(t, ...where);
    const expected = await outcome(t, net.createServer(), port);
    assert.strictEqual(expected.code, 'EADDRINUSE');
    assert.deepStrictEqual(await outcome(t, http.createServer(), port), expected);
  });

test(
  'listen(port) while another server has the address of this machine alone',
  limit,
  async (t) => {
    const port = await listen(t, 0, '127.0.0.1');
    const expected = await outcome(t, net.createServer(), port);
    assert.deepStrictEqual(await outcome(t, http.createServer(), port), expected);
  },
);
