'use strict';
// What is put on OutgoingMessage.prototype is seen by responses and requests, which inherit from it.
const assert = require('node:assert');
const { once } = require('node:events');
const nodeHttp = require('node:http');
const { test } = require('node:test');
const vm = require('node:vm');
const http = require('../support/subject');
const { onNodeHttp } = require('../support/mode');

const { prototype } = http.OutgoingMessage;
const messages = { ServerResponse: http.ServerResponse, ClientRequest: http.ClientRequest };

/** Replaces a member while `body` runs. */
async function replacing(name, descriptor, body) {
  const before = Object.getOwnPropertyDescriptor(prototype, name);
  Object.defineProperty(prototype, name, { configurable: true, ...descriptor });
  try {
    await body();
  } finally {
    if (before) Object.defineProperty(prototype, name, before);
    else delete prototype[name];
  }
}

for (const [name, Class] of Object.entries(messages)) {
  test(`${name} inherits from OutgoingMessage`, () => {
    assert.strictEqual(Object.getPrototypeOf(Class.prototype), prototype);
    assert.strictEqual(Object.getPrototypeOf(Class), http.OutgoingMessage);
    assert.ok(Object.prototype.isPrototypeOf.call(prototype, Class.prototype));
  });

  test(`${name} sees every method that is replaced`, async () => {
    for (const key of Reflect.ownKeys(prototype)) {
      const { configurable, value } = Object.getOwnPropertyDescriptor(prototype, key);
      if (key === 'constructor' || !configurable || typeof value !== 'function') continue;
      if (Object.hasOwn(Class.prototype, key)) continue;
      const mine = () => {};
      await replacing(key, { value: mine }, () => {
        assert.strictEqual(Class.prototype[key], mine, String(key));
      });
    }
  });

  test(`${name} sees a method and a getter that are added`, async () => {
    await replacing('added', { value: () => 'added' }, () => {
      assert.strictEqual(Class.prototype.added(), 'added');
    });
    await replacing('got', { get: () => 'got' }, () => {
      assert.strictEqual(Class.prototype.got, 'got');
    });
    assert.ok(!('added' in Class.prototype));
  });
}

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

test("messages are instances of the host's classes of the same name, and of no other", () => {
  const res = new http.ServerResponse({ method: 'GET' });
  const req = http.request({ port: 1, agent: false }).on('error', () => {});
  req.destroy();
  assert.ok(res instanceof nodeHttp.ServerResponse);
  assert.ok(req instanceof nodeHttp.ClientRequest);
  assert.ok(!(res instanceof nodeHttp.ClientRequest));
  assert.ok(!(req instanceof nodeHttp.ServerResponse));
  for (const value of [undefined, null, 1, 'text', {}, Object.create(null), () => {}])
    assert.ok(!(value instanceof nodeHttp.ServerResponse));
  class Own extends nodeHttp.ServerResponse {}
  assert.ok(!(res instanceof Own));
  assert.ok(new Own({ method: 'GET' }) instanceof Own);
  assert.ok(new Own({ method: 'GET' }) instanceof nodeHttp.ServerResponse);
});

test("what recognizes them does not keep the module's context", {
  skip: onNodeHttp && "concerns this module's marks",
}, () => {
  const answer = nodeHttp.ServerResponse[Symbol.hasInstance];
  const { constructor: FunctionOfProcess } = vm.runInThisContext('(() => {})');
  assert.ok(answer instanceof FunctionOfProcess);
  assert.deepStrictEqual(Object.keys(nodeHttp.ServerResponse), []);
});
