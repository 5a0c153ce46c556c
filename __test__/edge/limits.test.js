'use strict';
// Limits of a server's connections, in number and in time: never earlier than promised, and, as soon
// as the machine lets it, no later than 50 ms and one checking interval behind that.
const assert = require('node:assert');
const { once } = require('node:events');
const http = require('../support/subject');
const { hostHas, newerThanHost, onNodeHttp } = require('../support/mode');
const { onNative } = require('../support/transports');

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
const POST = 'POST / HTTP/1.1\r\nHost: a\r\n';
const CHECKING = 50;
const TOLERANCE = 50;
/** Clocks of two threads are rounded apart. */
const ROUNDING = 2;
/** How often a busy machine may be too slow to tell. */
const ROUNDS = 20;

/**
 * Has five connections begun by `start` and times them. All must last `limit` at least, in every
 * round, from before the client has dialled; the fastest, from where it had begun, shows what the
 * server does: the others, and whole rounds, may have waited for a busy machine.
 */
async function assertLasts(context, server, limit, late, start) {
  for (let round = 1; ; round++) {
    const times = await Promise.all(Array.from({ length: 5 }, () => timed(context, server, start)));
    const whole = times.map((time) => time.whole);
    const elapsed = times.map((time) => time.elapsed);
    assert.ok(Math.min(...whole) >= limit - ROUNDING, `too early: ${whole}`);
    if (Math.min(...elapsed) <= limit + late + TOLERANCE) return times.map((time) => time.rest);
    assert.ok(round < ROUNDS, `too late in ${ROUNDS} rounds, at last: ${elapsed}`);
  }
}

async function timed(context, server, start) {
  const dialled = performance.now();
  const client = await context.connect(server);
  const begun = await start(client);
  const rest = await client.untilEnd();
  const end = performance.now();
  return { whole: end - dialled, elapsed: end - begun, rest };
}

const TIMED_OUT = 'HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n';

async function listening(context, options, handler) {
  const server = http.createServer({ connectionsCheckingInterval: CHECKING, ...options }, handler);
  await context.listen(server);
  return server;
}

onNative('headersTimeout', async (context) => {
  const server = await listening(context, { headersTimeout: 300, requestTimeout: 0 });
  const answers = await assertLasts(context, server, 300, CHECKING, (client) => {
    client.send('GET / HTTP/1.1\r\nHost: a\r\n');
    return performance.now();
  });
  assert.deepStrictEqual(answers, Array(5).fill(TIMED_OUT));
});

onNative('requestTimeout', async (context) => {
  const options = { headersTimeout: 0, requestTimeout: 300 };
  const server = await listening(context, options, (req) => req.resume().on('error', () => {}));
  const answers = await assertLasts(context, server, 300, CHECKING, (client) => {
    client.send(`${POST}Content-Length: 5\r\n\r\nhell`);
    return performance.now();
  });
  assert.deepStrictEqual(answers, Array(5).fill(TIMED_OUT));
});

onNative('keepAliveTimeout', { skip: newerThanHost(24) }, async (context) => {
  const options = { keepAliveTimeout: 300, keepAliveTimeoutBuffer: 0 };
  const server = await listening(context, options, (_req, res) => res.end('x'));
  const answers = await assertLasts(context, server, 300, 0, async (client) => {
    await client.exchange(GET);
    return performance.now();
  });
  assert.deepStrictEqual(answers, Array(5).fill(''));
});

onNative('timeout, before a request, in one and in its answer', async (context) => {
  const server = await listening(context, {}, (req, res) => {
    req.on('error', () => {});
    if (req.url === '/half') res.write('half an answer');
  });
  server.timeout = 300;
  const beginnings = ['', `${POST}Content-Length: 5\r\n\r\nhell`, GET, GET.replace('/', '/half')];
  for (const beginning of beginnings) {
    await assertLasts(context, server, 300, 0, async (client) => {
      if (beginning) client.send(beginning);
      const begin = performance.now();
      if (beginning.includes('/half')) await client.untilText('half an answer');
      return begin;
    });
  }
});

onNative('maxRequestsPerSocket', async (context) => {
  const server = await listening(context, {}, (_req, res) => res.end('x'));
  server.maxRequestsPerSocket = 3;
  const dropped = [];
  server.on('dropRequest', (req) => dropped.push(req.url));
  const client = await context.connect(server);
  const answers = [];
  client.send(GET.repeat(3) + GET.replace('/', '/more'));
  for (let i = 0; i < 4; i++) answers.push(await client.response());
  assert.deepStrictEqual(
    answers.map(({ status, headers }) => [status, headers.connection]),
    [
      [200, 'keep-alive'],
      [200, 'keep-alive'],
      [200, 'close'],
      [503, 'close'],
    ],
  );
  assert.deepStrictEqual(dropped, ['/more']);
});

