'use strict';
// What listeners of a native server's events find, and what becomes of the connection when they throw.
const assert = require('node:assert');
const { AsyncLocalStorage } = require('node:async_hooks');
const { execFileSync } = require('node:child_process');
const { once } = require('node:events');
const net = require('node:net');
const path = require('node:path');
const { Duplex } = require('node:stream');
const { test } = require('node:test');
const tls = require('node:tls');
const { onNodeHttp } = require('../support/mode');
const { cert, closing, connectRaw, https, key, listen, serving } = require('./world');

const skip = process.platform === 'win32' && 'connections are not native there';
const limit = { timeout: 60_000, skip };
const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';

/** Alerts that OpenSSL has a name for, and one that it has none for. */
const ALERTS = [
  ...[10, 20, 21, 22, 30, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 60, 70, 71, 80, 86, 100],
  ...[109, 110, 111, 112, 113, 114, 115, 116, 120, 200],
];

/** The first message of a client. */
function hello(options) {
  return new Promise((resolve) => {
    const socket = new Duplex({ read() {}, write: (chunk) => resolve(chunk) });
    tls.connect({ socket, servername: 'localhost', ...options });
  });
}

test("a connection goes on when a listener for 'secureConnection' throws", limit, () => {
  const program = `
    const https = require(${JSON.stringify(path.join(__dirname, '..', '..', 'https.js'))});
    const tls = require('node:tls');
    const { cert, key } = require(${JSON.stringify(path.join(__dirname, '..', 'agent', 'tls-fixture.js'))});
    process.on('uncaughtException', ({ message }) => process.stdout.write(message + ' '));
    const server = https.createServer({ cert, key }, (req, res) => res.end('answered'));
    server.on('secureConnection', () => { throw new Error('thrown'); });
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      const socket = tls.connect({ port, host: '127.0.0.1', ca: cert }, () =>
        socket.write(${JSON.stringify(GET)}));
      socket.on('data', (bytes) => {
        process.stdout.write(String(bytes).split('\\r\\n').at(-1));
        process.exit();
      });
    });`;
  const told = execFileSync(process.execPath, ['-e', program], {
    encoding: 'utf8',
    timeout: 20_000,
  });
  assert.strictEqual(told, 'thrown answered');
});

test('all events of a connection are in the context of listen()', limit, async (t) => {
  const context = new AsyncLocalStorage();
  const seen = [];
  const note = (what) => seen.push([what, context.getStore()]);
  const server = closing(
    t,
    https.createServer({ cert, key }, (_req, res) => {
      note('request');
      res.end('x');
    }),
  );
  server.on('secureConnection', () => note('secureConnection'));
  server.on('tlsClientError', () => note('tlsClientError'));
  const port = await context.run('of listen', () => listen(server));
  const { socket, until } = await connectRaw(t, port);
  socket.write(GET);
  await until(/x$/);
  for (const bytes of ['this is no TLS at all', await hello()]) {
    const failed = once(server, 'tlsClientError');
    const raw = net.connect(port, '127.0.0.1');
    raw.on('error', () => {});
    raw.end(bytes);
    await failed;
  }
  const store = 'of listen';
  assert.deepStrictEqual(seen, [
    ['secureConnection', store],
    ['request', store],
    ['tlsClientError', store],
    ['tlsClientError', store],
  ]);
});

test('a client that ends TLS amid its handshake has ended the connection', limit, async (t) => {
  const { port, server } = await serving(t, {}, () => {});
  const raw = net.connect({ port, host: '127.0.0.1' });
  t.after(() => raw.destroy());
  raw.on('error', () => {});
  raw.write(await hello());
  await once(raw, 'data');
  const failed = once(server, 'tlsClientError');
  const closed = once(raw, 'close');
  raw.resume();
  raw.write(Buffer.from([21, 3, 3, 0, 2, 1, 0])); // close_notify
  const [{ code }] = await failed;
  assert.strictEqual(code, 'ECONNRESET');
  await closed;
});

test("an alert's code and reason are Node's", limit, async (t) => {
  const told = [];
  for (const module of [https, require('node:https')]) {
    const server = closing(t, module.createServer({ cert, key }));
    const port = await listen(server);
    const its = [];
    told.push(its);
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3']) {
      const bytes = await hello({ maxVersion });
      for (const alert of ALERTS) {
        const failed = once(server, 'tlsClientError');
        const raw = net.connect(port, '127.0.0.1');
        raw.on('error', () => {});
        raw.write(bytes);
        await once(raw, 'data');
        raw.resume().end(Buffer.from([21, 3, 3, 0, 2, 2, alert]));
        const [{ code, library, reason }] = await failed;
        its.push([maxVersion, alert, code, library, reason]);
      }
    }
  }
  assert.deepStrictEqual(told[0], told[1]);
});

test('pauseOnConnect: requests are read and answered', limit, async (t) => {
  const { port } = await serving(t, { pauseOnConnect: true }, (_req, res) => res.end('x'));
  const { socket, until } = await connectRaw(t, port);
  socket.write(GET);
  await until(/x$/);
});

test('from Node 26 on a connection without a request is idle', limit, async (t) => {
  const major = Number.parseInt(process.versions.node, 10);
  for (const how of ['close', 'closeIdleConnections']) {
    const { port, server } = await serving(t, {}, () => {});
    const secured = once(server, 'secureConnection');
    const { socket } = await connectRaw(t, port);
    const [its] = await secured;
    server[how]();
    assert.strictEqual(its.destroyed, major >= 26, how);
    socket.destroy();
  }
});

test('arguments that a TLSSocket refuses', limit, async (t) => {
  const { port, server } = await serving(t, {}, () => {});
  const secured = once(server, 'secureConnection');
  await connectRaw(t, port);
  const [socket] = await secured;
  for (const bad of [
    () => socket.exportKeyingMaterial(10, 'label', 'context'),
    () => socket.exportKeyingMaterial(10, 5),
    () => socket.setMaxSendFragment('a'),
    () => socket.setServername(5),
  ])
    assert.throws(bad, { code: 'ERR_INVALID_ARG_TYPE' });
  const words = new Uint16Array([1, 2]);
  assert.deepStrictEqual(
    socket.exportKeyingMaterial(10, 'label', words),
    socket.exportKeyingMaterial(10, 'label', Buffer.from(words.buffer)),
  );
  assert.strictEqual(socket._rejectUnauthorized, true);
});

test('stats say why a server that does not listen is not native', {
  ...limit,
  skip: skip || (onNodeHttp && 'Node has nothing of the kind'),
}, () => {
  const { tls: who, tlsReason } = https.createServer({ cert, key }).stats();
  assert.strictEqual(who, 'node');
  assert.ok(tlsReason);
});
