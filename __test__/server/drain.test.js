'use strict';
// server.drain(): ours alone, so there is no Node to compare with.
const assert = require('node:assert');
const { once } = require('node:events');
const net = require('node:net');
const { test } = require('node:test');
const http = require('../..');
const { deferred, turn } = require('../support/events');
const { startProgram } = require('../support/child');
const { RawClient } = require('../support/raw-client');
const { onBoth, onNative } = require('../support/transports');

const get = (path = '/', fields = '') => `GET ${path} HTTP/1.1\r\nHost: a\r\n${fields}\r\n`;
const limit = { timeout: 60_000 };

/** A server whose responses wait for the test: `arrived(path)` gives the response. */
function holding() {
  const responses = new Map();
  const waiting = new Map();
  const server = http.createServer((req, res) => {
    responses.set(req.url, res);
    waiting.get(req.url)?.resolve(res);
  });
  const arrived = (path) => {
    if (responses.has(path)) return responses.get(path);
    waiting.set(path, deferred());
    return waiting.get(path).promise;
  };
  return { arrived, responses, server };
}

onBoth('a drain answers what is under way, and closes behind it', async ({ connect }) => {
  const { arrived, server } = holding();
  const waits = await connect(server);
  const begun = await connect(server);
  const explicit = await connect(server);
  waits.send(get('/waits'));
  begun.send(get('/begun'));
  explicit.send(get('/explicit'));
  const first = await arrived('/waits');
  const second = await arrived('/begun');
  const third = await arrived('/explicit');
  second.write('first ');
  const drained = server.drain();
  await turn();
  first.end('done');
  second.end('second');
  third.setHeader('Connection', 'keep-alive');
  third.end('x');
  const answer = await waits.response();
  assert.strictEqual(answer.text, 'done');
  assert.strictEqual(answer.headers.connection, 'close');
  assert.strictEqual((await begun.response()).text, 'first second');
  assert.strictEqual((await explicit.response()).text, 'x');
  for (const client of [waits, begun, explicit]) {
    assert.strictEqual(await client.untilEnd(), '');
    client.end();
  }
  assert.deepStrictEqual(await drained, { answered: 3, cut: 0, cutUpgraded: 0 });
});

onBoth('a drain closes idle and unused connections at once', async ({ connect }) => {
  const server = http.createServer((_req, res) => res.end('x'));
  const idle = await connect(server);
  const unused = await connect(server);
  await idle.exchange(get());
  const drained = server.drain();
  assert.strictEqual(await idle.untilEnd(), '');
  assert.strictEqual(await unused.untilEnd(), '');
  assert.deepStrictEqual(await drained, { answered: 0, cut: 0, cutUpgraded: 0 });
});

onBoth('a request that has begun to arrive is answered', async ({ connect, isNative }) => {
  const server = http.createServer((req, res) => req.on('end', () => res.end('x')).resume());
  const client = await connect(server);
  await client.exchange(get());
  await client.sendAll('POST / HTTP/1.1\r\nHost: a\r\nConte');
  while (isNative && server.stats().bytesRead < get().length + 10) await turn();
  await turn();
  const drained = server.drain();
  await turn();
  await turn();
  client.send('nt-Length: 2\r\n\r\nab');
  const answer = await client.response();
  assert.strictEqual(answer.headers.connection, 'close');
  assert.strictEqual(await client.untilEnd(), '');
  client.end();
  assert.deepStrictEqual(await drained, { answered: 1, cut: 0, cutUpgraded: 0 });
});

onBoth('what is left when the time is over is cut off', async ({ connect }) => {
  const { arrived, server } = holding();
  const never = await connect(server);
  const partial = await connect(server);
  never.send(get('/never'), get('/behind'));
  partial.send('GET / HTTP/1.1\r\nHo');
  const res = await arrived('/never');
  const closed = once(res, 'close');
  await arrived('/behind');
  const result = await server.drain({ timeout: 20 });
  assert.deepStrictEqual(result, { answered: 0, cut: 3, cutUpgraded: 0 });
  await closed;
  assert.strictEqual(res.writableFinished, false);
});

onBoth('no request is begun behind the answer that is due', async ({ connect }) => {
  const { arrived, responses, server } = holding();
  const client = await connect(server);
  client.send(get('/first'));
  const res = await arrived('/first');
  const drained = server.drain();
  await client.sendAll(get('/late'));
  for (let i = 0; i < 10; i++) await turn();
  res.end('x');
  assert.strictEqual((await client.response()).text, 'x');
  client.end();
  assert.deepStrictEqual(await drained, { answered: 1, cut: 0, cutUpgraded: 0 });
  assert.deepStrictEqual([...responses.keys()], ['/first']);
});

onNative('a request in the socket when the drain begins is not lost', async ({ connect }) => {
  const { arrived, server } = holding();
  const client = await connect(server);
  client.send(get('/first'));
  (await arrived('/first')).end('x');
  await client.response();
  await client.sendAll(get('/second'));
  // Nothing was read since then.
  const drained = server.drain();
  (await arrived('/second')).end('y');
  assert.strictEqual((await client.response()).text, 'y');
  client.end();
  assert.deepStrictEqual(await drained, { answered: 1, cut: 0, cutUpgraded: 0 });
});