onNative('maxConnections', async (context) => {
  const server = await listening(context, {}, (_req, res) => res.end('x'));
  server.maxConnections = 3;
  const three = await Promise.all([1, 2, 3].map(() => context.connect(server)));
  for (const client of three) await client.exchange(GET);
  const drop = once(server, 'drop');
  const fourth = await context.connect(server);
  const [data] = await drop;
  assert.strictEqual(data.remotePort, fourth.stream.localPort);
  assert.strictEqual(await fourth.untilEnd(), '');
  three[0].destroy();
  let connections = 3;
  while (connections === 3) {
    connections = await new Promise((resolve) => {
      server.getConnections((_error, count) => setImmediate(resolve, count));
    });
  }
  const fifth = await context.connect(server);
  assert.strictEqual((await fifth.exchange(GET)).text, 'x');
});

const fields = (count) => Array.from({ length: count }, (_, i) => `x${i}: y\r\n`).join('');
const TOO_MANY = 'HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\n\r\n';

onNative(
  'maxHeadersCount: a field more is refused, in the head and in trailers',
  { skip: !hostHas(22) && 'before Node 22 they are cut: see the next test' },
  async (context) => {
    for (const [limit, allowed] of [
      [10, 10],
      [null, 1000],
    ]) {
      const server = await listening(context, {}, (req, res) => {
        req.resume().on('end', () => res.end(`${req.rawHeaders.length + req.rawTrailers.length}`));
        req.on('error', () => {});
      });
      server.maxHeadersCount = limit;
      const send = async (bytes) => (await context.connect(server)).send(bytes);
      const head = (count) => `GET / HTTP/1.1\r\nHost: a\r\n${fields(count - 1)}\r\n`;
      const trailers = (count) =>
        `${POST}Transfer-Encoding: chunked\r\n\r\n0\r\n${fields(count)}\r\n`;
      const whole = await send(head(allowed));
      assert.strictEqual((await whole.response()).text, `${allowed * 2}`);
      assert.strictEqual(await (await send(head(allowed + 1))).untilEnd(), TOO_MANY);
      const trailing = await send(trailers(allowed));
      assert.strictEqual((await trailing.response()).text, `${allowed * 2 + 4}`);
      assert.strictEqual(await (await send(trailers(allowed + 1))).untilEnd(), TOO_MANY);
    }
  },
);

onNative(
  'maxHeadersCount: a field more is left out',
  { skip: hostHas(22) && 'from Node 22 on the request is refused' },
  async (context) => {
    const server = await listening(context, {}, (req, res) => {
      req.resume().on('end', () => {
        res.end([req.headers, req.trailers].map((list) => Object.keys(list).length).join());
      });
    });
    server.maxHeadersCount = 10;
    const client = await context.connect(server);
    client.send(`GET / HTTP/1.1\r\nHost: a\r\n${fields(20)}\r\n`);
    assert.strictEqual((await client.response()).text, '10,0');
    // Node cuts trailers only where a batch of 32 is full.
    if (onNodeHttp) return;
    client.send(`${POST}Transfer-Encoding: chunked\r\n\r\n0\r\n${fields(20)}\r\n`);
    assert.strictEqual((await client.response()).text, '2,10');
  },
);

onNative('maxHeadersCount: 0 is any number', async (context) => {
  const server = await listening(context, { maxHeaderSize: 200_000 }, (req, res) =>
    res.end(`${Object.keys(req.headers).length}`),
  );
  server.maxHeadersCount = 0;
  const client = await context.connect(server);
  client.send(`GET / HTTP/1.1\r\nHost: a\r\n${fields(4999)}\r\n`);
  assert.strictEqual((await client.response()).text, '5000');
});

onNative('a field named __proto__ is a field like others', async (context) => {
  const server = await listening(context, {}, (req, res) => {
    req.resume().on('end', () => {
      const { headers, headersDistinct, trailers, trailersDistinct } = req;
      const all = [headers, headersDistinct, trailers, trailersDistinct];
      res.end(all.map((fields) => Object.keys(fields).join()).join(' '));
    });
  });
  const client = await context.connect(server);
  client.send(`${POST}__proto__: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n__proto__: y\r\n\r\n`);
  const { status, text } = await client.response();
  assert.strictEqual(status, 200);
  assert.match(text, /^host,/);
  assert.strictEqual({}.x, undefined);
});
