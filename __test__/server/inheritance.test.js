'use strict';
// Requests and responses inherit from OutgoingMessage: what is done to its prototype is seen by both.
const assert = require('node:assert');
const nodeHttp = require('node:http');
const { once } = require('node:events');
const { test } = require('node:test');
const http = require('../support/subject');
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
  });

  test(`${Class.name} sees members that are added to OutgoingMessage`, (t) => {
    t.after(() => {
      delete prototype.addedLater;
    });
    prototype.addedLater = () => 'added';
    assert.strictEqual(Class.prototype.addedLater(), 'added');
  });

  test(`${Class.name} has the methods of OutgoingMessage that are not its own`, () => {
    for (const name of Object.getOwnPropertyNames(prototype)) {
      const { value } = Object.getOwnPropertyDescriptor(prototype, name);
      if (typeof value !== 'function' || Object.hasOwn(Class.prototype, name)) continue;
      assert.strictEqual(Class.prototype[name], value, name);
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
  for (const value of [null, undefined, 1, 'x', {}])
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
