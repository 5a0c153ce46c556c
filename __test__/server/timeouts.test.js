'use strict';
// Timeouts of sockets, and of requests that take too long to arrive.
const assert = require('node:assert');
const { test } = require('node:test');
const http = require('../support/subject');
const { deferred } = require('../support/events');
const { onBoth, onNative } = require('../support/transports');

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
const half = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n01';
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
/** Long enough for a client to say something first, on a busy machine too. */
const AFTER_IT_SPOKE = 600;

test('defaults', () => {
  const server = http.createServer();
  assert.strictEqual(server.timeout, 0);
  assert.strictEqual(server.headersTimeout, 60_000);
  assert.strictEqual(server.requestTimeout, 300_000);
  assert.strictEqual(server.keepAliveTimeout, 5000);
  assert.strictEqual(server.maxRequestsPerSocket, 0);
  assert.strictEqual(server.maxHeadersCount, null);
  assert.strictEqual(server.listening, false);
});

test('setTimeout of a server stores and listens', () => {
  const server = http.createServer();
  const listener = () => {};
  assert.strictEqual(server.setTimeout(1234, listener), server);
  assert.strictEqual(server.timeout, 1234);
  assert.deepStrictEqual(server.listeners('timeout'), [listener]);
  server.setTimeout(10);
  assert.strictEqual(server.timeout, 10);
});

onNative('server.timeout destroys a silent connection', async ({ connect }) => {
  const closed = deferred();
  const server = http.createServer((req, res) => {
    req.on('aborted', () => {});
    res.on('close', () => closed.resolve(res.writableFinished));
  });
  server.timeout = AFTER_IT_SPOKE;
  const client = await connect(server);
  client.send(GET);
  assert.strictEqual(await closed.promise, false);
  assert.strictEqual(await client.untilEnd(), '');
});

onNative("a 'timeout' listener of the server keeps the connection", async ({ connect }) => {
  const told = deferred();
  let response;
  const server = http.createServer((_req, res) => {
    response = res;
  });
  // Before the request comes, a slow machine's time may be over once already.
  server.setTimeout(40, (socket) => response && told.resolve(socket));
  const client = await connect(server);
  client.send(GET);
  const socket = await told.promise;
  assert.strictEqual(socket, response.socket);
  assert.strictEqual(socket.destroyed, false);
  response.end('late');
  assert.strictEqual((await client.response()).text, 'late');
});

onNative(
  'server.timeout holds from the first byte on, and for idle sockets',
  async ({ connect }) => {
    const server = http.createServer();
    server.timeout = 60;
    const silent = await connect(server);
    assert.strictEqual(await silent.untilEnd(), '');
  },
);

onNative('traffic holds the timeout off', async ({ connect }) => {
  const server = http.createServer((req, res) => {
    req.resume().on('end', () => res.end('done'));
  });
  server.timeout = 2000;
  const client = await connect(server);
  client.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n');
  for (let i = 0; i < 10; i++) {
    await wait(240);
    client.send('x');
  }
  assert.strictEqual((await client.response()).text, 'done');
});

onNative('res.setTimeout tells the response', async ({ connect }) => {
  const log = [];
  const server = http.createServer((_req, res) => {
    assert.strictEqual(
      res.setTimeout(40, (socket) => {
        log.push(socket === res.socket);
        res.end('timed out');
      }),
      res,
    );
  });
  const client = await connect(server);
  assert.strictEqual((await client.exchange(GET)).text, 'timed out');
  assert.deepStrictEqual(log, [true]);
});

onNative('timeouts without any listener destroy', async ({ connect }) => {
  const closed = deferred();
  const server = http.createServer((req, res) => {
    res.on('close', () => closed.resolve());
    req.socket.setTimeout(40);
  });
  const client = await connect(server);
  client.send(GET);
  await closed.promise;
  assert.strictEqual(await client.untilEnd(), '');
});

onNative('request, response and server are told in this order', async ({ connect }) => {
  const log = [];
  const done = deferred();
  const server = http.createServer((req, res) => {
    log.length = 0;
    req.on('timeout', () => log.push('req'));
    res.on('timeout', () => log.push('res'));
  });
  // Before the request comes, a slow machine's time may be over once already.
  server.setTimeout(40, () => {
    log.push('server');
    if (log.length > 1) done.resolve();
  });
  const client = await connect(server);
  client.send(half);
  await done.promise;
  assert.deepStrictEqual(log, ['req', 'res', 'server']);
});

const short = { connectionsCheckingInterval: 20 };

/** A server that listens in any case: only then are connections looked at. */
async function listening({ listen }, options, handler) {
  const server = http.createServer({ ...short, ...options }, handler);
  await listen(server);
  return server;
}

const TIMED_OUT = /^HTTP\/1\.1 408 Request Timeout\r\nConnection: close\r\n\r\n$/;

