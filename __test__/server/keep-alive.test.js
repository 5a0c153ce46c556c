'use strict';
// When a connection stays open and when it ends.
const assert = require('node:assert');
const http = require('../support/subject');
const { deferred, turn } = require('../support/events');
const { newerThanHost } = require('../support/mode');
const { onBoth, onNative } = require('../support/transports');

const get = (more = '', version = '1.1') => `GET / HTTP/${version}\r\nHost: a\r\n${more}\r\n`;
const plain = () => http.createServer((_req, res) => res.end('x'));

const decisions = [
  ['1.1', '', true],
  ['1.1', 'Connection: keep-alive\r\n', true],
  ['1.1', 'Connection: close\r\n', false],
  ['1.1', 'Connection: Close\r\n', false],
  ['1.1', 'Connection: foo, close\r\n', false],
  ['1.1', 'Connection: foo\r\n', true],
  ['1.0', '', false],
  ['1.0', 'Connection: close\r\n', false],
  ['1.0', 'Connection: keep-alive\r\n', true],
  ['1.0', 'Connection: Keep-Alive\r\n', true],
];
for (const [version, header, kept] of decisions) {
  onBoth(`HTTP/${version} ${header.trim() || 'without Connection'}`, async ({ connect }) => {
    const server = http.createServer((_req, res) => {
      res.setHeader('Content-Length', 1);
      res.end('x');
    });
    const client = await connect(server);
    const response = await client.exchange(get(header, version));
    assert.strictEqual(response.headers.connection, kept ? 'keep-alive' : 'close');
    assert.strictEqual('keep-alive' in response.headers, kept);
    if (kept) assert.strictEqual((await client.exchange(get())).text, 'x');
    else assert.strictEqual(await client.untilEnd(), '');
  });
}

onBoth('Connection: close of the handler ends the connection', async ({ connect }) => {
  for (const way of ['setHeader', 'writeHead', 'shouldKeepAlive']) {
    const server = http.createServer((_req, res) => {
      if (way === 'setHeader') res.setHeader('Connection', 'close');
      if (way === 'shouldKeepAlive') res.shouldKeepAlive = false;
      if (way === 'writeHead') res.writeHead(200, { connection: 'Close' });
      res.end('last');
    });
    const client = await connect(server);
    client.send(get());
    assert.strictEqual((await client.response()).text, 'last', way);
    assert.strictEqual(await client.untilEnd(), '');
  }
});

onBoth('an own Connection: keep-alive is left as it is', async ({ connect }) => {
  const server = http.createServer((_req, res) => {
    res.setHeader('Connection', 'keep-alive');
    res.end('x');
  });
  const client = await connect(server);
  const response = await client.exchange(get());
  assert.strictEqual(response.headers.connection, 'keep-alive');
  await client.exchange(get());
});

onBoth('a removed Connection header', async ({ connect }) => {
  const server = http.createServer((_req, res) => {
    res.removeHeader('connection');
    res.end('x');
  });
  const client = await connect(server);
  const response = await client.exchange(get());
  assert.ok(!('connection' in response.headers));
  assert.strictEqual((await client.exchange(get())).text, 'x');
});

onBoth('Keep-Alive tells the timeout in whole seconds', async ({ connect }) => {
  for (const [timeout, expected] of [
    [5000, 'timeout=5'],
    [65_999, 'timeout=65'],
    [0, undefined],
  ]) {
    const server = plain();
    server.keepAliveTimeout = timeout;
    const client = await connect(server);
    const { headers } = await client.exchange(get());
    assert.strictEqual(headers['keep-alive'], expected);
    assert.strictEqual(headers.connection, 'keep-alive');
  }
});

