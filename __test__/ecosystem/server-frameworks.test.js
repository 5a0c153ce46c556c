'use strict';
// What Fastify and hapi set on a server and expect of it.
const assert = require('node:assert');
const { once } = require('node:events');
const nodeHttp = require('node:http');
const { test } = require('node:test');
const { deferred } = require('../support/events');
const http = require('../support/subject');
const { dial, get, listen, serve } = require('./ends');

const limit = { timeout: 60_000 };

for (const [code, options, bytes] of [
  ['ERR_HTTP_REQUEST_TIMEOUT', { headersTimeout: 50, connectionsCheckingInterval: 20 }, 'GET / HT'],
  [
    'ERR_HTTP_REQUEST_TIMEOUT',
    { requestTimeout: 50, headersTimeout: 50, connectionsCheckingInterval: 20 },
    'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab',
  ],
  ['HPE_HEADER_OVERFLOW', { maxHeaderSize: 1000 }, `GET / HTTP/1.1\r\nX: ${'x'.repeat(2000)}\r\n`],
  ['HPE_INVALID_METHOD', {}, 'NOSUCH / HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['ECONNRESET', {}, null],
]) {
  const what = bytes === null ? 'a reset' : JSON.stringify(bytes.slice(0, 20));
  test(`'clientError' with ${code} for ${what}`, limit, async (t) => {
    const server = http.createServer(options, (req) => req.resume().on('error', () => {}));
    const failure = once(server, 'clientError');
    const client = await dial(t, await listen(t, server));
    if (bytes) client.send(bytes);
    else {
      const connected = once(server, 'request');
      client.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab');
      await connected;
      client.reset();
    }
    const [error, socket] = await failure;
    assert.strictEqual(error.code, code);
    socket.destroy(error);
  });
}

test("'checkContinue' decides about an expectation", limit, async (t) => {
  const { client, server } = await serve(t, http, (req, res) => req.pipe(res));
  server.on('checkContinue', (req, res) => {
    if (req.headers['content-length'] > 5) return res.writeHead(417).end();
    res.writeContinue();
    return server.emit('request', req, res);
  });
  const head = (length) =>
    `POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: ${length}\r\n\r\n`;
  assert.strictEqual((await client.exchange(head(3))).status, 100);
  assert.strictEqual(String((await client.exchange('abc')).body), 'abc');
  assert.strictEqual((await client.exchange(head(9))).status, 417);
});

test('timeouts and limits are plain properties with their defaults', limit, () => {
  const [ours, node] = [http.createServer(), nodeHttp.createServer()];
  for (const name of [
    'keepAliveTimeout',
    'requestTimeout',
    'headersTimeout',
    'maxRequestsPerSocket',
    'maxHeadersCount',
    'timeout',
  ]) {
    assert.strictEqual(ours[name], node[name], name);
    ours[name] = 7;
    assert.strictEqual(ours[name], 7, name);
  }
});

test('keepAliveTimeout closes an idle connection, and is announced', limit, async (t) => {
  const options = { keepAliveTimeout: 1000, keepAliveTimeoutBuffer: 0 };
  const { client, server } = await serve(t, http, options, (_req, res) => res.end());
  await client.exchange(get);
  assert.match(client.bytes.toString(), /\r\nKeep-Alive: timeout=1\r\n/);
  server.keepAliveTimeout = 30;
  const other = await dial(t, server.address().port);
  await other.exchange(get);
  assert.strictEqual(await other.untilClosed(), '');
});

test('maxRequestsPerSocket says so, refuses one more, and closes', limit, async (t) => {
  const { client, server } = await serve(t, http, (_req, res) => res.end('ok'));
  server.maxRequestsPerSocket = 2;
  client.send(get + get + get);
  const statuses = [];
  for (let i = 0; i < 3; i++) statuses.push((await client.response()).status);
  assert.deepStrictEqual(statuses, [200, 200, 503]);
  await client.untilClosed();
  assert.match(client.bytes.toString(), /\r\nKeep-Alive: timeout=\d+, max=2\r\n/);
});

test(
  'closeIdleConnections leaves a running answer, closeAllConnections does not',
  limit,
  async (t) => {
    const held = deferred();
    const {
      client: idle,
      server,
      port,
    } = await serve(t, http, (req, res) => {
      if (req.url === '/') res.end();
      else held.resolve(res);
    });
    await idle.exchange(get);
    const busy = await dial(t, port);
    busy.send(get.replace('/', '/slow'));
    const res = await held.promise;
    server.closeIdleConnections();
    await idle.untilClosed();
    assert.strictEqual(busy.closed, false);
    res.write('still here');
    await busy.untilText('still here');
    server.closeAllConnections();
    await busy.untilClosed();
  },
);

test('trailers and early hints', limit, async (t) => {
  const { client } = await serve(t, http, (_req, res) => {
    res.writeEarlyHints({ link: '</a.css>; rel=preload; as=style' });
    res.writeHead(200, { Trailer: 'X-Sum' });
    res.write('content');
    res.addTrailers({ 'X-Sum': '7' });
    res.end();
  });
  const hints = await client.exchange(get);
  assert.strictEqual(hints.status, 103);
  const { body } = await client.response();
  assert.strictEqual(String(body), 'content');
  assert.match(client.bytes.toString(), /\r\nLink: <\/a\.css>; rel=preload; as=style\r\n/);
  assert.match(client.bytes.toString(), /0\r\nX-Sum: 7\r\n\r\n$/);
});

test('several servers for one application, on both loopback addresses', limit, async (t) => {
  const addresses = [];
  for (const host of ['127.0.0.1', '::1']) {
    const server = http.createServer((req, res) => res.end(req.socket.localFamily));
    server.listen(addresses[0]?.port ?? 0, host);
    const [error] = await Promise.race([
      once(server, 'listening'),
      new Promise((resolve) => server.once('error', (e) => resolve([e]))),
    ]);
    if (error) {
      t.diagnostic(`${host}: ${error.code}`);
      assert.ok(/^E(ADDRNOTAVAIL|AFNOSUPPORT)$/.test(error.code), error.code);
      continue;
    }
    t.after(() => {
      server.close();
      server.closeAllConnections();
    });
    addresses.push({ host, port: server.address().port });
  }
  for (const { host, port } of addresses) {
    const [res] = await once(nodeHttp.get({ host, port, agent: false }), 'response');
    const [data] = await once(res, 'data');
    assert.strictEqual(String(data), host === '::1' ? 'IPv6' : 'IPv4');
  }
});
