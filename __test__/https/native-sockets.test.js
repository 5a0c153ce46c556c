'use strict';
// Sockets of connections on which TLS is spoken natively: what they tell, and the streams they are behind HTTP.
const assert = require('node:assert');
const { once } = require('node:events');
const net = require('node:net');
const nodeHttps = require('node:https');
const { Duplex } = require('node:stream');
const { test } = require('node:test');
const tls = require('node:tls');
const { WebSocket, WebSocketServer } = require('ws');
const { pattern } = require('../support/events');
const { GET, UPGRADE, connectPlain, limit, native } = require('./native-world');
const { cert, closing, connectRaw, https, key, listen } = require('./world');

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

test('what was agreed on is told when the last answer has left', limit, async (t) => {
  const tell = async (module) => {
    const server = closing(t, module.createServer({ cert, key }));
    const options = { servername: 'localhost', ALPNProtocols: ['http/1.1'] };
    const { socket: client } = await connectRaw(t, await listen(server), options);
    client.write('GET / HTTP/1.0\r\n\r\n');
    const [{ socket }, res] = await once(server, 'request');
    res.end();
    await once(res, 'finish');
    const { alpnProtocol, encrypted, servername } = socket;
    return [alpnProtocol, encrypted, servername, socket.getCipher(), socket.getProtocol()];
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

test('an upgrade that nobody wants is served though its end came with it', limit, async (t) => {
  const { port } = await native(t, (req, res) => req.pipe(res));
  const far = net.connect(port, '127.0.0.1');
  t.after(() => far.destroy());
  // All that the client says behind its handshake comes in one piece.
  let held = null;
  const way = new Duplex({
    read() {},
    write(bytes, _encoding, done) {
      if (held === null) far.write(bytes);
      else held.push(bytes);
      done();
    },
    final(done) {
      far.write(Buffer.concat(held));
      done();
    },
  });
  far.on('data', (bytes) => way.push(bytes)).on('end', () => way.push(null));
  const client = tls.connect({ socket: way, ca: cert, checkServerIdentity() {} });
  await once(client, 'secureConnect');
  held = [];
  client.end(
    'POST / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: x\r\nContent-Length: 5\r\n\r\nhello',
  );
  let answer = '';
  for await (const bytes of client) answer += bytes.latin1Slice();
  assert.match(answer, /^HTTP\/1\.1 200 OK\r\n.*hello/s);
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
