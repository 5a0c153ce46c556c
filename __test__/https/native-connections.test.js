'use strict';
// Connections on which TLS is spoken natively: their sockets, their ends, their limits, and clients that fail.
const assert = require('node:assert');
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const net = require('node:net');
const nodeHttps = require('node:https');
const os = require('node:os');
const path = require('node:path');
const { test } = require('node:test');
const tls = require('node:tls');
const { WebSocket, WebSocketServer } = require('ws');
const { contentOf, pattern } = require('../support/events');
const { onNodeHttp } = require('../support/mode');
const { noOpenssl } = require('./certificates');
const { agentOf, ask, cert, closing, connectRaw, https, key, listen, serving } = require('./world');

const skip =
  (onNodeHttp && "Node's own speaks TLS by itself") ||
  (process.platform === 'win32' && 'connections are not native there');
const limit = { timeout: 60_000, skip };
const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
const UPGRADE = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n';

/** A native server that listens. */
async function native(t, ...args) {
  const made = await serving(t, ...args);
  assert.strictEqual(made.server.stats().tls, 'native');
  return made;
}

/** A client that has said nothing, and that nobody reads. */
async function connectPlain(t, port) {
  const socket = tls.connect({ port, host: '127.0.0.1', ca: cert });
  t.after(() => socket.destroy());
  await once(socket, 'secureConnect');
  return socket;
}

/** The socket of a request to a server of `module` that has been answered by then. */
async function socketOf(t, module) {
  const server = closing(t, module.createServer({ cert, key }));
  const { socket } = await connectRaw(t, await listen(server), { servername: 'localhost' });
  socket.write(GET);
  const [req, res] = await once(server, 'request');
  return { client: socket, req, res, socket: req.socket };
}

test('a socket tells what a TLSSocket of Node tells', limit, async (t) => {
  const tell = async (module) => {
    const { client, req, res, socket } = await socketOf(t, module);
    const own = (name, ...args) => socket[name](...args);
    const told = {
      is: [socket instanceof tls.TLSSocket, socket instanceof net.Socket],
      encrypted: socket.encrypted,
      authorized: socket.authorized,
      authorizationError: socket.authorizationError,
      servername: socket.servername,
      alpnProtocol: socket.alpnProtocol,
      secureConnecting: socket.secureConnecting,
      protocol: own('getProtocol'),
      cipher: own('getCipher'),
      peer: [own('getPeerCertificate'), own('getPeerCertificate', true)],
      peerX509: own('getPeerX509Certificate'),
      own: own('getCertificate').fingerprint256,
      ownX509: own('getX509Certificate').fingerprint256,
      reused: own('isSessionReused'),
      connection: req.connection === socket,
      server: socket.server === req.socket.server,
      keyMaterial: own('exportKeyingMaterial', 20, 'a label').equals(
        client.exportKeyingMaterial(20, 'a label'),
      ),
      withContext: own('exportKeyingMaterial', 20, 'label', Buffer.from('c')).equals(
        client.exportKeyingMaterial(20, 'label', Buffer.from('c')),
      ),
      family: socket.remoteFamily,
      address: socket.address().address,
      remote: socket.remoteAddress,
    };
    const codes = [];
    for (const call of [
      () => socket.setServername('a'),
      () => socket.setServername(5),
      () => socket.exportKeyingMaterial(0, 'a'),
      () => socket.renegotiate(5),
    ]) {
      try {
        call();
      } catch ({ code }) {
        codes.push(code);
      }
    }
    res.end();
    socket.destroy();
    await once(socket, 'close');
    const after = [socket.getProtocol(), socket.getPeerCertificate(), socket.servername];
    return { ...told, codes, after };
  };
  assert.deepStrictEqual(await tell(https), await tell(nodeHttps));
});

test('one that nobody has looked at before its end', limit, async (t) => {
  const { client, res, socket } = await socketOf(t, https);
  res.on('close', () => {});
  const closed = once(res, 'close');
  client.destroy();
  await closed;
  assert.strictEqual(socket.encrypted, true);
  assert.strictEqual(socket.getProtocol(), null);
});

test('there is no handle that could be given away', limit, async (t) => {
  const { socket, res, client } = await socketOf(t, https);
  assert.strictEqual(socket._handle, null);
  res.end('still');
  const [chunk] = await once(client, 'data');
  assert.match(String(chunk), /still|HTTP/);
});

// ---- behind HTTP ----

