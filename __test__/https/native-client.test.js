'use strict';
// A client's connections on which the native side speaks TLS: what is seen of them, beside what Node's own https shows.
const assert = require('node:assert');
const crypto = require('node:crypto');
const { once } = require('node:events');
const nodeHttps = require('node:https');
const net = require('node:net');
const { test } = require('node:test');
const tls = require('node:tls');
const { contentOf, deferred, pattern } = require('../support/events');
const https = require('../support/secure-subject');
const { cert, key } = require('../agent/tls-fixture');
const { isNode, mayBeNative } = require('./world');

const limit = { timeout: 60_000 };

/** A server of Node's on a port of its own; its connections end with the test. */
async function listening(t, server) {
  const sockets = new Set();
  const keep = (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
  };
  server.on('connection', keep);
  server.on('secureConnection', keep);
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return server.address().port;
}

const serving = (t, options, listener) =>
  listening(t, nodeHttps.createServer({ cert, key, ...options }, listener));

function agentOf(t, module, options) {
  const agent = new module.Agent({ ca: cert, ...options });
  t.after(() => agent.destroy());
  return agent;
}

/** Whether an agent's last connection was native; `wanted` is asserted where it may be. */
function assertSpoken(agent, wanted) {
  if (!mayBeNative || agent.constructor === nodeHttps.Agent) return;
  const { tls: who, tlsReason } = agent.stats();
  assert.strictEqual(who, wanted, tlsReason ?? '');
}

async function ask(module, options, content) {
  const req = module.request({ host: '127.0.0.1', ...options });
  const closed = new Promise((resolve) => req.once('close', resolve));
  req.end(content);
  const [res] = await once(req, 'response');
  const text = String(await contentOf(res));
  await closed;
  return { req, res, text };
}

const failureOf = ({ code, errno, host, message, port, reason, syscall }) => ({
  code,
  errno,
  host,
  message: message.replace(/\b[0-9A-F]{12,16}:/, '').replace(/:[^:]*\.c:\d+:/, '::'),
  hasPort: port !== undefined,
  reason,
  syscall,
});

/** How a request fails with a new agent. */
async function failing(t, module, options) {
  const agent = agentOf(t, module);
  const req = module.get({ host: '127.0.0.1', agent, ...options });
  const closed = new Promise((resolve) => req.once('close', resolve));
  const [error] = await once(req, 'error');
  await closed;
  return failureOf(error);
}

// ---- what is seen ----

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

// ---- what goes wrong ----

test('servers that speak no TLS, or none that anybody has', limit, async (t) => {
  const answering = (bytes) => () =>
    net.createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => socket.end(bytes));
    });
  const kinds = {
    'plain text': answering('HTTP/1.1 400 Bad Request\r\n\r\n'),
    'an alert': answering(Buffer.from([21, 3, 3, 0, 2, 2, 40])),
    'another alert': answering(Buffer.from([21, 3, 3, 0, 2, 2, 70])),
    nonsense: answering(Buffer.from([22, 3, 3, 0, 4, 9, 9, 9, 9])),
    'the end': answering(''),
    'the end at once': () => net.createServer((socket) => socket.end()),
    'a reset': () =>
      net.createServer((socket) => socket.once('data', () => socket.resetAndDestroy())),
  };
  for (const kind in kinds) {
    const port = await listening(t, kinds[kind]());
    const wanted = await failing(t, nodeHttps, { port });
    assert.deepStrictEqual(await failing(t, https, { port }), wanted, kind);
  }
  const port = await listening(t, net.createServer());
  const server = net.createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const unused = server.address().port;
  server.close();
  await once(server, 'close');
  assert.notStrictEqual(port, unused);
  const wanted = await failing(t, nodeHttps, { port: unused });
  assert.deepStrictEqual(await failing(t, https, { port: unused }), wanted);
});

test(
  'what a server ends with the first connection is told, if there is no second',
  limit,
  async (t) => {
    const server = net.createServer((socket) => {
      server.close();
      socket.on('error', () => {});
      socket.once('data', () => socket.end());
    });
    const port = await listening(t, server);
    const { code, message } = await failing(t, https, { port });
    assert.deepStrictEqual(
      [code, message],
      [
        'ECONNRESET',
        'Client network socket disconnected before secure TLS connection was established',
      ],
    );
  },
);

