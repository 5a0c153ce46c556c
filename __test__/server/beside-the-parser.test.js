'use strict';
// Listeners for 'data' on a socket that speaks HTTP hear of bytes behind what HTTP makes of them, or, in front
// of its own listener, before.
const assert = require('node:assert');
const { once } = require('node:events');
const net = require('node:net');
const { Writable } = require('node:stream');
const { test } = require('node:test');
const http = require('../support/subject');
const { deferred, turn } = require('../support/events');
const { onBoth, onNative } = require('../support/transports');

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
const POST = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc';
const UP = 'GET /up HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n';

/** A server that notes what comes, with `listen(socket, log)` on each connection. */
function noting(listen, log = []) {
  const server = http.createServer((req, res) => {
    log.push(`request ${req.method}`);
    process.nextTick(() => log.push('tick'));
    req.on('data', (chunk) => log.push(`content ${chunk}`));
    req.on('end', () => res.end());
  });
  server.on('connection', (socket) => listen(socket, log));
  return { log, server };
}

onBoth('a listener hears of bytes behind the request they hold', async ({ connect }) => {
  const { log, server } = noting((socket) => {
    socket.on('data', (chunk) => log.push(`bytes ${chunk.length}`));
  });
  const client = await connect(server);
  await client.exchange(GET);
  assert.deepStrictEqual(log, ['request GET', `bytes ${GET.length}`, 'tick']);
  log.length = 0;
  await client.exchange(POST);
  assert.deepStrictEqual(
    log.filter((entry) => entry !== 'tick'),
    ['request POST', `bytes ${POST.length}`, 'content abc'], // the content flows in a tick
  );
});

onBoth('it hears of two requests of one read once, behind both', async ({ connect }) => {
  const { log, server } = noting((socket) => {
    socket.on('data', (chunk) => log.push(chunk.length));
  });
  const client = await connect(server);
  client.send(GET + GET);
  await client.response();
  await client.response();
  assert.deepStrictEqual(
    log.filter((entry) => entry !== 'tick'),
    ['request GET', 'request GET', 2 * GET.length],
  );
});

onBoth('it hears of a head that comes in pieces, piece by piece', async ({ connect }) => {
  const { log, server } = noting((socket) => {
    socket.on('data', (chunk) => log.push(chunk.length));
  });
  const client = await connect(server);
  client.send(GET.slice(0, 9));
  while (log.length === 0) await turn();
  client.send(GET.slice(9));
  await client.response();
  assert.deepStrictEqual(log, [9, 'request GET', GET.length - 9, 'tick']);
});

onBoth(
  "'upgrade' comes first, and its listener's own get what follows alone",
  async ({ connect }) => {
    const log = [];
    const server = http.createServer();
    server.on('connection', (socket) => {
      socket.once('data', (chunk) => log.push(`once ${chunk.length}`));
      socket.on('data', (chunk) => log.push(`all ${chunk.length}`));
    });
    server.on('upgrade', (_req, socket, head) => {
      log.push(`upgrade ${head}, ${socket.listenerCount('data')} listeners`);
      socket.on('data', (chunk) => log.push(`new ${chunk}`));
      socket.on('end', () => socket.end());
      socket.write('HTTP/1.1 101 Switching Protocols\r\n\r\n');
    });
    const client = await connect(server);
    client.send(`${UP}head`);
    await client.untilText('\r\n\r\n');
    client.send('next');
    while (!log.includes('new next')) await turn();
    client.end();
    await client.untilEnd();
    const first = UP.length + 4;
    assert.deepStrictEqual(log, [
      'upgrade head, 2 listeners',
      `once ${first}`,
      `all ${first}`,
      'all 4',
      'new next',
    ]);
  },
);

// Node's parser is one of the listeners: those in front of it hear first.
for (const [how, listen, order] of [
  ['on', (socket, heard) => socket.on('data', heard), ['request', 'bytes']],
  ['once', (socket, heard) => socket.once('data', heard), ['request', 'bytes']],
  ['addListener', (socket, heard) => socket.addListener('data', heard), ['request', 'bytes']],
  [
    'prependListener',
    (socket, heard) => socket.prependListener('data', heard),
    ['bytes', 'request'],
  ],
  [
    'prependOnceListener',
    (socket, heard) => socket.prependOnceListener('data', heard),
    ['bytes', 'request'],
  ],
  [
    'pipe',
    (socket, heard) =>
      socket.pipe(
        new Writable({
          write(chunk, _encoding, callback) {
            heard(chunk);
            callback();
          },
        }),
      ),
    ['request', 'bytes'],
  ],
]) {
  onBoth(`${how}: who hears first`, async ({ connect }) => {
    const log = [];
    const { server } = noting((socket) => listen(socket, () => log.push('bytes')), log);
    const client = await connect(server);
    await client.exchange(GET);
    const seen = log.map((entry) => entry.split(' ')[0]).filter((entry) => entry !== 'tick');
    assert.deepStrictEqual(seen, order);
  });
}

