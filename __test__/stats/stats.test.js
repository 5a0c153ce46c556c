'use strict';
// server.stats() and agent.stats(): ours alone, so there is no Node to compare with.
const assert = require('node:assert');
const { subscribe, unsubscribe } = require('node:diagnostics_channel');
const { once } = require('node:events');
const net = require('node:net');
const { test } = require('node:test');
const http = require('../..');
const duplexPair = require('../support/duplex-pair');
const { listen } = require('../support/listening');

/** Sends `text` and resolves to what came back, once `pattern` is in it. */
async function exchange(socket, text, pattern) {
  socket.write(text);
  let answer = '';
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    answer += chunk.toString('latin1');
    if (pattern.test(answer)) return answer;
  }
  throw new Error(`ended behind ${answer}`);
}

const { RUST_HTTP_IO_THREADS, RUST_HTTP_LEADER } = process.env;
const driver = RUST_HTTP_IO_THREADS || RUST_HTTP_LEADER ? 'io-thread' : 'javascript';
const none = { tls: 0, handle: 0, stream: 0 };
/** What a server tells to which nothing has happened. */
const quiet = {
  connections: 0,
  connectionsTotal: 0,
  upgraded: 0,
  requestsInFlight: 0,
  requestsQueued: 0,
  requestsTotal: 0,
  requestsAnswered: 0,
  bytesRead: 0,
  bytesWritten: 0,
  driver,
  fallbacks: none,
  requestsShed: 0,
  healthChecks: 0,
  loopDelay: null,
};
const plain = (stats) => ({ ...stats, fallbacks: { ...stats.fallbacks } });

test('a server counts connections, requests and bytes, open and closed', async (t) => {
  const server = await listen(t, (_req, res) => res.end('hi'));
  assert.deepStrictEqual(plain(server.stats()), quiet);
  const socket = net.connect(server.address().port, '127.0.0.1');
  const request = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
  const first = await exchange(socket, request, /hi$/);
  const second = await exchange(socket, request, /hi$/);
  const wanted = {
    ...quiet,
    connections: 1,
    connectionsTotal: 1,
    requestsTotal: 2,
    requestsAnswered: 2,
    bytesRead: 2 * request.length,
    bytesWritten: first.length + second.length,
  };
  assert.deepStrictEqual(plain(server.stats()), wanted);
  const closed = new Promise((resolve) => {
    server.on('request', (req) => req.socket.on('close', resolve));
  });
  await exchange(socket, request, /hi$/);
  socket.destroy();
  await closed;
  const after = server.stats();
  assert.strictEqual(after.connections, 0);
  assert.strictEqual(after.connectionsTotal, 1);
  assert.strictEqual(after.requestsTotal, 3);
  assert.strictEqual(after.bytesRead, 3 * request.length);
});

test('a request is in flight until its response is complete', async (t) => {
  const server = await listen(t);
  const socket = net.connect(server.address().port, '127.0.0.1');
  socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  const [, res] = await once(server, 'request');
  assert.strictEqual(server.stats().requestsInFlight, 1);
  res.end();
  await once(res, 'close');
  assert.strictEqual(server.stats().requestsInFlight, 0);
  socket.destroy();
});

test('an agent counts what is in its pool', async (t) => {
  const server = await listen(t, (_req, res) => res.end('hi'));
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  t.after(() => agent.destroy());
  const get = () => http.get({ port: server.address().port, host: '127.0.0.1', agent });
  const requests = [get(), get()];
  assert.deepStrictEqual(plain(agent.stats()), {
    sockets: 1,
    freeSockets: 0,
    requestsWaiting: 1,
    socketsTotal: 1,
    requestsReused: 0,
    bytesRead: 0,
    bytesWritten: 0,
    driver,
    fallbacks: none,
  });
  for (const req of requests) (await once(req, 'response'))[0].resume();
  await once(requests[1], 'close');
  await new Promise(setImmediate);
  const third = get();
  (await once(third, 'response'))[0].resume();
  await once(third, 'close');
  await new Promise(setImmediate);
  const after = agent.stats();
  const { bytesRead: received, bytesWritten: sent } = server.stats();
  assert.deepStrictEqual(plain(after), {
    sockets: 0,
    freeSockets: 1,
    requestsWaiting: 0,
    socketsTotal: 1,
    requestsReused: 1,
    bytesRead: sent,
    bytesWritten: received,
    driver,
    fallbacks: none,
  });
  server.closeAllConnections();
  while (agent.stats().freeSockets > 0) await new Promise(setImmediate);
  assert.strictEqual(agent.stats().bytesRead, sent);
  assert.strictEqual(agent.stats().bytesWritten, received);
});

test('connections that are not native are counted by what keeps them from it', async (t) => {
  const server = await listen(t, (_req, res) => res.end('hi'));
  const between = net.createServer((socket) => server.emit('connection', socket));
  await new Promise((resolve) => between.listen(0, '127.0.0.1', resolve));
  t.after(() => between.close());
  const [near, far] = duplexPair();
  server.emit('connection', far);
  const handed = net.connect(between.address().port, '127.0.0.1');
  const native = net.connect(server.address().port, '127.0.0.1');
  const request = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
  for (const socket of [near, handed, native]) await exchange(socket, request, /hi$/);
  assert.deepStrictEqual({ ...server.stats().fallbacks }, { tls: 0, handle: 1, stream: 1 });
  assert.strictEqual(server.stats().connections, 3);
  handed.destroy();
  native.destroy();
});

test('while somebody subscribes, servers and agents tell once a second', async (t) => {
  const server = await listen(t, (_req, res) => res.end('hi'));
  const agent = new http.Agent({ keepAlive: true });
  const get = async () => {
    const req = http.get({ port: server.address().port, host: '127.0.0.1', agent });
    (await once(req, 'response'))[0].resume();
    await once(req, 'close');
  };
  await get();
  const seen = [];
  let told;
  const subscriber = (message, name) => {
    assert.strictEqual(name, 'rust-http.stats');
    seen.push(message);
    told?.();
  };
  subscribe('rust-http.stats', subscriber);
  t.after(() => unsubscribe('rust-http.stats', subscriber));
  await get();
  const keepAlive = setInterval(() => {}, 1000);
  t.after(() => clearInterval(keepAlive));
  while (seen.length < 4)
    await new Promise((resolve) => {
      told = resolve;
    });
  const ofServer = seen.filter((message) => message.server === server);
  const ofAgent = seen.filter((message) => message.agent === agent);
  assert.strictEqual(ofServer.length, 2);
  assert.strictEqual(ofAgent.length, 2);
  assert.strictEqual(ofServer[0].stats.requestsTotal, 2);
  assert.strictEqual(ofAgent[0].stats.freeSockets, 1);
  agent.destroy();
});
