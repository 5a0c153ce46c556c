'use strict';
// Closing a server: idle connections, active ones, all of them.
const assert = require('node:assert');
const { once } = require('node:events');
const { test } = require('node:test');
const { Worker } = require('node:worker_threads');
const http = require('../support/subject');
const { runProgram } = require('../support/child');
const { deferred, turn } = require('../support/events');
const { hostHas, onNodeHttp } = require('../support/mode');
const { onBoth, onNative } = require('../support/transports');

const get = (path = '/') => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;
const closeOf = (server) => new Promise((resolve) => server.close(resolve));

test('close of a server that does not listen is an error of the callback', async () => {
  const server = http.createServer();
  const error = await closeOf(server);
  assert.strictEqual(error.code, 'ERR_SERVER_NOT_RUNNING');
  assert.strictEqual(error.message, 'Server is not running.');
  assert.ok(error instanceof Error);
  assert.strictEqual(server.close(), server);
});

onNative('close ends idle connections and comes when all are gone', async ({ connect }) => {
  const log = [];
  const server = http.createServer((_req, res) => res.end('x'));
  server.on('close', () => log.push('close'));
  const idle = await connect(server);
  await idle.exchange(get());
  const untouched = await connect(server);
  // The server has to know of it before it can close it.
  while ((await connections(server)) < 2) await turn();
  const closed = closeOf(server);
  assert.strictEqual(server.listening, false);
  assert.strictEqual(server.address(), null);
  assert.strictEqual(await idle.untilEnd(), '');
  // Node would not have taken it from the backlog; one that it has taken, stays.
  if (onNodeHttp) untouched.destroy();
  else assert.strictEqual(await untouched.untilEnd(), '');
  assert.strictEqual(await closed, undefined);
  assert.deepStrictEqual(log, ['close']);
  assert.strictEqual((await closeOf(server)).code, 'ERR_SERVER_NOT_RUNNING');
});

onNative('close as soon as a connection has come', async ({ connect }) => {
  const server = http.createServer((_req, res) => res.end('x'));
  server.once('connection', () => server.close());
  const client = await connect(server);
  client.send(get());
  // From 26 on, Node ends what has sent nothing.
  if (hostHas(26)) assert.strictEqual(await client.untilEnd(), '');
  else assert.strictEqual((await client.response()).text, 'x');
});

/** Connects to `workerData.port`, and says when its request is on its way; then what it has got. */
const asking = `
  const { parentPort, workerData: { port, sent, text } } = require('node:worker_threads');
  const socket = require('node:net').connect(port, '127.0.0.1');
  let got = '';
  socket.on('error', () => {}).on('data', (piece) => { got += piece; });
  socket.on('close', () => parentPort.postMessage(got));
  socket.write(text, () => {
    Atomics.store(sent, 0, 1);
    Atomics.notify(sent, 0);
  });`;

