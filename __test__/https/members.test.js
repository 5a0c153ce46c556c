'use strict';
// What rust-http/https has, held against the https of the Node it runs on.
const assert = require('node:assert');
const { once } = require('node:events');
const net = require('node:net');
const nodeHttps = require('node:https');
const path = require('node:path');
const { test } = require('node:test');
const { pathToFileURL } = require('node:url');
const tls = require('node:tls');
const { hostHas, onNodeHttp } = require('../support/mode');
const http = require('../support/subject');
const { cert, https, key } = require('./world');

const limit = { timeout: 60_000 };
const file = path.join(__dirname, '..', '..', 'https.js');
const url = onNodeHttp ? 'node:https' : pathToFileURL(file).href;

/** Of each own property of `object`: how it can be changed, and what of it is a function's. */
function shapeOf(object, without = []) {
  const shape = {};
  for (const name of Reflect.ownKeys(object)) {
    if (without.includes(name)) continue;
    const { configurable, enumerable, get, value, writable } = Object.getOwnPropertyDescriptor(
      object,
      name,
    );
    const length = typeof value === 'function' ? value.length : undefined;
    shape[String(name)] = [typeof value, length, configurable, enumerable, writable, typeof get];
  }
  return shape;
}

test("the module's own properties, in Node's order", () => {
  assert.deepStrictEqual(Object.keys(https), Object.keys(nodeHttps));
  assert.deepStrictEqual(shapeOf(https), shapeOf(nodeHttps));
});

for (const name of ['Server', 'Agent']) {
  test(`${name}: properties of the class and of its prototype`, () => {
    const [ours, theirs] = [https[name], nodeHttps[name]];
    assert.deepStrictEqual(
      [ours.name, shapeOf(ours, ['prototype', 'arguments', 'caller'])],
      [theirs.name, shapeOf(theirs, ['prototype', 'arguments', 'caller'])],
    );
    // Methods are the newest Node's, wherever it runs.
    const their = shapeOf(theirs.prototype);
    const own = shapeOf(ours.prototype);
    for (const [member, shape] of Object.entries(their)) {
      if (member === 'createConnection' && !onNodeHttp) shape[1] = 0;
      assert.deepStrictEqual(own[member], shape, member);
    }
    assert.deepStrictEqual(shapeOf(ours.prototype.constructor), shapeOf(ours));
  });
}

test('methods that are those of http.Server', () => {
  for (const name of ['closeAllConnections', 'closeIdleConnections', 'setTimeout'])
    assert.strictEqual(https.Server.prototype[name], http.Server.prototype[name], name);
});

test('what is an instance of what', () => {
  const server = new https.Server();
  for (const Class of [https.Server, tls.Server, net.Server, nodeHttps.Server])
    assert.ok(server instanceof Class, Class.name);
  assert.ok(!(server instanceof http.Server));
  const agent = new https.Agent();
  for (const Class of [https.Agent, http.Agent, require('node:http').Agent])
    assert.ok(agent instanceof Class, Class.name);
  assert.ok(https.globalAgent instanceof https.Agent);
  assert.strictEqual(Object.getPrototypeOf(https.Agent), http.Agent);
  assert.strictEqual(Object.getPrototypeOf(https.Agent.prototype), http.Agent.prototype);
});

test('classes without new, and as the parent of others', () => {
  const server = https.Server({ cert, key });
  assert.ok(server instanceof https.Server);
  assert.ok(https.createServer() instanceof https.Server);
  assert.ok(https.Agent() instanceof https.Agent);
  class Own extends https.Agent {}
  assert.ok(new Own() instanceof https.Agent);
  function Old() {
    https.Server.call(this);
  }
  require('node:util').inherits(Old, https.Server);
  assert.strictEqual(new Old().requestTimeout, server.requestTimeout);
});

/** The own keys of a server that users see, in their order. */
const keysOf = (server) => Object.keys(server);

test("a server's own keys and their values", () => {
  const [ours, theirs] = [new https.Server(), new nodeHttps.Server()];
  const wanted = keysOf(theirs);
  // Options of the newest Node are there on older ones as well.
  assert.deepStrictEqual(
    keysOf(ours).filter((name) => wanted.includes(name)),
    wanted,
  );
  for (const name of wanted) {
    if (name.startsWith('_') || typeof theirs[name] === 'function') continue;
    assert.deepStrictEqual(ours[name], theirs[name], name);
  }
  assert.deepStrictEqual(ours.eventNames(), theirs.eventNames());
});