onBoth('headersTimeout: a head that does not come gets 408', async (context) => {
  const options = { headersTimeout: AFTER_IT_SPOKE, requestTimeout: 0 };
  const server = await listening(context, options, () => assert.fail('no request'));
  const client = await context.connect(server);
  client.send('GET / HTTP/1.1\r\nHost: a\r\n');
  assert.match(await client.untilEnd(), TIMED_OUT);
});

onBoth('headersTimeout: dripping bytes do not help', async (context) => {
  const options = { headersTimeout: AFTER_IT_SPOKE, requestTimeout: 0 };
  const server = await listening(context, options, () => assert.fail('no request'));
  const client = await context.connect(server);
  client.send('GET / HTTP/1.1\r\n');
  const dripping = setInterval(() => client.stream.writable && client.send('X-A: 1\r\n'), 20);
  try {
    assert.match(await client.untilEnd(), TIMED_OUT);
  } finally {
    clearInterval(dripping);
  }
});

onBoth('requestTimeout: content that does not come', async (context) => {
  const told = deferred();
  const aborted = deferred();
  const options = { headersTimeout: 0, requestTimeout: AFTER_IT_SPOKE };
  const server = await listening(context, options, (req) => {
    req.resume();
    req.on('aborted', aborted.resolve);
  });
  server.on('clientError', (error, socket) => {
    told.resolve(error);
    socket.end('HTTP/1.1 408 Own Words\r\n\r\n');
    socket.destroySoon?.();
  });
  const client = await context.connect(server);
  client.send(half);
  const error = await told.promise;
  assert.strictEqual(error.code, 'ERR_HTTP_REQUEST_TIMEOUT');
  assert.strictEqual(error.message, 'Request timeout');
  assert.strictEqual(error.name, 'Error');
  assert.strictEqual(await client.untilEnd(), 'HTTP/1.1 408 Own Words\r\n\r\n');
  client.end();
  await aborted.promise;
});

onBoth('requestTimeout: the default answer', async (context) => {
  const options = { headersTimeout: 0, requestTimeout: AFTER_IT_SPOKE };
  const server = await listening(context, options, (req) => req.resume());
  const client = await context.connect(server);
  client.send(half);
  assert.match(await client.untilEnd(), TIMED_OUT);
});

onBoth('requestTimeout goes on when the handle of the socket is looked at', async (context) => {
  const options = { headersTimeout: 0, requestTimeout: 2 * AFTER_IT_SPOKE };
  const server = await listening(context, options, async (req) => {
    req.resume();
    await wait(AFTER_IT_SPOKE);
    void req.socket._handle;
  });
  const client = await context.connect(server);
  const begin = performance.now();
  client.send(half);
  assert.match(await client.untilEnd(), TIMED_OUT);
  const lasted = performance.now() - begin;
  assert.ok(lasted < 2.5 * AFTER_IT_SPOKE, `it began anew: ${lasted} ms`);
});

onBoth('a whole request may wait for its answer as long as it wants', async (context) => {
  const options = { headersTimeout: AFTER_IT_SPOKE, requestTimeout: AFTER_IT_SPOKE };
  const server = await listening(context, options, async (_req, res) => {
    await wait(AFTER_IT_SPOKE * 1.5);
    res.end('slow');
  });
  const client = await context.connect(server);
  assert.strictEqual((await client.exchange(GET)).text, 'slow');
});

onBoth('an idle connection is not timed out as a request', async (context) => {
  const limits = { headersTimeout: AFTER_IT_SPOKE, requestTimeout: AFTER_IT_SPOKE };
  const options = { ...limits, keepAliveTimeout: 60_000 };
  const server = await listening(context, options, (_req, res) => res.end('x'));
  const client = await context.connect(server);
  await client.exchange(GET);
  await wait(AFTER_IT_SPOKE * 1.5);
  assert.strictEqual((await client.exchange(GET)).text, 'x');
});

onBoth('the second request of a connection has its own time', async (context) => {
  const options = { headersTimeout: AFTER_IT_SPOKE, requestTimeout: AFTER_IT_SPOKE };
  const server = await listening(context, options, (_req, res) => res.end('x'));
  const client = await context.connect(server);
  await client.exchange(GET);
  await wait(AFTER_IT_SPOKE * 0.7);
  await client.exchange(GET);
  client.send('GET / HTTP/1.1\r\n');
  assert.match(await client.untilEnd(), TIMED_OUT);
});

onNative('a connection without a byte is timed out, too', async (context) => {
  const options = { headersTimeout: 60, requestTimeout: 60 };
  const server = await listening(context, options, () => {});
  const client = await context.connect(server);
  assert.match(await client.untilEnd(), TIMED_OUT);
});

onBoth('0 switches both off', async (context) => {
  const options = { headersTimeout: 0, requestTimeout: 0 };
  const server = await listening(context, options, (req, res) => {
    req.resume().on('end', () => res.end('x'));
  });
  const client = await context.connect(server);
  client.send('POST / HTTP/1.1\r\nHost: a\r\n');
  await wait(150);
  client.send('Content-Length: 2\r\n\r\n0');
  await wait(150);
  client.send('1');
  assert.strictEqual((await client.response()).text, 'x');
});