test('servers with old ciphers and versions are served by Node', limit, async (t) => {
  for (const [options, wanted] of [
    [{ ciphers: 'ECDHE-ECDSA-AES256-SHA384', maxVersion: 'TLSv1.2' }, 'ECDHE-ECDSA-AES256-SHA384'],
  ]) {
    const port = await serving(t, options, (req, res) => {
      res.end(req.socket.getCipher().name);
    });
    const agent = agentOf(t, https, { keepAlive: true });
    const one = await ask(https, { port, agent, method: 'POST' }, 'some content');
    assert.strictEqual(one.text, wanted);
    assertSpoken(agent, 'node');
    assert.strictEqual(one.req.socket.authorized, true);
    const { req, text } = await ask(https, { port, agent });
    assert.deepStrictEqual([text, req.reusedSocket], [wanted, true]);
  }
});

test(
  'what is written is in its order and is echoed when Node has to begin anew',
  limit,
  async (t) => {
    const port = await serving(
      t,
      { ciphers: 'ECDHE-ECDSA-AES256-SHA384', maxVersion: 'TLSv1.2' },
      (req, res) => req.pipe(res),
    );
    const content = pattern(3_000_000);
    for (const size of [0, 1000, 1_000_000]) {
      const agent = agentOf(t, https, { keepAlive: true });
      const req = https.request({ host: '127.0.0.1', port, agent, method: 'POST' });
      if (size > 0) req.write(content.subarray(0, size));
      req.once('socket', (socket) => {
        socket.once('connect', () => req.write(content.subarray(size, size + 10)));
        socket.once('secureConnect', () => {
          req.write(content.subarray(size + 10, size + 20));
          req.end(content.subarray(size + 20));
        });
      });
      const [res] = await once(req, 'response');
      assert.ok((await contentOf(res)).equals(content), `${size} bytes`);
      assertSpoken(agent, 'node');
    }
  },
);

test('a silent server: timeouts, and requests that are given up', limit, async (t) => {
  const met = deferred();
  const port = await listening(
    t,
    net.createServer((socket) => {
      socket.resume();
      met.resolve();
    }),
  );
  const agent = agentOf(t, https);
  const req = https.get({ host: '127.0.0.1', port, agent, timeout: 50 });
  await once(req, 'timeout');
  req.destroy(new Error('by the test'));
  const [error] = await once(req, 'error');
  assert.strictEqual(error.message, 'by the test');
  await met.promise;
  const other = https.get({ host: '127.0.0.1', port, agent });
  const [socket] = await once(other, 'socket');
  await once(socket, 'connect');
  assert.deepStrictEqual([socket.getPeerCertificate(), socket.authorized], [{}, false]);
  other.destroy();
  const [hangUp] = await once(other, 'error');
  assert.strictEqual(hangUp.code, 'ECONNRESET');
  const signal = new AbortController();
  const third = https.get({ host: '127.0.0.1', port, agent, signal: signal.signal });
  third.once('socket', (own) => own.once('connect', () => signal.abort()));
  const [aborted] = await once(third, 'error');
  assert.strictEqual(aborted.name, 'AbortError');
});

test('given up amid Node’s handshake that follows ours', limit, async (t) => {
  let connections = 0;
  const second = deferred();
  const port = await listening(
    t,
    net.createServer((socket) => {
      socket.on('error', () => {});
      if (++connections === 1) {
        socket.once('data', () => socket.end(Buffer.from([21, 3, 3, 0, 2, 2, 40])));
      } else {
        socket.resume();
        socket.on('close', () => second.resolve());
      }
    }),
  );
  if (!mayBeNative) return;
  const agent = agentOf(t, https);
  const req = https.get({ host: '127.0.0.1', port, agent, timeout: 100 });
  await once(req, 'timeout');
  assert.strictEqual(connections, 2);
  req.destroy();
  const [error] = await once(req, 'error');
  assert.strictEqual(error.code, 'ECONNRESET');
  await second.promise;
  assert.strictEqual(agent.totalSocketCount, 0);
});

