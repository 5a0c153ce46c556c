'use strict';
// Connections on which TLS is spoken natively: their ends, their counts, and content of any size.
const assert = require('node:assert');
const { once } = require('node:events');
const fs = require('node:fs');
const net = require('node:net');
const nodeHttps = require('node:https');
const os = require('node:os');
const path = require('node:path');
const { test } = require('node:test');
const tls = require('node:tls');
const { contentOf, pattern } = require('../support/events');
const { GET, connectPlain, limit, native, send } = require('./native-world');
const { agentOf, ask, cert, closing, connectRaw, https, key, listen } = require('./world');

test('a connection that is cut off is one that has ended, as with Node', limit, async (t) => {
  for (const module of [https, nodeHttps]) {
    const server = closing(t, module.createServer({ cert, key }));
    const port = await listen(server);
    const raw = net.connect(port, '127.0.0.1');
    const socket = tls.connect({ socket: raw, ca: cert, host: '127.0.0.1' });
    socket.on('error', () => {});
    await once(socket, 'secureConnect');
    socket.write(GET);
    const [req, res] = await once(server, 'request');
    req.resume();
    const closed = once(res, 'close');
    raw.end(); // without a word of TLS
    await closed;
    assert.strictEqual(res.writableFinished, false);
    raw.destroy();
  }
});

test('connections are counted from when they are accepted', limit, async (t) => {
  const { port, server } = await native(t, (_req, res) => res.end('x'));
  const count = () => new Promise((resolve) => server.getConnections((_, n) => resolve(n)));
  const silent = send(t, port);
  await connectRaw(t, port);
  assert.strictEqual(await count(), 2);
  server.maxConnections = 2;
  const dropped = once(server, 'drop');
  const third = send(t, port);
  const [ends] = await dropped;
  assert.strictEqual(ends.localPort, port);
  await once(third, 'close');
  silent.destroy();
  await once(server, 'tlsClientError');
  server.closeAllConnections();
  while ((await count()) > 0) await new Promise((resolve) => setTimeout(resolve, 10));
});

test('what was answered arrives, and then the end that TLS tells', limit, async (t) => {
  const content = pattern(5 << 20);
  const { port } = await native(t, (_req, res) => {
    res.shouldKeepAlive = false;
    res.end(content);
  });
  const socket = await connectPlain(t, port);
  const raw = [];
  socket.on('data', (chunk) => raw.push(chunk));
  socket.write(GET);
  await once(socket, 'end');
  const bytes = Buffer.concat(raw);
  assert.ok(bytes.subarray(bytes.indexOf('\r\n\r\n') + 4).equals(content));
});

test('uploads and downloads of any size, side by side', limit, async (t) => {
  const { port } = await native(t, (req, res) => req.pipe(res));
  const agent = agentOf(t, { keepAlive: true });
  const sizes = [1, 16_383, 16_384, 16_385, 65_536, 1_000_000, 5_000_000];
  await Promise.all(
    sizes.map(async (size) => {
      const content = pattern(size);
      const req = https.request({ port, host: '127.0.0.1', agent, method: 'PUT', ca: cert });
      req.end(content);
      const [res] = await once(req, 'response');
      assert.ok((await contentOf(res)).equals(content), `${size}`);
    }),
  );
});

test('what a handler transfers away amid sending fails its connection alone', limit, async (t) => {
  const { port, server } = await native(t, (req, res) => {
    if (req.url === '/ok') return res.end('fine');
    const content = Buffer.alloc(32 << 20, 'x');
    res.writeHead(200, { 'Content-Length': content.length });
    res.write(content);
    setImmediate(() => structuredClone(content.buffer, { transfer: [content.buffer] }));
  });
  server.on('clientError', (_error, socket) => socket.destroy());
  const { socket } = await connectRaw(t, port);
  socket.on('error', () => {});
  socket.write(GET);
  await once(socket, 'close');
  const { text } = await ask({ port, agent: agentOf(t), path: '/ok' });
  assert.strictEqual(text, 'fine');
});

test('a socket of Unix', limit, async (t) => {
  const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'rust-http-')), 's');
  t.after(() => fs.rmSync(path.dirname(file), { recursive: true }));
  const server = closing(
    t,
    https.createServer({ cert, key }, (_req, res) => res.end('unix')),
  );
  server.listen(file);
  await once(server, 'listening');
  assert.strictEqual(server.stats().tls, 'native');
  const req = https.get({ socketPath: file, ca: cert, servername: 'localhost', agent: false });
  const [res] = await once(req, 'response');
  assert.strictEqual(String(await contentOf(res)), 'unix');
});