onBoth('those in front of the parser and those behind it hear the same, once', async (t) => {
  const { log, server } = noting((socket, log) => {
    socket.on('data', (chunk) => log.push(`behind ${chunk.length}`));
    socket.prependListener('data', (chunk) => log.push(`front ${chunk.length}`));
    socket.prependOnceListener('data', (chunk) => log.push(`once ${chunk.length}`));
  });
  const client = await t.connect(server);
  for (const first of [true, false]) {
    log.length = 0;
    await client.exchange(GET);
    const seen = log.filter((entry) => entry !== 'tick');
    const { length } = GET;
    const once = first ? [`once ${length}`] : [];
    assert.deepStrictEqual(seen, [...once, `front ${length}`, 'request GET', `behind ${length}`]);
  }
});

onNative("'readable': who reads gets all bytes, and HTTP goes on", async ({ connect }) => {
  let read = '';
  const { server } = noting((socket) =>
    socket.on('readable', () => {
      for (let chunk = socket.read(); chunk !== null; chunk = socket.read()) read += chunk;
    }),
  );
  const client = await connect(server);
  await client.exchange(GET);
  await client.exchange(POST);
  assert.strictEqual(read, GET + POST);
});

onNative(
  "a socket's readers are told behind the parser's events of the same bytes",
  async (context) => {
    const log = [];
    const server = http.createServer((req, res) => {
      log.push(`request ${req.url}`);
      res.on('finish', () => log.push('finish'));
      res.end();
    });
    server.on('connection', (socket) => socket.on('data', (bytes) => log.push(bytes.length)));
    const client = await context.connect(server);
    await client.exchange(GET);
    client.send(GET.slice(0, 10));
    while (log.length < 4) await new Promise(setImmediate);
    await client.exchange(GET.slice(10));
    while (log.length < 7) await new Promise(setImmediate);
    const { length } = GET;
    const [asked, told, finished] = log.splice(0, 3);
    assert.deepStrictEqual([asked, told, finished], ['request /', length, 'finish']);
    assert.deepStrictEqual(log, [10, 'request /', length - 10, 'finish']);
  },
);

onNative('a handler that throws keeps those behind it from hearing', async ({ connect, t }) => {
  const heard = [];
  const thrown = deferred();
  const server = http.createServer((req, res) => {
    res.end('answered');
    if (req.url === '/throw') throw new Error('mine');
  });
  server.on('connection', (socket) => socket.on('data', (chunk) => heard.push(chunk.length)));
  const uncaught = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  process.once('uncaughtException', thrown.resolve);
  t.after(() => {
    for (const listener of uncaught) process.on('uncaughtException', listener);
  });
  const client = await connect(server);
  await client.exchange(GET);
  client.send(GET.replace('/', '/throw'));
  assert.strictEqual((await thrown.promise).message, 'mine');
  assert.deepStrictEqual(heard, [GET.length]);
  const other = await connect(server);
  await other.exchange(GET);
  assert.deepStrictEqual(heard, [GET.length, GET.length]);
});

test("a client's listener hears of bytes behind the answer they hold", async (t) => {
  const log = [];
  const server = net.createServer((socket) => {
    socket.once('data', () => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabc');
      socket.once('data', () => socket.end('def'));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const req = http.request({ port: server.address().port, method: 'POST', agent: false });
  req.setHeader('Transfer-Encoding', 'chunked');
  req.flushHeaders();
  req.on('socket', (socket) => {
    socket.on('data', (chunk) => log.push(`bytes ${String(chunk).slice(-3)}`));
  });
  const [res] = await once(req, 'response');
  log.push('response');
  res.on('data', (chunk) => log.push(`content ${chunk}`));
  res.once('data', () => req.end('more'));
  await once(res, 'end');
  assert.deepStrictEqual(log.slice(-2), ['content def', 'bytes def']);
});

for (const [how, end] of Object.entries({
  'destroys the socket': (socket) => socket.destroy(),
  'looks at its handle': (socket) => socket._handle,
}))
  onNative(`readers are told, though a handler ${how}`, async (context) => {
    const log = [];
    const told = deferred();
    const server = http.createServer((req, res) => {
      log.push('request');
      end(req.socket);
      res.end();
    });
    server.on('connection', (socket) =>
      socket.on('data', (bytes) => {
        log.push(bytes.length);
        told.resolve();
      }),
    );
    const client = await context.connect(server);
    client.send(GET);
    await told.promise;
    assert.deepStrictEqual(log, ['request', GET.length]);
  });

onNative(
  'who begins to listen in a handler changes nothing about what was read already',
  async (world) => {
    const { connect } = world;
    const { log, server } = noting(() => {});
    server.on('request', ({ socket }, res) => {
      socket.on('data', () => {});
      res.on('finish', () => log.push('finish'));
      res.end();
    });
    const client = await connect(server);
    client.send(POST, POST);
    await client.response();
    await client.response();
    const exchange = ['request POST', 'tick', 'content abc', 'finish'];
    assert.deepStrictEqual(log.slice(0, 5), [...exchange, 'request POST']);
  },
);
