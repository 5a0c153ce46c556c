'use strict';
// The async resources of requests are destroyed when their exchanges end, not when they are collected.
const assert = require('node:assert');
const { createHook } = require('node:async_hooks');
const { once } = require('node:events');
const { test } = require('node:test');
const { turn } = require('../support/events');
const http = require('../support/subject');

/** Counts, by type, the resources that were made and those that were destroyed. */
function watchResources(t) {
  const made = new Map();
  const destroyed = [];
  const hook = createHook({
    init(id, type) {
      if (type.startsWith('HTTP')) made.set(id, type);
    },
    destroy(id) {
      if (made.has(id)) destroyed.push(id);
    },
  }).enable();
  t.after(() => hook.disable());
  return { made, destroyed };
}

test('each context of a request ends once', { timeout: 30_000 }, async (t) => {
  const { made, destroyed } = watchResources(t);
  const server = http.createServer((req, res) => {
    if (req.url === '/broken') req.socket.destroy();
    else res.end('content');
  });
  server.listen(0);
  await once(server, 'listening');
  const agent = new http.Agent({ keepAlive: true });
  for (const path of ['/', '/again', '/broken', '/']) {
    const req = http.get({ port: server.address().port, path, agent });
    req.on('error', () => {});
    req.on('response', (res) => res.resume());
    await new Promise((resolve) => req.on('close', resolve)); // 'error' comes before it, once
  }
  agent.destroy();
  server.close();
  await once(server, 'close');
  while (destroyed.length < made.size) await turn();
  await turn();
  const types = [...made.values()];
  assert.ok(types.includes('HTTPCLIENTREQUEST') && types.includes('HTTPINCOMINGMESSAGE'));
  assert.deepStrictEqual(destroyed.sort(), [...made.keys()].sort());
});