test('behind an upgrade it is a stream in both directions, with backpressure', limit, async (t) => {
  const { port, server } = await native(t, () => {});
  const content = pattern(8 << 20);
  server.on('upgrade', (_req, socket, first) => {
    assert.ok(socket instanceof tls.TLSSocket);
    socket.write('HTTP/1.1 101 Go\r\n\r\n');
    socket.write(first);
    socket.pipe(socket);
  });
  const socket = await connectPlain(t, port);
  const chunks = [];
  const all = new Promise((resolve) => {
    let length = 0;
    socket.on('data', (chunk) => {
      chunks.push(chunk);
      length += chunk.length;
      if (length >= content.length + 24) resolve();
    });
  });
  socket.write(`${UPGRADE}first`);
  socket.write(content);
  await all;
  const bytes = Buffer.concat(chunks);
  assert.strictEqual(bytes.latin1Slice(0, 24), 'HTTP/1.1 101 Go\r\n\r\nfirst');
  assert.ok(bytes.subarray(24).equals(content));
});

test('a reader that is paused stops the peer', limit, async (t) => {
  const { port, server } = await native(t, () => {});
  const upgraded = once(server, 'upgrade');
  const { socket } = await connectRaw(t, port);
  socket.write(UPGRADE);
  const [, far] = await upgraded;
  const content = pattern(16 << 20);
  socket.write(content);
  let before;
  do {
    before = far.bytesRead;
    await new Promise((resolve) => setTimeout(resolve, 100));
  } while (far.bytesRead !== before);
  assert.ok(before < content.length / 2, `${before}`);
  assert.ok(far.readableLength < 2 << 20);
  let read = 0;
  for await (const chunk of far) {
    read += chunk.length;
    if (read === content.length) break;
  }
  assert.strictEqual(read, content.length);
});

test('its ends behind an upgrade: of the peer, its own, a timeout', limit, async (t) => {
  const { port, server } = await native(t, () => {});
  const upgrade = async () => {
    const upgraded = once(server, 'upgrade');
    const { socket } = await connectRaw(t, port);
    socket.write(UPGRADE);
    const [, far] = await upgraded;
    return [socket, far];
  };
  const [first, farFirst] = await upgrade();
  farFirst.resume();
  first.end('last');
  await once(farFirst, 'end');
  await Promise.all([once(farFirst, 'close'), once(first, 'close')]);
  const [second, farSecond] = await upgrade();
  farSecond.end('bye');
  await once(second, 'end');
  farSecond.resume();
  await once(farSecond, 'close');
  const [third, farThird] = await upgrade();
  farThird.setTimeout(50);
  await once(farThird, 'timeout');
  farThird.destroy();
  await Promise.all([once(farThird, 'close'), once(third, 'close')]);
  await new Promise((resolve) => server.getConnections((_, count) => resolve(count))).then((n) =>
    assert.strictEqual(n, 0),
  );
});

test('WebSockets over it, hard at work', limit, async (t) => {
  const { port, server } = await native(t, () => {});
  const sockets = new WebSocketServer({ server });
  t.after(() => sockets.close());
  assert.strictEqual(server.stats().tls, 'native');
  sockets.on('connection', (socket) => socket.on('message', (data) => socket.send(data)));
  const client = new WebSocket(`wss://127.0.0.1:${port}/`, { ca: cert });
  await once(client, 'open');
  const content = pattern(300_000);
  let got = 0;
  const done = new Promise((resolve) => {
    client.on('message', (data) => {
      assert.ok(data.equals(content));
      if (++got === 50) resolve();
    });
  });
  for (let i = 0; i < 50; i++) client.send(content);
  await done;
  client.close();
  await once(client, 'close');
});

test('TLS over it', limit, async (t) => {
  const { port, server } = await native(t, () => {});
  server.on('connect', (_req, socket) => {
    socket.write('HTTP/1.1 200 OK\r\n\r\n');
    const inner = new tls.TLSSocket(socket, { isServer: true, cert, key });
    inner.on('data', (chunk) => inner.end(`inner ${chunk}`));
  });
  const outer = await connectPlain(t, port);
  outer.write('CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n');
  const [answer] = await once(outer, 'data');
  assert.match(String(answer), /^HTTP\/1\.1 200 OK\r\n\r\n$/);
  const { until, socket } = await connectRaw(t, undefined, {
    socket: outer,
    port: undefined,
  });
  socket.write('text');
  await until(/inner text/);
});

// ---- clients that fail ----

/** What servers of both kinds tell of a client. */
async function failuresOf(t, fail, options) {
  const told = [];
  for (const module of [https, nodeHttps]) {
    const server = closing(
      t,
      module.createServer({ cert, key, ...options }, () => {}),
    );
    const port = await listen(server);
    const failed = once(server, 'tlsClientError');
    await fail(port);
    const [error, socket] = await failed;
    assert.ok(socket instanceof tls.TLSSocket);
    assert.ok(error instanceof Error);
    const { code, library, reason, syscall } = error;
    told.push({ code, library, reason, syscall, message: error.message.split(':').at(-3) });
    await new Promise((resolve) => server.close(resolve));
  }
  return told;
}

