'use strict';
// https.Agent: kept connections, cached sessions, and what subclasses override.
const assert = require('node:assert');
const { once } = require('node:events');
const nodeHttps = require('node:https');
const { test } = require('node:test');
const tls = require('node:tls');
const { untilEvent } = require('../client/observe');
const { turn } = require('../support/events');
const http = require('../support/subject');
const { agentOf, ask, cert, https, key, serving } = require('./world');

const limit = { timeout: 60_000 };
const answer = (req, res) => res.end(`reused ${req.socket.isSessionReused()}`);

test('connections are kept, limited and queued for', limit, async (t) => {
  const sockets = new Set();
  const { port } = await serving(t, (req, res) => {
    sockets.add(req.socket);
    res.end();
  });
  const agent = agentOf(t, { keepAlive: true, maxSockets: 2 });
  await Promise.all(Array.from({ length: 6 }, () => ask({ port, agent })));
  await turn();
  assert.strictEqual(sockets.size, 2);
  const name = agent.getName({ host: '127.0.0.1', port, ca: cert, servername: '' });
  assert.deepStrictEqual(Object.keys(agent.freeSockets), [name]);
  assert.strictEqual(agent.totalSocketCount, 2);
  agent.destroy();
});

test('keys are Node’s, whichever was made before', limit, () => {
  const ca = [cert];
  const all = [
    {},
    { host: 'a' },
    { host: 'a', port: 1, servername: 'a' },
    { host: 'a', port: 1, servername: 'b' },
    { host: 'a', port: '1', servername: 'b' },
    { host: 'a', port: 1, servername: 'b', ca: cert },
    { host: 'a', port: 1, servername: 'b', ca },
    { host: 'a', port: 1, rejectUnauthorized: false },
    { host: 'a', port: 1, rejectUnauthorized: undefined },
    { host: 'a', port: 1, pfx: 'x', passphrase: 'z' },
    { host: 'a', port: 1, pfx: 'x' },
    { host: 'a', family: 6, localAddress: 'b', socketPath: '/c', maxVersion: 'TLSv1.2' },
  ];
  const [ours, nodes] = [https, nodeHttps].map(({ Agent }) => Agent.prototype.getName);
  const agents = [new https.Agent(), new nodeHttps.Agent()];
  const nameOf = (options) => ours.call(agents[0], options);
  const wanted = all.map((options) => nodes.call(agents[1], options));
  for (const [i, first] of all.entries())
    for (const [j, second] of all.entries())
      assert.deepStrictEqual([nameOf(first), nameOf(second)], [wanted[i], wanted[j]]);
  ca.push(key);
  assert.notStrictEqual(nameOf(all[6]), wanted[6], 'what has changed is seen');
});

test('requests find their connections by the key of the merged options', limit, async (t) => {
  const { port } = await serving(t, answer);
  const asked = [
    {},
    { servername: 'localhost' },
    {},
    { headers: { host: 'localhost' } },
    { headers: { host: 'localhost:1' } },
    { servername: '' },
    { rejectUnauthorized: false },
    { servername: 'localhost' },
    { host: 'localhost', family: 4 },
    {},
  ];
  const seen = [];
  for (const module of [https, nodeHttps]) {
    for (const own of [{}, { servername: 'localhost' }, { ca: [cert] }]) {
      const agent = new module.Agent({ keepAlive: true, ca: cert, ...own });
      t.after(() => agent.destroy());
      const reused = [];
      for (const options of asked) {
        const request = { host: '127.0.0.1', port, agent, ...options };
        const req = module.get(request);
        const [res] = await once(req, 'response');
        res.resume();
        await once(res, 'end');
        await turn();
        reused.push(req.reusedSocket);
      }
      seen.push({ names: Object.keys(agent.freeSockets), reused });
    }
  }
  assert.deepStrictEqual(seen.slice(0, 3), seen.slice(3));
});

for (const maxVersion of ['TLSv1.2', 'TLSv1.3']) {
  test(`${maxVersion}: a session is resumed on the next connection`, limit, async (t) => {
    const { port } = await serving(t, { maxVersion }, answer);
    const agent = agentOf(t);
    assert.strictEqual((await ask({ port, agent })).text, 'reused false');
    const { req, text } = await ask({ port, agent });
    assert.strictEqual(text, 'reused true');
    assert.strictEqual(req.socket.encrypted, true);
    const without = agentOf(t, { maxCachedSessions: 0 });
    for (let i = 0; i < 2; i++)
      assert.strictEqual((await ask({ port, agent: without })).text, 'reused false');
  });
}

test('a session of a connection that failed is forgotten', limit, async (t) => {
  const { port } = await serving(t, answer);
  const agent = agentOf(t);
  const { req } = await ask({ port, agent });
  const second = https.get({ port, agent, host: '127.0.0.1', ca: cert });
  const [socket] = await once(second, 'socket');
  const closed = untilEvent(socket, 'close');
  second.on('error', () => {});
  socket.destroy(new Error('by the test'));
  await closed;
  assert.notStrictEqual(socket, req.socket);
  assert.deepStrictEqual(agent._sessionCache, { map: {}, list: [] });
  assert.strictEqual((await ask({ port, agent })).text, 'reused false');
});