onBoth('maxRequestsPerSocket says max, closes, and drops the rest', async ({ connect }) => {
  const dropped = [];
  const server = plain();
  server.maxRequestsPerSocket = 2;
  server.on('dropRequest', (req, socket) => dropped.push([req.url, socket === req.socket]));
  const client = await connect(server);
  const first = await client.exchange(get());
  assert.strictEqual(first.headers['keep-alive'], 'timeout=5, max=2');
  assert.strictEqual(first.headers.connection, 'keep-alive');
  const second = await client.exchange(get());
  assert.strictEqual(second.status, 200);
  assert.strictEqual(second.headers.connection, 'close');
  assert.deepStrictEqual(dropped, []);
  server.maxRequestsPerSocket = 1.5;
  const other = await connect(server);
  const whole = await other.exchange(get());
  assert.strictEqual(whole.headers['keep-alive'], 'timeout=5, max=1');
});

onNative('requests beyond maxRequestsPerSocket are not served', async ({ connect }) => {
  let served = 0;
  const server = http.createServer((_req, res) => {
    served++;
    res.end('x');
  });
  server.maxRequestsPerSocket = 2;
  const eager = await connect(server);
  eager.send(get() + get() + get());
  assert.strictEqual((await eager.response()).status, 200);
  assert.strictEqual((await eager.response()).headers.connection, 'close');
  const rest = await eager.untilEnd();
  if (rest !== '') assert.match(rest, /^HTTP\/1\.1 503 /);
  assert.strictEqual(served, 2);
});

onBoth('dropRequest is answered 503 while earlier answers wait', async ({ connect }) => {
  const dropped = deferred();
  const responses = [];
  const server = http.createServer((_req, res) => responses.push(res));
  server.maxRequestsPerSocket = 1;
  server.on('dropRequest', (req) => dropped.resolve(req.url));
  const client = await connect(server);
  client.send(`${get()}GET /dropped HTTP/1.1\r\nHost: a\r\n\r\n`);
  assert.strictEqual(await dropped.promise, '/dropped');
  assert.strictEqual(responses.length, 1);
  responses[0].end('served');
  assert.strictEqual((await client.response()).text, 'served');
});

onNative('keepAliveTimeout ends idle connections', async ({ connect }) => {
  const closed = deferred();
  const server = http.createServer((req, res) => {
    req.socket.once('close', () => closed.resolve(Date.now()));
    res.end('x');
  });
  server.keepAliveTimeout = 100;
  server.keepAliveTimeoutBuffer = 0;
  const client = await connect(server);
  const begun = Date.now();
  await client.exchange(get());
  assert.strictEqual(await client.untilEnd(), '');
  const after = (await closed.promise) - begun;
  assert.ok(after >= 98, `${after} ms`);
});

onNative(
  'the buffer is added to keepAliveTimeout',
  { skip: newerThanHost(24, 6) },
  async ({ connect }) => {
    const server = http.createServer(
      { keepAliveTimeout: 50, keepAliveTimeoutBuffer: 200 },
      (_req, res) => res.end('x'),
    );
    assert.strictEqual(server.keepAliveTimeoutBuffer, 200);
    const client = await connect(server);
    const begun = Date.now();
    await client.exchange(get());
    await client.untilEnd();
    assert.ok(Date.now() - begun >= 248, `${Date.now() - begun} ms`);
  },
);

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Asks `count` times on one connection, `pause` ms behind each answer, of a server with `timeout`.
 * False when the connection ended because the machine was so busy that the timeout had passed.
 */
async function keepsAsking(connect, server, { count, pause, timeout }) {
  server.keepAliveTimeout = timeout;
  server.keepAliveTimeoutBuffer = 0;
  const client = await connect(server);
  let asked = performance.now();
  for (let i = 0; i < count; i++) {
    const before = asked;
    asked = performance.now();
    try {
      await client.exchange(get());
    } catch (error) {
      if (performance.now() - before < timeout) throw error;
      return false;
    }
    await sleep(pause);
  }
  await client.untilEnd();
  return true;
}

/** Tries with longer and longer timeouts, until one is long enough for this machine. */
async function withTimeout(first, attempt) {
  for (let i = 0; i < 6; i++) if (await attempt(first * 2 ** i)) return;
  assert.fail('each of the timeouts ended a connection');
}

onNative('another request in time starts the timeout anew', async ({ connect }) => {
  await withTimeout(300, (timeout) =>
    keepsAsking(connect, plain(), { count: 12, pause: timeout / 6, timeout }),
  );
});

