'use strict';
// The channels of listening, which tools that follow `net` subscribe to.
const assert = require('node:assert');
const dc = require('node:diagnostics_channel');
const { once } = require('node:events');
const { test } = require('node:test');
const http = require('../support/subject');

/** What is published about `server` on the channels of listening until the test ends. */
function watch(t, server) {
  const log = [];
  for (const name of ['asyncStart', 'asyncEnd', 'error']) {
    const listener = (message) => {
      if (message.server === server) log.push([name, message.error]);
    };
    dc.subscribe(`tracing:net.server.listen:${name}`, listener);
    t.after(() => dc.unsubscribe(`tracing:net.server.listen:${name}`, listener));
  }
  return log;
}

test('listening is published, and what it fails with', { timeout: 15_000 }, async (t) => {
  const server = http.createServer();
  const log = watch(t, server);
  server.listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  assert.deepStrictEqual(log, [
    ['asyncStart', undefined],
    ['asyncEnd', undefined],
  ]);
  const second = http.createServer();
  const failures = watch(t, second);
  second.listen(server.address().port, '127.0.0.1');
  const error = await new Promise((resolve) => second.on('error', resolve));
  assert.deepStrictEqual(failures, [
    ['asyncStart', undefined],
    ['error', error],
  ]);
});
