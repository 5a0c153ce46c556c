'use strict';
// AsyncLocalStorage in handlers, and ticks between requests.
const assert = require('node:assert');
const { AsyncLocalStorage, AsyncResource, executionAsyncId } = require('node:async_hooks');
const http = require('../support/subject');
const { deferred, turn } = require('../support/events');
const { hostHas, onNodeHttp } = require('../support/mode');
const { onBoth, onNative } = require('../support/transports');

const get = (path = '/') => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;
const post = (path, text) =>
  `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: ${text.length}\r\n\r\n${text}`;

onBoth('run in a handler reaches what it starts', async ({ connect }) => {
  const storage = new AsyncLocalStorage();
  const log = [];
  const server = http.createServer((req, res) => {
    storage.run(req.url, async () => {
      await null;
      log.push(storage.getStore());
      setTimeout(() => {
        log.push(storage.getStore());
        process.nextTick(() => {
          log.push(storage.getStore());
          res.end(storage.getStore());
        });
      }, 1);
    });
  });
  const client = await connect(server);
  for (const path of ['/a', '/b']) {
    log.length = 0;
    assert.strictEqual((await client.exchange(get(path))).text, path);
    assert.deepStrictEqual(log, [path, path, path]);
  }
});

const shared = onNodeHttp && "Node's own has one async resource for each connection";
const leaks = { skip: !hostHas(24) && shared };

onBoth('enterWith does not leak into the next request', leaks, async ({ connect }) => {
  const storage = new AsyncLocalStorage();
  const seen = [];
  const server = http.createServer((req, res) => {
    seen.push(storage.getStore());
    storage.enterWith(req.url);
    res.end();
  });
  const client = await connect(server);
  for (let i = 0; i < 5; i++) await client.exchange(get(`/${i}`));
  assert.deepStrictEqual(seen, Array(5).fill(undefined));
});

onBoth('enterWith does not leak between pipelined requests', leaks, async ({ connect }) => {
  const storage = new AsyncLocalStorage();
  const seen = [];
  const server = http.createServer((req, res) => {
    seen.push(storage.getStore());
    storage.enterWith(req.url);
    setImmediate(() => res.end(storage.getStore()));
  });
  const client = await connect(server);
  client.send(get('/0') + get('/1') + get('/2') + get('/3'));
  for (let i = 0; i < 4; i++) assert.strictEqual((await client.response()).text, `/${i}`);
  assert.deepStrictEqual(seen, Array(4).fill(undefined));
});

onNative('enterWith does not leak between connections', leaks, async ({ connect }) => {
  const storage = new AsyncLocalStorage();
  const seen = [];
  const server = http.createServer((req, res) => {
    seen.push(storage.getStore());
    storage.enterWith(req.url);
    res.end(storage.getStore());
  });
  const clients = await Promise.all(Array.from({ length: 20 }, () => connect(server)));
  await Promise.all(
    clients.map(async (client, i) => {
      for (let k = 0; k < 5; k++)
        assert.strictEqual((await client.exchange(get(`/${i}.${k}`))).text, `/${i}.${k}`);
    }),
  );
  assert.strictEqual(seen.length, 100);
  assert.ok(seen.every((store) => store === undefined));
});

onBoth('events of request and response are in the context of the handler', async ({ connect }) => {
  const storage = new AsyncLocalStorage();
  const seen = {};
  const closed = deferred();
  const server = http.createServer((req, res) => {
    storage.enterWith(req.url);
    const note = (name) => () => {
      seen[name] = storage.getStore();
    };
    req.on('data', note('data'));
    req.on('end', note('end'));
    req.on('end', () => res.end('x', note('callback')));
    res.on('finish', note('finish'));
    res.on('close', () => {
      note('close')();
      closed.resolve();
    });
  });
  const client = await connect(server);
  client.send('POST /ctx HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n');
  await turn();
  await turn();
  client.send('body');
  await client.response();
  await closed.promise;
  // From 24 on, a context is no property of the resource that events run in.
  const expected = hostHas(24) ? [undefined, '/ctx'] : ['/ctx'];
  assert.deepStrictEqual(Object.keys(seen).sort(), ['callback', 'close', 'data', 'end', 'finish']);
  for (const [name, store] of Object.entries(seen)) assert.ok(expected.includes(store), name);
});

