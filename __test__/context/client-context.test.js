'use strict';
// AsyncLocalStorage and async_hooks around a client's requests.
const assert = require('node:assert');
const { AsyncLocalStorage, createHook, executionAsyncId } = require('node:async_hooks');
const { once } = require('node:events');
const { test } = require('node:test');
const http = require('../support/subject');
const { onNodeHttp } = require('../support/mode');
const { serve } = require('../streams/node-server');
const { contentOf } = require('../support/events');

const limit = { timeout: 60_000 };
const answer = (req, res) => res.end(req.url);

function keepAliveAgent(t, options) {
  const agent = new http.Agent({ keepAlive: true, ...options });
  t.after(() => agent.destroy());
  return agent;
}

/** Makes a request in a store of its own; resolves to what was seen in each event. */
function requestIn(storage, store, options) {
  return storage.run(store, () => {
    const seen = [];
    const note = () => seen.push(storage.getStore());
    return new Promise((resolve, reject) => {
      const req = http.request(options, (res) => {
        note();
        res.on('data', note).on('end', () => {
          note();
          setImmediate(() => {
            note();
            resolve(seen);
          });
        });
      });
      req.on('socket', note).on('error', reject).end();
    });
  });
}

test('a request and its response are in the context of the call', limit, async (t) => {
  const storage = new AsyncLocalStorage();
  const options = await serve(t, answer);
  for (const agent of [keepAliveAgent(t), false, undefined]) {
    const seen = await requestIn(storage, 'mine', { ...options, agent, path: '/x' });
    assert.deepStrictEqual(seen, Array(5).fill('mine'));
  }
});

test('requests one after the other on one connection', limit, async (t) => {
  const storage = new AsyncLocalStorage();
  const options = await serve(t, answer);
  const agent = keepAliveAgent(t, { maxSockets: 1 });
  for (let i = 0; i < 5; i++) {
    const seen = await requestIn(storage, i, { ...options, agent, path: '/x' });
    assert.deepStrictEqual(seen, Array(5).fill(i));
  }
});

test('requests that wait for a connection of the pool', limit, async (t) => {
  const storage = new AsyncLocalStorage();
  const options = await serve(t, answer);
  const agent = keepAliveAgent(t, { maxSockets: 2 });
  const stores = Array.from({ length: 12 }, (_, i) => `store ${i}`);
  const all = await Promise.all(
    stores.map((store) => requestIn(storage, store, { ...options, agent, path: '/x' })),
  );
  assert.deepStrictEqual(
    all,
    stores.map((store) => Array(5).fill(store)),
  );
});

test('errors are told in the context of the call', limit, async (t) => {
  const storage = new AsyncLocalStorage();
  const options = await serve(t, (req) => req.socket.destroy());
  const seen = await storage.run('mine', async () => {
    const req = http.get({ ...options, agent: keepAliveAgent(t) });
    return await new Promise((resolve) => req.on('error', () => resolve(storage.getStore())));
  });
  assert.strictEqual(seen, 'mine');
});

test('enterWith in one response is not seen in the next', limit, async (t) => {
  const storage = new AsyncLocalStorage();
  const options = await serve(t, answer);
  const agent = keepAliveAgent(t, { maxSockets: 1 });
  const seen = [];
  const ask = async (path) => {
    const req = http.get({ ...options, agent, path });
    const res = await new Promise((resolve) => {
      req.on('response', (message) => {
        seen.push(storage.getStore());
        storage.enterWith(path);
        resolve(message);
      });
    });
    await contentOf(res);
    if (!req.closed) await once(req, 'close');
  };
  const asked = ['/1', '/2', '/3'].map((path) => ask(path));
  await Promise.all(asked);
  assert.deepStrictEqual(seen, [undefined, undefined, undefined]);
});

test('a request made while another is handled keeps that context', limit, async (t) => {
  const storage = new AsyncLocalStorage();
  const behind = await serve(t, answer);
  const server = http.createServer((req, res) => {
    storage.run(req.url, () => {
      http.get({ ...behind, agent, path: req.url }, async (message) => {
        const text = String(await contentOf(message));
        res.end(`${text} ${storage.getStore()}`);
      });
    });
  });
  const agent = keepAliveAgent(t, { maxSockets: 1 });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address();
  const texts = await Promise.all(
    ['/a', '/b', '/c', '/d'].map(
      (path) =>
        new Promise((resolve, reject) => {
          const req = http.get({ port, host: '127.0.0.1', path }, async (res) =>
            resolve(String(await contentOf(res))),
          );
          req.on('error', reject);
        }),
    ),
  );
  assert.deepStrictEqual(texts, ['/a /a', '/b /b', '/c /c', '/d /d']);
});

test('async hooks see a resource for each request', limit, async (t) => {
  const types = [];
  const hook = createHook({ init: (_id, type) => types.push(type) }).enable();
  t.after(() => hook.disable());
  const options = await serve(t, answer);
  const agent = keepAliveAgent(t);
  const ids = new Set();
  for (let i = 0; i < 3; i++) {
    const req = http.get({ ...options, agent });
    const [res] = await once(req, 'response');
    ids.add(
      await new Promise((resolve) => res.on('end', () => resolve(executionAsyncId())).resume()),
    );
    if (!req.closed) await once(req, 'close');
  }
  hook.disable();
  assert.ok(types.filter((type) => type === 'HTTPCLIENTREQUEST').length >= 3, types.join());
  assert.strictEqual(ids.size, 3);
});

const dials = { ...limit, skip: onNodeHttp && 'there the connection is one of the request before' };

test('what is told of a connection is told to the request that it is for', dials, async (t) => {
  const storage = new AsyncLocalStorage();
  const agent = keepAliveAgent(t, { maxSockets: 1 });
  const lookup = (_name, _options, callback) =>
    setImmediate(callback, new Error(`unknown to ${storage.getStore()}`));
  const ask = (store) =>
    storage.run(store, async () => {
      const [error] = await once(http.get({ host: 'a', agent, lookup }), 'error');
      return [error.message, storage.getStore()];
    });
  assert.deepStrictEqual(
    await Promise.all(['one', 'two', 'three'].map(ask)),
    ['one', 'two', 'three'].map((store) => [`unknown to ${store}`, store]),
  );
});