function send(t, port, ...pieces) {
  const socket = net.connect(port, '127.0.0.1');
  t.after(() => socket.destroy());
  socket.on('error', () => {}).resume();
  for (const piece of pieces) socket.write(piece);
  return socket;
}

for (const [what, bytes] of [
  ['plain HTTP', GET],
  ['SSH', 'SSH-2.0-OpenSSH_9.6\r\n'],
  ['zeros', Buffer.alloc(100)],
  ['a record of another kind', Buffer.from('170303000501020304055555', 'hex')],
  ['a ClientHello that makes no sense', Buffer.from('160301000a0100000603030000000000', 'hex')],
]) {
  test(`${what}: Node's error`, limit, async (t) => {
    const [ours, theirs] = await failuresOf(t, (port) => send(t, port, bytes));
    assert.deepStrictEqual(ours, theirs);
  });
}

test('one that goes away before or amid its handshake', limit, async (t) => {
  for (const bytes of ['', '\x16\x03\x01']) {
    const [ours, theirs] = await failuresOf(t, (port) =>
      send(t, port, Buffer.from(bytes, 'latin1')).end(),
    );
    assert.deepStrictEqual(ours, theirs);
  }
  const reset = (port) => {
    const socket = send(t, port, Buffer.from('160301', 'hex'));
    setTimeout(() => socket.resetAndDestroy(), 50);
  };
  const [ours, theirs] = await failuresOf(t, reset);
  assert.deepStrictEqual(ours, theirs);
});

test('one that does not trust the certificate, and says so', {
  ...limit,
  skip: skip || noOpenssl,
}, async (t) => {
  const args = ['s_client', '-verify_return_error', '-tls1_3', '-connect'];
  const [ours, theirs] = await failuresOf(t, (port) => {
    spawn('openssl', [...args, `127.0.0.1:${port}`], { stdio: 'ignore' });
  });
  assert.strictEqual(ours.code, theirs.code);
  assert.strictEqual(ours.reason, theirs.reason);
});

/** What a client begins with. */
async function helloOf(t) {
  const server = net.createServer();
  t.after(() => server.close());
  const port = await listen(server);
  const socket = tls.connect(port, '127.0.0.1').on('error', () => {});
  const [far] = await once(server, 'connection');
  const [hello] = await once(far, 'data');
  socket.destroy();
  far.destroy();
  return hello;
}

test('a handshake that trickles in has its time and no more', limit, async (t) => {
  const { port, server } = await native(t, { handshakeTimeout: 300 }, () => {});
  const socket = send(t, port);
  // Not once(): a byte that arrives behind the end is answered with a reset, which is an 'error'.
  const closed = new Promise((resolve) => socket.on('close', resolve));
  const hello = await helloOf(t);
  let at = 0;
  const timer = setInterval(() => socket.write(hello.subarray(at, ++at)), 20);
  t.after(() => clearInterval(timer));
  const begin = Date.now();
  const [error, far] = await once(server, 'tlsClientError');
  assert.strictEqual(error.code, 'ERR_TLS_HANDSHAKE_TIMEOUT');
  assert.ok(Date.now() - begin >= 290);
  assert.strictEqual(far.remoteAddress, '127.0.0.1');
  assert.strictEqual(far.destroyed, true);
  await closed;
});

test("a broken record behind the handshake is a 'clientError'", limit, async (t) => {
  const { port, server } = await native(t, () => {});
  // A way in between that changes what passes.
  let changes = false;
  const way = net.createServer((near) => {
    const far = net.connect(port, '127.0.0.1');
    near.on('data', (chunk) => {
      if (changes) chunk[chunk.length - 1] ^= 1;
      far.write(chunk);
    });
    far.pipe(near);
    for (const one of [near, far]) one.on('error', () => {});
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
  });
  t.after(() => way.close());
  const { socket } = await connectRaw(t, await listen(way));
  socket.on('error', () => {});
  const closed = new Promise((resolve) => socket.on('close', resolve));
  changes = true;
  const failed = once(server, 'clientError');
  socket.write(GET);
  const [error, far] = await failed;
  assert.strictEqual(error.code, 'ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC');
  far.destroy();
  await closed;
});

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

// ---- limits and ends ----

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

// ---- other ways of running ----

const FIXTURE = JSON.stringify(path.join(__dirname, '..', 'agent', 'tls-fixture.js'));
const HTTPS = JSON.stringify(path.join(__dirname, '..', '..', 'https.js'));

test('what was answered is sent when the process exits', limit, async (t) => {
  const program = `
    const { cert, key } = require(${FIXTURE});
    const server = require(${HTTPS}).createServer({ cert, key }, (req, res) => {
      res.end('x'.repeat(20000), () => {});
      process.exit();
    });
    server.listen(0, '127.0.0.1', () => process.send(server.address().port));`;
  for (const leader of ['javascript', 'thread']) {
    const child = spawn(process.execPath, ['-e', program], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      env: { ...process.env, RUST_HTTP_LEADER: leader },
    });
    t.after(() => child.kill());
    const [port] = await once(child, 'message');
    const { text } = await ask({ port, agent: agentOf(t) });
    assert.strictEqual(text.length, 20_000);
  }
});