for (const options of [
  {},
  { keepAlive: true, maxSockets: 3, timeout: 5 },
  { maxCachedSessions: 0 },
  { maxCachedSessions: 7, scheduling: 'fifo', rejectUnauthorized: false },
]) {
  test(`an agent's own keys and their values: ${JSON.stringify(options)}`, () => {
    const [ours, theirs] = [new https.Agent(options), new nodeHttps.Agent(options)];
    const both = Object.keys(theirs);
    if (hostHas(22)) assert.deepStrictEqual(Object.keys(ours), both);
    for (const name of both) {
      if (name === '_events') continue;
      if (name === 'options' && !hostHas(22)) continue;
      assert.deepStrictEqual(ours[name], theirs[name], name);
    }
    assert.strictEqual(ours.protocol, 'https:');
    assert.strictEqual(ours.defaultPort, 443);
  });
}

test("the global agent's options", () => {
  const { keepAlive, scheduling, timeout } = https.globalAgent.options;
  assert.deepStrictEqual([keepAlive, scheduling, timeout], [true, 'lifo', 5000]);
  if (hostHas(22)) assert.deepStrictEqual(https.globalAgent.options, nodeHttps.globalAgent.options);
  assert.strictEqual(https.globalAgent.defaultPort, 443);
});

const buffer = Buffer.from('bytes');
for (const options of [
  undefined,
  {},
  { host: 'a.test', port: 1, localAddress: '127.0.0.1', family: 6, socketPath: '/s' },
  { ca: cert, cert, key, pfx: buffer, passphrase: 'p' },
  { ca: [cert, buffer], crl: buffer, dhparam: 'd', ecdhCurve: 'auto' },
  { ciphers: 'c', clientCertEngine: 'e', honorCipherOrder: false, rejectUnauthorized: false },
  { host: 'a.test', servername: 'a.test', rejectUnauthorized: true, honorCipherOrder: true },
  { host: 'a.test', servername: 'b.test', secureOptions: 0, secureProtocol: 'TLSv1_2_method' },
  { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.3', sessionIdContext: 's', sigalgs: 'RSA+SHA256' },
  { privateKeyIdentifier: 'i', privateKeyEngine: 'g', servername: '', secureOptions: 4 },
  { cert: '', key: null, ca: undefined, sigalgs: '' },
]) {
  test(`getName: ${Object.keys(options ?? {})}`, () => {
    const [ours, theirs] = [new https.Agent(), new nodeHttps.Agent()];
    assert.strictEqual(ours.getName(options), theirs.getName(options));
  });
}

test('several PKCS #12 files, each with a passphrase of its own', {
  skip: onNodeHttp && !hostHas(26) && "Node's own gives them one name",
}, () => {
  const agent = new https.Agent();
  const nameOf = (...phrases) =>
    agent.getName({ pfx: phrases.map((passphrase) => ({ buf: buffer, passphrase })) });
  assert.notStrictEqual(nameOf('a', 'b'), nameOf('a', 'c'));
  assert.strictEqual(nameOf('a', 'b'), nameOf('a', 'b'));
});

test('the agent of requests that name none can be exchanged', limit, () => {
  const { globalAgent } = https;
  const asked = [];
  class Own extends https.Agent {
    addRequest(req) {
      asked.push(req);
    }
  }
  https.globalAgent = new Own();
  try {
    const req = https.request({ host: '127.0.0.1' });
    assert.deepStrictEqual(asked, [req]);
    assert.strictEqual(req.agent, https.globalAgent);
    req.on('error', () => {}).destroy();
  } finally {
    https.globalAgent = globalAgent;
  }
});

test('ESM has the names', limit, async () => {
  const module = await import(url);
  assert.strictEqual(module.default, https);
  for (const name of Object.keys(nodeHttps)) assert.ok(name in module, name);
  for (const name of ['Agent', 'Server', 'createServer', 'get', 'request'])
    assert.strictEqual(module[name], https[name], name);
});

/** What becomes of calls that come too late to change anything, on the sockets of both ends. */
async function lateCalls(t, { Agent, createServer, get }) {
  const said = [];
  const call = (end, socket) => {
    for (const method of ['setKeyCert', 'setSession'])
      for (const [what, ...args] of [
        ['nothing'],
        ['null', null],
        ['a number', 5],
        ['an object', {}],
        ['a key that is none', { key: 'a', cert: 'b' }],
        ['a key', { key, cert }],
        ['a context', tls.createSecureContext({ key, cert })],
      ])
        try {
          said.push([end, method, what, socket[method](...args)]);
        } catch ({ code, name, message }) {
          said.push([end, method, what, name, code, message]);
        }
  };
  const server = createServer({ cert, key }, (req, res) => {
    call('server', req.socket);
    res.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const agent = new Agent({ ca: cert });
  t.after(() => {
    agent.destroy();
    server.close();
  });
  const [res] = await once(
    get({ port: server.address().port, host: '127.0.0.1', agent }),
    'response',
  );
  call('client', res.socket);
  await once(res.resume(), 'end');
  return said;
}

test('keys and sessions that come too late are looked at as by Node', limit, async (t) => {
  assert.deepStrictEqual(await lateCalls(t, https), await lateCalls(t, nodeHttps));
});
