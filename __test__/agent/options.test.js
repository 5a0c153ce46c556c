'use strict';
// What an agent is made of: options, defaults, names, and the errors of wrong values.
const assert = require('node:assert');
const EventEmitter = require('node:events');
const { test } = require('node:test');
const http = require('../support/subject');
const { newerThanHost } = require('../support/mode');

const limit = { timeout: 60_000 };

test('defaults', limit, () => {
  const agent = new http.Agent();
  assert.ok(agent instanceof EventEmitter);
  assert.strictEqual(agent.defaultPort, 80);
  assert.strictEqual(agent.protocol, 'http:');
  assert.strictEqual(agent.keepAlive, false);
  assert.strictEqual(agent.keepAliveMsecs, 1000);
  assert.strictEqual(agent.maxSockets, Number.POSITIVE_INFINITY);
  assert.strictEqual(agent.maxTotalSockets, Number.POSITIVE_INFINITY);
  assert.strictEqual(agent.maxFreeSockets, 256);
  assert.strictEqual(agent.scheduling, 'lifo');
  assert.strictEqual(agent.totalSocketCount, 0);
  for (const name of ['sockets', 'freeSockets', 'requests']) {
    assert.deepStrictEqual(agent[name], { __proto__: null });
  }
  assert.strictEqual(agent.options.noDelay, true);
  assert.strictEqual(agent.options.path, null);
  assert.strictEqual(http.Agent.defaultMaxSockets, Number.POSITIVE_INFINITY);
});

test('options are taken over', limit, () => {
  const options = Object.freeze({
    keepAlive: true,
    keepAliveMsecs: 2000,
    localAddress: '127.0.0.1',
    maxFreeSockets: 3,
    maxSockets: 2,
    maxTotalSockets: 5,
    noDelay: false,
    scheduling: 'fifo',
    timeout: 1234,
  });
  const agent = new http.Agent(options);
  for (const name of [
    'keepAlive',
    'keepAliveMsecs',
    'maxFreeSockets',
    'maxSockets',
    'maxTotalSockets',
    'scheduling',
  ]) {
    assert.strictEqual(agent[name], options[name], name);
  }
  assert.deepStrictEqual({ ...agent.options }, { ...options, path: null });
  assert.notStrictEqual(agent.options, options);
});

const newer = { ...limit, skip: newerThanHost(24) };

test('defaultPort and protocol', newer, () => {
  const agent = new http.Agent({ defaultPort: 8080, protocol: 'other:' });
  assert.strictEqual(agent.defaultPort, 8080);
  assert.strictEqual(agent.protocol, 'other:');
});

test('callable without new, and on another object', limit, () => {
  const agent = http.Agent({ maxSockets: 3 });
  assert.ok(agent instanceof http.Agent);
  assert.strictEqual(agent.maxSockets, 3);
  function Own(options) {
    http.Agent.call(this, options);
  }
  Object.setPrototypeOf(Own.prototype, http.Agent.prototype);
  const own = new Own({ maxSockets: 4 });
  assert.ok(own instanceof http.Agent);
  assert.strictEqual(own.maxSockets, 4);
});

test('wrong values throw', limit, () => {
  const make = (options) => () => new http.Agent(options);
  assert.throws(make({ scheduling: 'filo' }), {
    code: 'ERR_INVALID_ARG_VALUE',
    name: 'TypeError',
    message: "The argument 'scheduling' must be one of: 'fifo', 'lifo'. Received 'filo'",
  });
  for (const maxTotalSockets of ['1', {}, true, null]) {
    assert.throws(make({ maxTotalSockets }), { code: 'ERR_INVALID_ARG_TYPE', name: 'TypeError' });
  }
  for (const maxTotalSockets of [0, -1, Number.NaN]) {
    assert.throws(make({ maxTotalSockets }), { code: 'ERR_OUT_OF_RANGE', name: 'RangeError' });
  }
  assert.strictEqual(new http.Agent({ maxTotalSockets: 1.5 }).maxTotalSockets, 1.5);
});

const buffered = { ...limit, skip: newerThanHost(22, 19) };

test('agentKeepAliveTimeoutBuffer', buffered, () => {
  const bufferOf = (agentKeepAliveTimeoutBuffer) =>
    new http.Agent({ agentKeepAliveTimeoutBuffer }).agentKeepAliveTimeoutBuffer;
  assert.strictEqual(bufferOf(undefined), 1000);
  assert.strictEqual(bufferOf(0), 0);
  assert.strictEqual(bufferOf(250), 250);
  for (const wrong of [-1, Number.NaN, Number.POSITIVE_INFINITY, '5', null]) {
    assert.strictEqual(bufferOf(wrong), 1000);
  }
});

/** Options, and the name under which their connections are kept. */
const NAMES = [
  [undefined, 'localhost::'],
  [{}, 'localhost::'],
  [{ host: 'a.test' }, 'a.test::'],
  [{ host: 'a.test', port: 80 }, 'a.test:80:'],
  [{ host: 'a.test', port: '80', localAddress: '127.0.0.2' }, 'a.test:80:127.0.0.2'],
  [{ host: 'a.test', port: 80, family: 4 }, 'a.test:80::4'],
  [{ host: 'a.test', port: 80, family: 6, localAddress: '::1' }, 'a.test:80:::1:6'],
  [{ host: 'a.test', port: 80, family: 0 }, 'a.test:80:'],
  [{ socketPath: '/run/a.sock' }, 'localhost:::/run/a.sock'],
  [{ host: 'a.test', family: 4, socketPath: '/run/a.sock' }, 'a.test:::4:/run/a.sock'],
  [{ host: '::1', port: 8080 }, '::1:8080:'],
];

for (const [options, name] of NAMES) {
  test(`getName(${JSON.stringify(options) ?? ''})`, limit, () => {
    assert.strictEqual(new http.Agent().getName(options), name);
  });
}

test('the methods that are there to be overridden', limit, () => {
  for (const name of [
    'addRequest',
    'createConnection',
    'createSocket',
    'destroy',
    'getName',
    'keepSocketAlive',
    'removeSocket',
    'reuseSocket',
  ]) {
    assert.ok(Object.hasOwn(http.Agent.prototype, name), name);
    assert.strictEqual(typeof http.Agent.prototype[name], 'function', name);
  }
});

test('the global agent', limit, () => {
  const { globalAgent } = http;
  assert.ok(globalAgent instanceof http.Agent);
  assert.strictEqual(globalAgent.keepAlive, true);
  assert.strictEqual(globalAgent.scheduling, 'lifo');
  assert.strictEqual(globalAgent.options.timeout, 5000);
  const other = new http.Agent();
  http.globalAgent = other;
  try {
    assert.strictEqual(http.globalAgent, other);
  } finally {
    http.globalAgent = globalAgent;
  }
  assert.strictEqual(http.globalAgent, globalAgent);
});
