'use strict';
// A client's connections on which the native side speaks TLS: what is seen of them, beside what Node's own https shows.
const assert = require('node:assert');
const { once } = require('node:events');
const nodeHttps = require('node:https');
const { test } = require('node:test');
const tls = require('node:tls');
const { contentOf, pattern } = require('../support/events');
const https = require('../support/secure-subject');
const { cert, key } = require('../agent/tls-fixture');
const { agentOf, ask, assertSpoken, listening, serving } = require('./client-world');
const { isNode } = require('./world');

const limit = { timeout: 60_000 };

test('the socket answers as a TLSSocket of Node’s', limit, async (t) => {
  for (const version of ['TLSv1.2', 'TLSv1.3']) {
    const port = await serving(t, { minVersion: version, maxVersion: version }, (_, res) => {
      res.end('hello');
    });
    const seen = [];
    for (const module of [nodeHttps, https]) {
      const agent = agentOf(t, module, { keepAlive: true });
      const { req } = await ask(module, { port, agent, servername: 'localhost' });
      assertSpoken(agent, 'native');
      const { socket } = req;
      assert.ok(socket instanceof tls.TLSSocket);
      const keyInfo = socket.getEphemeralKeyInfo();
      if (keyInfo.type !== 'ECDH') delete keyInfo.size;
      seen.push({
        alpnProtocol: socket.alpnProtocol,
        authorizationError: socket.authorizationError,
        authorized: socket.authorized,
        certificate: socket.getPeerCertificate(),
        chainEnds:
          socket.getPeerCertificate(true).issuerCertificate === socket.getPeerCertificate(true)
            ? 'new'
            : socket.getPeerCertificate(true).issuerCertificate?.fingerprint256,
        cipher: socket.getCipher(),
        connecting: socket.connecting,
        encrypted: socket.encrypted,
        isSessionReused: socket.isSessionReused(),
        keyInfo,
        own: socket.getCertificate(),
        peer: socket.remotePort === port && socket.remoteAddress,
        protocol: socket.getProtocol(),
        secureConnecting: socket.secureConnecting,
        server: socket.server,
        servername: socket.servername,
        exported: socket.exportKeyingMaterial(10, 'label').length,
      });
    }
    assert.deepStrictEqual(seen[1], seen[0]);
  }
});

test('events come in Node’s order, and nothing is sent before', limit, async (t) => {
  const port = await serving(t, {}, async (req, res) => res.end(await contentOf(req)));
  const logs = [];
  for (const module of [nodeHttps, https]) {
    const log = [];
    const agent = agentOf(t, module);
    const req = module.request({ host: '127.0.0.1', port, agent, method: 'POST' });
    for (const event of ['socket', 'finish', 'response', 'close'])
      req.on(event, () => log.push(`req ${event}`));
    req.on('socket', (socket) => {
      log.push(socket.connecting, socket.secureConnecting, socket.encrypted, socket.authorized);
      for (const event of ['lookup', 'connect', 'ready', 'secureConnect', 'end', 'close'])
        socket.on(event, () => {
          log.push(event);
          if (event === 'connect') log.push(socket.secureConnecting, socket.authorized);
          if (event === 'secureConnect') log.push(socket.authorized, socket.getProtocol());
        });
    });
    req.write('some ');
    req.end('content', () => log.push('sent'));
    const [res] = await once(req, 'response');
    assert.strictEqual(String(await contentOf(res)), 'some content');
    if (!req.closed) await once(req, 'close');
    if (!req.socket.closed) await once(req.socket, 'close');
    logs.push(log.filter((entry) => !['sent', 'req finish', 'end'].includes(entry)));
  }
  assert.deepStrictEqual(logs[1], logs[0]);
});

test('much content, both ways, from before the handshake on', limit, async (t) => {
  const port = await serving(t, {}, (req, res) => req.pipe(res));
  const content = pattern(3_000_000);
  for (let i = 0; i < 2; i++) {
    const agent = agentOf(t, https, { keepAlive: true });
    const req = https.request({ host: '127.0.0.1', port, agent, method: 'POST' });
    assert.strictEqual(req.write(content.subarray(0, 1_000_000)), false);
    req.end(content.subarray(1_000_000));
    const [res] = await once(req, 'response');
    assert.ok((await contentOf(res)).equals(content));
    assertSpoken(agent, 'native');
  }
});

test('many requests on few connections', limit, async (t) => {
  const port = await serving(t, {}, (req, res) => res.end(req.url));
  const agent = agentOf(t, https, { keepAlive: true, maxSockets: 4 });
  const asked = Array.from({ length: 100 }, (_, i) => ask(https, { port, agent, path: `/${i}` }));
  for (const [i, { text }] of (await Promise.all(asked)).entries())
    assert.strictEqual(text, `/${i}`);
  assertSpoken(agent, 'native');
  if (!isNode) assert.strictEqual(agent.stats().socketsTotal, 4);
});

test('sessions are resumed, unless they are not to be', limit, async (t) => {
  for (const maxVersion of ['TLSv1.2', 'TLSv1.3']) {
    const seen = [];
    const port = await serving(t, { maxVersion }, (req, res) => {
      seen.push(req.socket.isSessionReused());
      res.end();
    });
    const agent = agentOf(t, https);
    const without = agentOf(t, https, { maxCachedSessions: 0 });
    const told = [];
    for (const one of [agent, agent, without, without]) {
      const { req } = await ask(https, { port, agent: one });
      told.push(req.socket.authorized);
    }
    assert.deepStrictEqual(seen, [false, true, false, false]);
    assert.deepStrictEqual(told, [true, true, true, true]);
  }
});

test('an upgrade, and CONNECT: the socket is a stream', limit, async (t) => {
  const server = nodeHttps.createServer({ cert, key });
  const echo = (_req, socket) => {
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\nfirst ',
    );
    socket.pipe(socket);
  };
  server.on('upgrade', echo);
  server.on('connect', (_req, socket) => {
    socket.write('HTTP/1.1 200 OK\r\n\r\nfirst ');
    socket.pipe(socket);
  });
  const port = await listening(t, server);
  for (const [event, options] of [
    ['upgrade', { headers: { connection: 'upgrade', upgrade: 'echo' } }],
    ['connect', { method: 'CONNECT', path: 'a:1' }],
  ]) {
    const agent = agentOf(t, https, { keepAlive: true });
    const req = https.request({ host: '127.0.0.1', port, agent, ...options });
    req.end();
    const [, socket, head] = await once(req, event);
    assertSpoken(agent, 'native');
    assert.ok(socket instanceof tls.TLSSocket && socket.authorized);
    const content = pattern(500_000);
    socket.end(content);
    const got = Buffer.concat([head, await contentOf(socket)]);
    assert.strictEqual(String(got.subarray(0, 6)), 'first ');
    assert.ok(got.subarray(6).equals(content), event);
  }
});
