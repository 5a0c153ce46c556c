'use strict';
// Requests and responses inherit from OutgoingMessage: what is done to its prototype is seen by both.
const assert = require('node:assert');
const nodeHttp = require('node:http');
const { once } = require('node:events');
const { test } = require('node:test');
const vm = require('node:vm');
const http = require('../support/subject');
const { onNodeHttp } = require('../support/mode');
const { onBoth } = require('../support/transports');

const { OutgoingMessage } = http;
const { prototype } = OutgoingMessage;
const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
const limit = { timeout: 60_000 };

/** Puts `wrap(original)` in the place of methods, until the test is over. */
function replace(t, names, wrap) {
  for (const name of names) {
    const descriptor = Object.getOwnPropertyDescriptor(prototype, name);
    Object.defineProperty(prototype, name, {
      ...descriptor,
      value: wrap(name, descriptor.value),
    });
    t.after(() => Object.defineProperty(prototype, name, descriptor));
  }
}

for (const Class of [http.ServerResponse, http.ClientRequest]) {
  test(`${Class.name} inherits from OutgoingMessage`, () => {
    assert.strictEqual(Object.getPrototypeOf(Class.prototype), prototype);
    assert.strictEqual(Object.getPrototypeOf(Class), OutgoingMessage);
    assert.ok(Class.prototype instanceof OutgoingMessage);
    assert.ok(Object.prototype.isPrototypeOf.call(prototype, Class.prototype));
  });

  test(`${Class.name} sees a method and a getter that are added to OutgoingMessage`, (t) => {
    const remove = () => ['addedLater', 'got'].every((name) => delete prototype[name]);
    t.after(remove);
    prototype.addedLater = () => 'added';
    Object.defineProperty(prototype, 'got', { configurable: true, get: () => 'got' });
    assert.strictEqual(Class.prototype.addedLater(), 'added');
    assert.strictEqual(Class.prototype.got, 'got');
    remove();
    assert.ok(!('addedLater' in Class.prototype));
  });

  test(`${Class.name} has the methods of OutgoingMessage that are not its own, replaced or not`, () => {
    for (const key of Reflect.ownKeys(prototype)) {
      const descriptor = Object.getOwnPropertyDescriptor(prototype, key);
      const { configurable, value } = descriptor;
      if (key === 'constructor' || !configurable || typeof value !== 'function') continue;
      if (Object.hasOwn(Class.prototype, key)) continue;
      assert.strictEqual(Class.prototype[key], value, String(key));
      const mine = () => {};
      Object.defineProperty(prototype, key, { ...descriptor, value: mine });
      const seen = Class.prototype[key];
      Object.defineProperty(prototype, key, descriptor);
      assert.strictEqual(seen, mine, String(key));
    }
  });
}

test("objects are instances of the host's classes, too", async (t) => {
  const request = { method: 'GET', httpVersionMajor: 1, httpVersionMinor: 1 };
  const res = new http.ServerResponse(request);
  const req = http.request({ port: 1, createConnection: () => undefined });
  req.on('error', () => {});
  t.after(() => req.destroy());
  const out = new OutgoingMessage();
  const table = [res, req, out].map((object) =>
    ['ServerResponse', 'ClientRequest', 'OutgoingMessage'].map(
      (name) => object instanceof nodeHttp[name],
    ),
  );
  assert.deepStrictEqual(table, [
    [true, false, true],
    [false, true, true],
    [false, false, true],
  ]);
  class Mine extends nodeHttp.ServerResponse {}
  assert.ok(!(res instanceof Mine));
  assert.ok(new Mine(request) instanceof Mine);
  assert.ok(new Mine(request) instanceof nodeHttp.ServerResponse);
  for (const value of [null, undefined, 1, 'x', {}, Object.create(null), () => {}])
    assert.ok(!(value instanceof nodeHttp.ServerResponse));
});

onBoth('replaced methods are called for a response', async ({ connect, t }) => {
  const called = [];
  replace(t, ['setHeader', 'write', 'end', '_storeHeader'], (name, original) => {
    return function (...args) {
      called.push(name);
      return Reflect.apply(original, this, args);
    };
  });
  const server = http.createServer((_req, res) => {
    res.setHeader('X-A', 'b');
    res.write('x');
    res.end('y');
  });
  const client = await connect(server);
  assert.strictEqual((await client.exchange(GET)).text, 'xy');
  assert.deepStrictEqual(called, ['setHeader', 'write', '_storeHeader', 'end']);
});

onBoth('what leaves goes through a replaced `_send` and `_writeRaw`', async ({ connect, t }) => {
  const called = new Set();
  replace(t, ['_send', '_writeRaw'], (name, original) => {
    return function (...args) {
      called.add(name);
      return Reflect.apply(original, this, args);
    };
  });
  const server = http.createServer((_req, res) => res.end('text'));
  const client = await connect(server);
  assert.strictEqual((await client.exchange(GET)).text, 'text');
  assert.deepStrictEqual([...called], ['_send', '_writeRaw']);
});

test('a replaced method is called for a request', limit, async (t) => {
  const server = http.createServer((req, res) => res.end(req.headers['x-tool']));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  replace(t, ['end'], (_name, original) => {
    return function (...args) {
      if (this instanceof http.ClientRequest) this.setHeader('X-Tool', 'was here');
      return Reflect.apply(original, this, args);
    };
  });
  const req = http.get({ port: server.address().port, host: '127.0.0.1', agent: false });
  const [res] = await once(req, 'response');
  let text = '';
  for await (const piece of res) text += piece;
  assert.strictEqual(text, 'was here');
});

for (const name of [
  'Agent',
  'ClientRequest',
  'IncomingMessage',
  'OutgoingMessage',
  'ServerResponse',
])
  test(`what Node's own ${name} makes is an instance of ours, but not of classes below it`, () => {
    const object = Object.create(nodeHttp[name].prototype);
    class Below extends http[name] {}
    assert.deepStrictEqual([object instanceof http[name], object instanceof Below], [true, false]);
  });

test('replaced methods are called for a request and its response', async (t) => {
  const calls = [];
  const names = ['setHeader', '_storeHeader', '_send', 'write', 'end'];
  const originals = names.map((name) => prototype[name]);
  t.after(() => {
    names.forEach((name, i) => {
      prototype[name] = originals[i];
    });
  });
  names.forEach((name, i) => {
    prototype[name] = function (...args) {
      calls.push(`${this.constructor.name} ${name}`);
      return Reflect.apply(originals[i], this, args);
    };
  });
  const server = http.createServer((_req, res) => {
    res.setHeader('X-A', 'b');
    res.write('one');
    res.end('two');
  });
  t.after(() => server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const req = http.request({ port: server.address().port, method: 'POST', agent: false });
  req.setHeader('X-C', 'd');
  req.write('content');
  req.end();
  const [res] = await once(req, 'response');
  assert.strictEqual((await res.toArray()).join(''), 'onetwo');
  for (const name of names) {
    assert.ok(calls.includes(`ServerResponse ${name}`), `ServerResponse ${name}`);
    assert.ok(calls.includes(`ClientRequest ${name}`), `ClientRequest ${name}`);
  }
});

test("what recognizes them does not keep the module's context", {
  skip: onNodeHttp && "concerns this module's marks",
}, () => {
  const answer = nodeHttp.ServerResponse[Symbol.hasInstance];
  const { constructor: FunctionOfProcess } = vm.runInThisContext('(() => {})');
  assert.ok(answer instanceof FunctionOfProcess);
  assert.deepStrictEqual(Object.keys(nodeHttp.ServerResponse), []);
});