test('the cache: of too many sessions the oldest goes', limit, () => {
  const agent = new https.Agent({ maxCachedSessions: 2 });
  for (const key of ['a', 'b', 'a', 'c']) agent._cacheSession(key, `session ${key}`);
  assert.deepStrictEqual(
    ['a', 'b', 'c'].map((key) => agent._getSession(key)),
    [undefined, 'session b', 'session c'],
  );
  agent._evictSession('b');
  agent._evictSession('not there');
  assert.strictEqual(agent._getSession('b'), undefined);
  agent._cacheSession('d', 'session d');
  assert.strictEqual(agent._getSession('c'), 'session c');
});

test('createConnection in all of its forms', limit, async (t) => {
  const { port } = await serving(t, answer);
  const options = { host: '127.0.0.1', port, ca: cert };
  const agent = agentOf(t);
  for (const args of [
    [options],
    [port, options],
    [port, '127.0.0.1', { ca: cert }],
    [port, '127.0.0.1', { ca: cert, port: 1, host: 'not.this' }],
  ]) {
    const socket = agent.createConnection(...args);
    await once(socket, 'secureConnect');
    assert.ok(socket instanceof tls.TLSSocket && socket.authorized);
    socket.destroy();
  }
});

test(
  'createConnection overridden: by a result, by the callback, with an error',
  limit,
  async (t) => {
    const { port } = await serving(t, answer);
    const made = { __proto__: null };
    class Own extends https.Agent {
      createConnection(options, callback) {
        made[options.path ?? this.way] = true;
        if (this.way === 'result') return super.createConnection(options, callback);
        if (this.way === 'error') setImmediate(callback, new Error('none today'));
        else setImmediate(() => callback(null, super.createConnection(options)));
      }
    }
    const agent = new Own({ ca: cert });
    for (agent.way of ['result', 'callback'])
      assert.match((await ask({ port, agent })).text, /^reused/);
    agent.way = 'error';
    const [error] = await once(https.get({ port, agent, host: '127.0.0.1' }), 'error');
    assert.strictEqual(error.message, 'none today');
  },
);

test("methods borrowed by another package's agent", limit, async (t) => {
  const { port } = await serving(t, answer);
  // As agentkeepalive does: an agent of http, with the methods of https.
  class Borrowing extends http.Agent {
    constructor(options) {
      super(options);
      this.defaultPort = 443;
      this.protocol = 'https:';
      this.maxCachedSessions = 100;
      this._sessionCache = { map: {}, list: [] };
    }
  }
  for (const name of [
    'createConnection',
    'getName',
    '_getSession',
    '_cacheSession',
    '_evictSession',
  ])
    Borrowing.prototype[name] = https.Agent.prototype[name];
  const agent = new Borrowing();
  t.after(() => agent.destroy());
  for (const wanted of ['reused false', 'reused true'])
    assert.strictEqual((await ask({ port, agent })).text, wanted);
});

test("'keylog' of all sockets", limit, async (t) => {
  const { port } = await serving(t, answer);
  const agent = agentOf(t);
  const seen = [];
  agent.on('keylog', (line, socket) => seen.push([String(line), socket]));
  const { req } = await ask({ port, agent });
  assert.ok(seen.length > 0);
  for (const [line, socket] of seen) {
    assert.match(line, /^[A-Z0-9_]+ [0-9a-f]+ [0-9a-f]+\n$/);
    assert.strictEqual(socket, req.socket);
  }
});

test('an agent that tells http from https by the stack', limit, async (t) => {
  const { port } = await serving(t, answer);
  const told = [];
  // agent-base up to 7: asked for its protocol before any options are there.
  const isSecure = () =>
    new Error().stack.split('\n').some((line) => /\(https\.js:|node:https:/.test(line));
  class Either extends http.Agent {
    get protocol() {
      told.push(isSecure());
      return isSecure() ? 'https:' : 'http:';
    }
    set protocol(_) {}
    addRequest(req) {
      told.push(isSecure());
      if (isSecure()) req.onSocket(tls.connect({ port, host: '127.0.0.1', ca: cert }));
      else process.nextTick(() => req.onSocket(null, new Error('for http')));
    }
  }
  const agent = new Either();
  told.length = 0;
  assert.match((await ask({ port, agent })).text, /^reused/);
  assert.ok(told.length >= 2 && told.every((secure) => secure), String(told));
  told.length = 0;
  const [error] = await once(http.get({ port, agent, host: '127.0.0.1' }), 'error');
  assert.strictEqual(error.message, 'for http');
  assert.ok(
    told.every((secure) => !secure),
    String(told),
  );
});