test('destroyed, or an exception, in ‘secureConnect’', limit, async (t) => {
  const requests = [];
  const port = await serving(t, {}, (req, res) => {
    requests.push(req.url);
    res.end('hello');
  });
  const agent = agentOf(t, https);
  const req = https.get({ host: '127.0.0.1', port, agent, path: '/destroyed' });
  req.once('socket', (socket) => socket.once('secureConnect', () => socket.destroy()));
  const [error] = await once(req, 'error');
  assert.strictEqual(error.code, 'ECONNRESET');
  const thrown = new Error('by the test');
  const listeners = process.rawListeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  const seen = deferred();
  process.once('uncaughtException', (reason) => {
    for (const listener of listeners) process.on('uncaughtException', listener);
    seen.resolve(reason);
  });
  const other = https.get({ host: '127.0.0.1', port, agent, path: '/thrown' });
  other.once('socket', (socket) =>
    socket.once('secureConnect', () => {
      throw thrown;
    }),
  );
  const [res] = await once(other, 'response');
  assert.strictEqual(String(await contentOf(res)), 'hello');
  assert.strictEqual(await seen.promise, thrown);
  assert.deepStrictEqual(requests, ['/thrown']);
});

test('an answer without the end that TLS tells, and bytes behind it', limit, async (t) => {
  const RESPONSE = 'HTTP/1.1 200 OK\r\n';
  const cases = {
    'no length, cut off': (socket, raw) => {
      socket.write(`${RESPONSE}\r\nhel`, () => raw.end());
    },
    'a length, cut off': (socket, raw) => {
      socket.write(`${RESPONSE}Content-Length: 5\r\n\r\nhel`, () => raw.end());
    },
    'chunks, cut off': (socket, raw) => {
      socket.write(`${RESPONSE}Transfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n`, () => raw.end());
    },
    'no length, ended': (socket) => {
      socket.end(`${RESPONSE}\r\nhello`);
    },
    'ended, and more': (socket, raw) => {
      socket.end(`${RESPONSE}\r\nhello`, () => raw.write('more'));
    },
    'a length, reset': (socket, raw) => {
      socket.write(`${RESPONSE}Content-Length: 5\r\n\r\nhel`, () => raw.resetAndDestroy());
    },
  };
  for (const name in cases) {
    const server = net.createServer((raw) => {
      const socket = new tls.TLSSocket(raw, { isServer: true, cert, key });
      socket.on('error', () => {});
      socket.once('data', () => cases[name](socket, raw));
    });
    const port = await listening(t, server);
    const seen = [];
    for (const module of [nodeHttps, https]) {
      const req = module.get({ host: '127.0.0.1', port, agent: agentOf(t, module) });
      const told = await new Promise((resolve) => {
        req.on('error', ({ code }) => req.res ?? resolve({ code }));
        req.on('response', (res) => {
          let text = '';
          res.on('data', (chunk) => {
            text += chunk;
          });
          res.on('error', ({ code, message }) => resolve({ code, message, text }));
          res.on('end', () => resolve({ complete: res.complete, text }));
        });
      });
      seen.push(told);
    }
    assert.deepStrictEqual({ name, ...seen[1] }, { name, ...seen[0] });
  }
});

test('a server that wants a certificate of the client’s', limit, async (t) => {
  for (const maxVersion of ['TLSv1.2', 'TLSv1.3']) {
    const port = await serving(
      t,
      { maxVersion, requestCert: true, rejectUnauthorized: true },
      (_, res) => res.end(),
    );
    const wanted = await failing(t, nodeHttps, { port });
    const { code, reason } = await failing(t, https, { port });
    assert.deepStrictEqual({ code, reason }, { code: wanted.code, reason: wanted.reason });
  }
});

// ---- what is left to Node ----