test('close while a first request waits to be read', { timeout: 60_000 }, async (t) => {
  const server = http.createServer((_req, res) => res.end('x'));
  const sent = new Int32Array(new SharedArrayBuffer(4));
  server.once('connection', () => {
    Atomics.wait(sent, 0, 0);
    server.close();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const workerData = { port: server.address().port, sent, text: get() };
  const client = new Worker(asking, { eval: true, workerData });
  t.after(() => client.terminate());
  const [got] = await once(client, 'message');
  // Node does not look at what waits.
  if (onNodeHttp && hostHas(26)) assert.strictEqual(got, '');
  else assert.match(got, /\r\n\r\nx$/);
});

const reading = { timeout: 60_000, skip: onNodeHttp && 'no thread reads ahead in Node' };

test('close while a request waits that a thread has read', reading, async (t) => {
  const program = `
    const { Worker } = require('node:worker_threads');
    const server = http.createServer((_req, res) => res.end('x'));
    const connected = new Promise((resolve) => server.once('connection', resolve));
    server.listen(0, '127.0.0.1', async () => {
      const { port } = server.address();
      const sent = new Int32Array(new SharedArrayBuffer(4));
      const asking = ${JSON.stringify(asking)};
      const text = 'GET / HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n';
      const client = new Worker(asking, { eval: true, workerData: { port, sent, text } });
      client.on('message', (got) => console.log(got.split('\\r\\n\\r\\n')[1]));
      await connected;
      while (server.stats().requestsQueued === 0);
      server.close();
    });`;
  const { stdout, stderr } = await runProgram(t, program, { env: { RUST_HTTP_LEADER: 'thread' } });
  assert.strictEqual(stdout, 'x\n', stderr);
});

const connections = (server) =>
  new Promise((resolve, reject) =>
    server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
  );

onNative('close lets active requests finish, and ends their connections', async ({ connect }) => {
  const responses = [];
  const arrived = deferred();
  const server = http.createServer((_req, res) => {
    responses.push(res);
    arrived.resolve();
  });
  const client = await connect(server);
  client.send(get());
  await arrived.promise;
  let done = false;
  const closed = closeOf(server).then(() => {
    done = true;
  });
  await turn();
  await turn();
  assert.strictEqual(done, false);
  responses[0].end('finished');
  const response = await client.response();
  assert.strictEqual(response.text, 'finished');
  // Kept alive for as long as the timeout says, unless something ends it.
  client.end();
  await closed;
});

onNative('a closed server takes no new connections', async ({ connect, listen, t }) => {
  const net = require('node:net');
  const arrived = deferred();
  const server = http.createServer((_req, res) => arrived.resolve(res));
  const port = await listen(server);
  const client = await connect(server);
  client.send(get());
  const res = await arrived.promise;
  server.close();
  const late = net.connect(port, '127.0.0.1');
  t.after(() => late.destroy());
  const [error] = await once(late, 'error');
  assert.strictEqual(error.code, 'ECONNREFUSED');
  res.end();
  assert.strictEqual((await client.response()).status, 200);
});

onBoth('closeIdleConnections ends those between requests only', async ({ connect, isNative }) => {
  const arrived = deferred();
  const sockets = [];
  const server = http.createServer((req, res) => {
    sockets.push(req.socket);
    if (req.url === '/slow') arrived.resolve(res);
    else res.end('x');
  });
  if (!isNative) await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const idle = await connect(server);
  const active = await connect(server);
  const sending = await connect(server);
  await idle.exchange(get());
  await sending.exchange(get());
  sending.send('GET /half HTTP/1.1\r\nHo');
  active.send(get('/slow'));
  const res = await arrived.promise;
  // Lets the half request arrive: in memory within a few turns.
  const half = sockets[1];
  while (isNative && half.bytesRead < get().length + 'GET /half HTTP/1.1\r\nHo'.length)
    await turn();
  for (let i = 0; i < 10; i++) await turn();
  server.closeIdleConnections();
  assert.strictEqual(await idle.untilEnd(), '');
  sending.send('st: a\r\n\r\n');
  assert.strictEqual((await sending.response()).text, 'x');
  res.end('slow');
  assert.strictEqual((await active.response()).text, 'slow');
});

onBoth(
  'closeIdleConnections and a connection that has sent nothing',
  async ({ connect, isNative }) => {
    const closed = [];
    const server = http.createServer((_req, res) => res.end('x'));
    server.on('connection', (socket) => socket.on('close', () => closed.push(socket)));
    if (!isNative) await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    const accepted = once(server, 'connection');
    const client = await connect(server);
    await accepted;
    server.closeIdleConnections();
    // Node counts such a connection as idle from 26 on.
    if (Number.parseInt(process.versions.node, 10) >= 26) {
      assert.strictEqual(await client.untilEnd(), '');
    } else {
      assert.strictEqual((await client.exchange(get())).text, 'x');
      assert.strictEqual(closed.length, 0);
    }
  },
);

onBoth('closeAllConnections ends every one', async ({ connect, isNative }) => {
  const log = [];
  const arrived = deferred();
  const server = http.createServer((req, res) => {
    if (req.url !== '/slow') {
      res.end('x');
      return;
    }
    req.on('aborted', () => log.push('aborted'));
    res.on('close', () => log.push('res close'));
    arrived.resolve();
  });
  if (!isNative) await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const idle = await connect(server);
  const active = await connect(server);
  await idle.exchange(get());
  active.send(get('/slow'));
  await arrived.promise;
  server.closeAllConnections();
  await Promise.all([idle.untilEnd(), active.untilEnd()]);
  while (!log.includes('res close')) await turn();
  assert.strictEqual(active.rest, '');
});

onNative('close and closeAllConnections end a server at once', async ({ connect }) => {
  const arrived = deferred();
  const server = http.createServer(() => arrived.resolve());
  const client = await connect(server);
  client.send(get());
  await arrived.promise;
  const closed = closeOf(server);
  server.closeAllConnections();
  assert.strictEqual(await closed, undefined);
  await client.untilEnd();
});

const dispose = {
  skip: !Symbol.asyncDispose && 'the host has no Symbol.asyncDispose',
};

onNative('Symbol.asyncDispose closes', dispose, async ({ connect }) => {
  const server = http.createServer((_req, res) => res.end('x'));
  const client = await connect(server);
  await client.exchange(get());
  client.end();
  await server[Symbol.asyncDispose]();
  assert.strictEqual(server.listening, false);
});

onNative('a server listens again after it has closed', async ({ connect, listen }) => {
  const server = http.createServer((_req, res) => res.end('x'));
  for (let i = 0; i < 3; i++) {
    await listen(server);
    const client = await connect(server);
    assert.strictEqual((await client.exchange(get())).text, 'x');
    assert.strictEqual(await closeOf(server), undefined);
    await client.untilEnd();
  }
});

onNative('getConnections counts', async ({ connect, listen }) => {
  const server = http.createServer((_req, res) => res.end('x'));
  await listen(server);
  assert.strictEqual(await connections(server), 0);
  const clients = [await connect(server), await connect(server), await connect(server)];
  for (const client of clients) await client.exchange(get());
  assert.strictEqual(await connections(server), 3);
  clients[0].destroy();
  while ((await connections(server)) > 2) await turn();
  clients[1].reset();
  while ((await connections(server)) > 1) await turn();
  assert.strictEqual(await connections(server), 1);
});

onNative('maxConnections drops what is too much', async ({ connect, listen }) => {
  const dropped = [];
  const server = http.createServer((_req, res) => res.end('x'));
  server.maxConnections = 2;
  server.on('drop', (data) => dropped.push(data));
  const port = await listen(server);
  const clients = [await connect(server), await connect(server)];
  for (const client of clients) await client.exchange(get());
  const third = await connect(server);
  await third.untilEnd();
  assert.strictEqual(third.length, 0);
  while (dropped.length === 0) await turn();
  const { localPort, remotePort, localAddress, remoteAddress, localFamily, remoteFamily } =
    dropped[0];
  assert.strictEqual(localPort, port);
  assert.strictEqual(typeof remotePort, 'number');
  assert.deepStrictEqual([localAddress, remoteAddress], ['127.0.0.1', '127.0.0.1']);
  assert.deepStrictEqual([localFamily, remoteFamily], ['IPv4', 'IPv4']);
  // Those that were served go on, and a place that becomes free is given away.
  assert.strictEqual((await clients[0].exchange(get())).text, 'x');
  clients[0].destroy();
  while ((await connections(server)) > 1) await turn();
  const fourth = await connect(server);
  assert.strictEqual((await fourth.exchange(get())).text, 'x');
});

onNative('a request listener added and removed while listening', async ({ connect }) => {
  const server = http.createServer();
  const client = await connect(server);
  const first = (_req, res) => res.end('first');
  server.on('request', first);
  assert.strictEqual((await client.exchange(get())).text, 'first');
  server.off('request', first);
  server.once('request', (_req, res) => res.end('once'));
  assert.strictEqual((await client.exchange(get())).text, 'once');
  assert.strictEqual(server.listenerCount('request'), 0);
});