onNative('a request in progress is not idle', async ({ connect }) => {
  await withTimeout(50, (timeout) => {
    const server = http.createServer(async (_req, res) => {
      await sleep(timeout * 4);
      res.end('slow');
    });
    return keepsAsking(connect, server, { count: 2, pause: 0, timeout });
  });
});

/** Timeouts of a request, all of them longer than the one between requests, or none. */
const otherTimeouts = {
  'server.timeout': { server: (server) => server.setTimeout(600_000) },
  'that of the request': { request: (req) => req.setTimeout(600_000) },
  'that of the socket': { request: (req) => req.socket.setTimeout(600_000) },
  'one that is set behind end()': { ended: (req) => req.socket.setTimeout(600_000) },
  'the end of all timeouts behind end()': { ended: (req) => req.setTimeout(0) },
};
for (const [what, set] of Object.entries(otherTimeouts))
  for (const count of [1, 3])
    onNative(`keepAliveTimeout holds in spite of ${what}, ${count} requests`, async (context) => {
      const server = http.createServer({ keepAliveTimeout: 100 }, (req, res) => {
        set.request?.(req);
        res.end('x');
        set.ended?.(req);
      });
      server.keepAliveTimeoutBuffer = 0;
      set.server?.(server);
      const client = await context.connect(server);
      client.send(get().repeat(count));
      for (let i = 0; i < count; i++) await client.response();
      assert.strictEqual(await client.untilEnd(), '');
    });

onNative("a timeout that is set with 'finish' holds between requests", async ({ connect }) => {
  const server = http.createServer({ keepAliveTimeout: 100 }, (req, res) => {
    res.end('x');
    res.on('finish', () => req.socket.setTimeout(0));
  });
  const client = await connect(server);
  await client.exchange(get());
  await sleep(400);
  assert.strictEqual((await client.exchange(get())).text, 'x');
});

onNative('keepAliveTimeout, set late, does not hold for the next request', async ({ connect }) => {
  const server = http.createServer({ keepAliveTimeout: 200 }, async (req, res) => {
    if (req.url !== '/') await sleep(800);
    res.end('x');
    req.socket.setTimeout(0);
  });
  server.keepAliveTimeoutBuffer = 0;
  const client = await connect(server);
  client.send(get());
  await client.response();
  client.send(get().replace('/', '/slow'));
  assert.strictEqual((await client.response()).text, 'x');
  await client.untilEnd();
});

onNative('keepAliveTimeout 0 never ends a connection', async ({ connect }) => {
  const server = http.createServer({ keepAliveTimeout: 0 }, (_req, res) => res.end('x'));
  const client = await connect(server);
  await client.exchange(get());
  await new Promise((resolve) => setTimeout(resolve, 150));
  assert.strictEqual((await client.exchange(get())).text, 'x');
});

onBoth('a client that ends an idle connection is ended, too', async ({ connect }) => {
  const closed = deferred();
  const server = http.createServer((req, res) => {
    req.socket.once('close', (hadError) => closed.resolve(hadError));
    res.end('x');
  });
  server.on('clientError', () => assert.fail('an end is no error'));
  const client = await connect(server);
  await client.exchange(get());
  client.end();
  assert.strictEqual(await client.untilEnd(), '');
  assert.ok(!(await closed.promise));
});

onBoth('empty lines between requests are let through', async ({ connect }) => {
  const client = await connect(plain());
  await client.exchange(get());
  client.send('\r\n\r\n', get());
  assert.strictEqual((await client.response()).text, 'x');
});

onBoth('bytes behind Connection: close are not served', async ({ connect }) => {
  let requests = 0;
  const server = http.createServer((_req, res) => {
    requests++;
    setImmediate(() => res.end('x'));
  });
  server.on('clientError', (_error, socket) => socket.destroy());
  const client = await connect(server);
  client.send(get('Connection: close\r\n') + get());
  await client.untilEnd();
  await turn();
  assert.strictEqual(requests, 1);
});