test('an I/O thread that leads', limit, async (t) => {
  const program = `
    const { cert, key } = require(${FIXTURE});
    const server = require(${HTTPS}).createServer({ cert, key }, (req, res) => req.pipe(res));
    server.on('upgrade', (req, socket, first) => socket.write(first) && socket.pipe(socket));
    server.listen(0, '127.0.0.1', () => process.send([server.address().port, server.stats()]));`;
  const child = spawn(process.execPath, ['-e', program], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, RUST_HTTP_LEADER: 'thread', RUST_HTTP_IO_THREADS: '2' },
  });
  t.after(() => child.kill());
  const [[port, stats]] = await once(child, 'message');
  assert.deepStrictEqual([stats.driver, stats.tls], ['io-thread', 'native']);
  const agent = agentOf(t, { keepAlive: true, maxSockets: 8 });
  const content = pattern(200_000)
    .toString('latin1')
    .replace(/[^ -~]/g, '.');
  await Promise.all(
    Array.from({ length: 60 }, async () => {
      const { text } = await ask({ port, agent, method: 'POST' }, content);
      assert.strictEqual(text, content);
    }),
  );
  const { socket, until } = await connectRaw(t, port);
  socket.write(`${UPGRADE}echo`);
  socket.write(' behind');
  await until(/ behind$/);
});

test('health and overload, over TLS, while JavaScript is blocked', limit, async (t) => {
  const program = `
    const { cert, key } = require(${FIXTURE});
    const options = { cert, key, health: { path: '/health', blockedAfter: 200 }, overload: { maxDelay: 300 } };
    const server = require(${HTTPS}).createServer(options, (req, res) => {
      const end = Date.now() + (req.url === '/block' ? 3000 : 0);
      while (Date.now() < end);
      res.end(req.url);
    });
    server.listen(0, '127.0.0.1', () => process.send([server.address().port, server.stats().tls]));`;
  const child = spawn(process.execPath, ['-e', program], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  t.after(() => child.kill());
  const [[port, who]] = await once(child, 'message');
  assert.strictEqual(who, 'native');
  const agent = agentOf(t);
  const before = await ask({ port, agent, path: '/health' });
  assert.strictEqual(JSON.parse(before.text).status, 'ok');
  const blocked = ask({ port, agent, path: '/block' });
  await new Promise((resolve) => setTimeout(resolve, 1000));
  // Accepted, greeted and answered without JavaScript.
  const during = await ask({ port, agent, path: '/health' });
  assert.deepStrictEqual([during.res.statusCode, JSON.parse(during.text).status], [503, 'blocked']);
  const large = pattern(300_000);
  const refused = await ask({ port, agent, path: '/', method: 'PUT' }, large);
  assert.strictEqual(refused.res.statusCode, 503);
  assert.strictEqual((await blocked).text, '/block');
  // What had to wait counts until JavaScript has come to it.
  let after;
  do after = await ask({ port, agent, path: '/after' });
  while (after.res.statusCode === 503);
  assert.strictEqual(after.text, '/after');
});

test('workers of a cluster', limit, async (t) => {
  const program = `
    const cluster = require('node:cluster');
    if (cluster.isPrimary) {
      let ports = [];
      cluster.on('message', (worker, message) => {
        ports.push(message);
        if (ports.length === 2) process.send(ports);
      });
      cluster.fork();
      cluster.fork();
      process.on('disconnect', () => process.exit());
    } else {
      const { cert, key } = require(${FIXTURE});
      const server = require(${HTTPS}).createServer({ cert, key }, (req, res) => res.end('w' + cluster.worker.id));
      server.listen(0, '127.0.0.1', () => process.send([server.address().port, server.stats().tls]));
    }`;
  const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'rust-http-')), 'cluster.js');
  t.after(() => fs.rmSync(path.dirname(file), { recursive: true }));
  fs.writeFileSync(file, program);
  for (const policy of ['rr', 'none']) {
    const child = spawn(process.execPath, [file], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      env: { ...process.env, NODE_CLUSTER_SCHED_POLICY: policy },
    });
    t.after(() => child.kill());
    const [ports] = await once(child, 'message');
    assert.deepStrictEqual(
      ports.map(([, who]) => who),
      ['native', 'native'],
    );
    const [[port]] = ports;
    for (let i = 0; i < 4; i++) {
      const { text } = await ask({ port, agent: agentOf(t) });
      assert.match(text, /^w\d$/);
    }
    child.disconnect();
    await once(child, 'exit');
  }
});