onNative('an upgraded socket is waited for, and cut off in the end', async ({ connect }) => {
  const server = http.createServer();
  const upgraded = deferred();
  server.on('upgrade', (_req, socket) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n');
    upgraded.resolve(socket);
  });
  const closing = await connect(server);
  closing.send(get('/', 'Connection: Upgrade\r\nUpgrade: x\r\n'));
  const socket = await upgraded.promise;
  assert.strictEqual(server.stats().upgraded, 1);
  const drained = server.drain();
  await turn();
  await turn();
  assert.strictEqual(socket.destroyed, false);
  const limited = server.drain({ timeout: 10 });
  const result = { answered: 0, cut: 0, cutUpgraded: 1 };
  assert.deepStrictEqual(await Promise.all([drained, limited]), [result, result]);
  assert.strictEqual(socket.destroyed, true);
  assert.strictEqual(server.stats().upgraded, 0);
});

onNative('a socket that no listener made HTTP is treated alike', async ({ connect }) => {
  const server = http.createServer();
  server.removeAllListeners('connection');
  const taken = once(server, 'connection');
  server.on('connection', (socket) => socket.resume());
  await connect(server);
  await taken;
  const result = await server.drain({ timeout: 10 });
  assert.deepStrictEqual(result, { answered: 0, cut: 0, cutUpgraded: 1 });
});

test("'close' comes before the end of the drain", limit, async () => {
  const server = http.createServer().listen(0);
  await once(server, 'listening');
  let closed = false;
  server.on('close', () => {
    closed = true;
  });
  assert.deepStrictEqual(await server.drain({ timeout: 1000 }), {
    answered: 0,
    cut: 0,
    cutUpgraded: 0,
  });
  assert.strictEqual(closed, true);
  assert.strictEqual(server.listenerCount('close'), 1);
});

test('a server that does not listen is drained at once', limit, async () => {
  const result = { answered: 0, cut: 0, cutUpgraded: 0 };
  assert.deepStrictEqual(await http.createServer().drain(), result);
  const server = http.createServer().listen(0);
  await once(server, 'listening');
  server.close();
  await once(server, 'close');
  assert.deepStrictEqual(await server.drain(), result);
});

test('a drained server listens and serves again', limit, async (t) => {
  const server = http.createServer((_req, res) => res.end('x'));
  for (let i = 0; i < 2; i++) {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const socket = net.connect(server.address().port, '127.0.0.1');
    t.after(() => socket.destroy());
    for (let j = 0; j < 2; j++) {
      socket.write(get());
      assert.match(String((await once(socket, 'data'))[0]), /Connection: keep-alive/);
    }
    await server.drain();
  }
});

test('options that are none are refused', limit, async () => {
  const server = http.createServer();
  for (const options of [null, 1, 'x', []])
    await assert.rejects(server.drain(options), { code: 'ERR_INVALID_ARG_TYPE' });
  for (const timeout of ['1', null, {}])
    await assert.rejects(server.drain({ timeout }), { code: 'ERR_INVALID_ARG_TYPE' });
  for (const timeout of [-1, Number.NaN])
    await assert.rejects(server.drain({ timeout }), { code: 'ERR_OUT_OF_RANGE' });
  assert.strictEqual(Object.keys(http.Server.prototype).includes('drain'), false);
});

/** Blocks until it is told to go on, and drains then. */
const blocked = `
  const server = http.createServer((req, res) => res.end(req.url));
  server.listen(0, '127.0.0.1', () => {
    console.log('port ' + server.address().port);
    require('fs').readSync(0, Buffer.alloc(1));
    server.drain().then((counts) => {
      console.log('drained ' + JSON.stringify(counts));
      process.exit();
    });
  });`;

test('what the system has accepted is answered by a drain', limit, async (t) => {
  // A thread that leads has taken it already.
  const program = startProgram(t, blocked, { env: { RUST_HTTP_LEADER: '' } });
  const [, port] = await program.line(/port (\d+)/);
  const sockets = Array.from({ length: 20 }, () => net.connect(port, '127.0.0.1'));
  const clients = sockets.map((socket) => new RawClient(socket));
  await Promise.all(sockets.map((socket) => once(socket, 'connect')));
  for (const [i, client] of clients.entries()) client.send(get(`/${i}`));
  program.stdin.write('x');
  for (const [i, client] of clients.entries()) {
    const { headers, text } = await client.response();
    assert.strictEqual(text, `/${i}`);
    assert.strictEqual(headers.connection, 'close');
  }
  const [, counts] = await program.line(/drained (.*)/);
  assert.deepStrictEqual(JSON.parse(counts), { answered: 20, cut: 0, cutUpgraded: 0 });
  for (const socket of sockets) socket.destroy();
});
