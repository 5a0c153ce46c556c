'use strict';
// Listeners for 'data' on a socket that speaks HTTP hear of bytes behind what HTTP makes of them.
const assert = require('node:assert');
const { once } = require('node:events');
const net = require('node:net');
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
      socket.write('HTTP/1.1 101 Switching Protocols\r\n\r\n');
    });
    const client = await connect(server);
    client.send(`${UP}head`);
    await client.untilText('\r\n\r\n');
    client.send('next');
    while (!log.includes('new next')) await turn();
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
