'use strict';
// Options are properties of the server's own: listed, inherited, and set by classes as fields.
const assert = require('node:assert');
const { once } = require('node:events');
const { test } = require('node:test');
const host = require('node:http');
const http = require('../support/subject');
const { onNative } = require('../support/transports');

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';

test('Object.keys(server) has those of Node', () => {
  const keys = new Set(Object.keys(http.createServer()));
  const missing = Object.keys(host.createServer()).filter((key) => !keys.has(key));
  assert.deepStrictEqual(missing, []);
});

test('a prototype can be given values, which the constructor overrides', (t) => {
  const { prototype } = http.Server;
  const before = Object.getOwnPropertyDescriptor(prototype, 'keepAliveTimeout');
  t.after(() => {
    if (before) Object.defineProperty(prototype, 'keepAliveTimeout', before);
    else delete prototype.keepAliveTimeout;
  });
  prototype.keepAliveTimeout = 7;
  assert.strictEqual(prototype.keepAliveTimeout, 7);
  assert.notStrictEqual(http.createServer().keepAliveTimeout, 7);
});

test('accessors of a subclass are called', () => {
  const set = [];
  class Own extends http.Server {
    get timeout() {
      return 9;
    }
    set timeout(value) {
      set.push(value);
    }
  }
  assert.strictEqual(new Own().timeout, 9);
  assert.deepStrictEqual(set, [0]);
});

onNative('fields of a class are options', async ({ connect, listen }) => {
  class Small extends http.Server {
    maxConnections = 1;
    keepAliveTimeout = 7000;
  }
  const server = new Small((_req, res) => res.end());
  const dropped = once(server, 'drop');
  await listen(server);
  const first = await connect(server);
  assert.strictEqual((await first.exchange(GET)).headers['keep-alive'], 'timeout=7');
  const second = await connect(server);
  await second.untilEnd();
  await dropped;
  server.maxConnections = 2;
  server.keepAliveTimeout = 8000;
  const third = await connect(server);
  assert.strictEqual((await third.exchange(GET)).headers['keep-alive'], 'timeout=8');
});