onBoth('contexts of pipelined uploads are their own', async ({ connect }) => {
  const storage = new AsyncLocalStorage();
  const server = http.createServer((req, res) => {
    storage.run(req.url, async () => {
      let text = '';
      for await (const chunk of req) text += `${storage.getStore()} ${chunk} `;
      res.end(text + storage.getStore());
    });
  });
  const client = await connect(server);
  client.send(post('/a', 'one') + post('/b', 'two') + post('/c', 'three'));
  assert.strictEqual((await client.response()).text, '/a one /a');
  assert.strictEqual((await client.response()).text, '/b two /b');
  assert.strictEqual((await client.response()).text, '/c three /c');
});

onBoth('a handler bound by AsyncResource keeps its context', async ({ connect }) => {
  const storage = new AsyncLocalStorage();
  const handler = storage.run('outside', () =>
    AsyncResource.bind((_req, res) => res.end(storage.getStore())),
  );
  const client = await connect(http.createServer((req, res) => handler(req, res)));
  assert.strictEqual((await client.exchange(get())).text, 'outside');
});

onBoth('each request has an async id of its own', { skip: shared }, async ({ connect }) => {
  const ids = [];
  const server = http.createServer((_req, res) => {
    ids.push(executionAsyncId());
    res.end();
  });
  const client = await connect(server);
  for (let i = 0; i < 3; i++) await client.exchange(get());
  client.send(get() + get());
  await client.response();
  await client.response();
  assert.strictEqual(new Set(ids).size, 5);
  assert.ok(ids.every((id) => id > 0));
});

onBoth('for await and timers in one context over many requests', async ({ connect }) => {
  const storage = new AsyncLocalStorage();
  const server = http.createServer((req, res) => {
    storage.run({ url: req.url }, async () => {
      let length = 0;
      for await (const chunk of req) {
        length += chunk.length;
        assert.strictEqual(storage.getStore().url, req.url);
      }
      res.end(`${storage.getStore().url} ${length}`);
    });
  });
  const client = await connect(server);
  for (let i = 0; i < 10; i++)
    assert.strictEqual((await client.exchange(post(`/${i}`, 'x'.repeat(i)))).text, `/${i} ${i}`);
});

onNative('ticks and promises run between requests of two connections', async ({ connect }) => {
  const log = [];
  const server = http.createServer((req, res) => {
    log.push(`${req.url} handler`);
    Promise.resolve().then(() => log.push(`${req.url} promise`));
    process.nextTick(() => log.push(`${req.url} tick`));
    res.end();
  });
  const clients = [];
  for (let i = 0; i < 8; i++) clients.push(await connect(server));
  for (const [i, client] of clients.entries()) client.send(get(`/${i}`));
  for (const client of clients) await client.response();
  assert.strictEqual(log.length, 24);
  for (let i = 0; i < log.length; i += 3) {
    const [url] = log[i].split(' ');
    assert.deepStrictEqual(log.slice(i, i + 3), [
      `${url} handler`,
      `${url} tick`,
      `${url} promise`,
    ]);
  }
});

onBoth('ticks run before the next read of one connection', async ({ connect }) => {
  const log = [];
  const server = http.createServer((req, res) => {
    log.push(`${req.url} handler`);
    process.nextTick(() => log.push(`${req.url} tick`));
    queueMicrotask(() => log.push(`${req.url} microtask`));
    setImmediate(() => res.end());
  });
  const client = await connect(server);
  client.send(get('/1'));
  while (!log.includes('/1 handler')) await turn();
  client.send(get('/2'));
  await client.response();
  await client.response();
  assert.deepStrictEqual(
    log.map((line) => line.split(' ')[0]),
    ['/1', '/1', '/1', '/2', '/2', '/2'],
  );
});

onNative('ticks run behind a piece of content, before the next request', async ({ connect }) => {
  const log = [];
  const server = http.createServer((req, res) => {
    log.push(`${req.url} handler`);
    process.nextTick(() => log.push(`${req.url} tick`));
    req.on('data', () => log.push(`${req.url} data`));
    res.on('close', () => log.push(`${req.url} close`));
    res.end();
  });
  const client = await connect(server);
  client.send(post('/1', 'abc') + get('/2'));
  await client.response();
  await client.response();
  const before = log.slice(0, log.indexOf('/2 handler'));
  assert.deepStrictEqual(before, ['/1 handler', '/1 tick', '/1 data', '/1 close']);
});