test('options and listeners that only Node can serve', limit, async (t) => {
  const port = await serving(t, {}, (_, res) => res.end('hello'));
  const cases = {
    cert: { cert, key },
    checkServerIdentity: { checkServerIdentity: () => undefined },
    ciphers: { ciphers: 'HIGH' },
    ecdhCurve: { ecdhCurve: 'P-256' },
    secureContext: { secureContext: tls.createSecureContext({ ca: cert }) },
    secureOptions: { secureOptions: crypto.constants.SSL_OP_NO_TICKET },
    sigalgs: { sigalgs: 'ECDSA+SHA256' },
    secureProtocol: { secureProtocol: 'TLS_method' },
  };
  for (const name in cases) {
    const agent = agentOf(t, https, cases[name]);
    assert.strictEqual((await ask(https, { port, agent })).text, 'hello', name);
    assertSpoken(agent, 'node');
    if (mayBeNative) assert.match(agent.stats().tlsReason, new RegExp(`the option ${name}`));
  }
  const agent = agentOf(t, https);
  const lines = [];
  agent.on('keylog', (line) => lines.push(line));
  await ask(https, { port, agent });
  assert.ok(lines.length > 0);
  assertSpoken(agent, 'node');
  const other = agentOf(t, https);
  const req = https.get({ host: '127.0.0.1', port, agent: other });
  const sessions = [];
  req.once('socket', (socket) => socket.on('session', (session) => sessions.push(session)));
  const [res] = await once(req, 'response');
  await contentOf(res);
  if (sessions.length === 0) await once(res.socket, 'session');
  assert.ok(sessions.length > 0);
  assertSpoken(other, 'node');
});

test('versions, ciphers and protocols that the native side has', limit, async (t) => {
  const port = await serving(t, { ALPNProtocols: ['http/1.1', 'x'] }, (req, res) => {
    const { socket } = req;
    res.end(`${socket.getProtocol()} ${socket.getCipher().name} ${socket.alpnProtocol}`);
  });
  for (const [options, wanted] of [
    [{ maxVersion: 'TLSv1.2' }, /^TLSv1.2 ECDHE-ECDSA-\S+ false$/],
    [{ minVersion: 'TLSv1.3' }, /^TLSv1.3 TLS_AES_256_GCM_SHA384 false$/],
    [{ ciphers: 'TLS_AES_128_GCM_SHA256' }, /^TLSv1.3 TLS_AES_128_GCM_SHA256 false$/],
    [{ ALPNProtocols: ['x', 'http/1.1'] }, /^TLSv1.3 \S+ http\/1.1$/],
  ]) {
    const agent = agentOf(t, https, options);
    assert.match((await ask(https, { port, agent })).text, wanted);
    assertSpoken(agent, 'native');
  }
});

test('agents that differ share no connection and no session', limit, async (t) => {
  const reused = [];
  const port = await serving(t, {}, (req, res) => {
    reused.push(req.socket.isSessionReused());
    res.end('hello');
  });
  const agent = agentOf(t, https, { keepAlive: true });
  await ask(https, { port, agent });
  await ask(https, { port, agent, rejectUnauthorized: false });
  await ask(https, { port, agent, servername: 'localhost' });
  assert.strictEqual(Object.keys(agent.sockets).length + Object.keys(agent.freeSockets).length, 3);
  assert.deepStrictEqual(reused.slice(0, 3), [false, false, false]);
});

test('an agent whose keys say nothing asks for the right name all the same', limit, async (t) => {
  const port = await serving(t, {}, (req, res) => res.end(`${req.socket.servername}`));
  class Vague extends https.Agent {
    getName() {
      return 'the same for all';
    }
  }
  const agent = new Vague();
  t.after(() => agent.destroy());
  const get = (options) => ask(https, { port, agent, ...options });
  assert.strictEqual((await get({ ca: cert, servername: 'localhost' })).text, 'localhost');
  const other = { ca: cert, servername: 'other.test', rejectUnauthorized: false };
  assert.strictEqual((await get(other)).text, 'other.test');
  if (!mayBeNative) return; // Node resumes a session of that key, and trusts whom it was begun with
  await assert.rejects(get({ ca: cert, servername: 'other.test' }), {
    code: 'ERR_TLS_CERT_ALTNAME_INVALID',
  });
  await assert.rejects(get({ servername: 'localhost' }), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
});
