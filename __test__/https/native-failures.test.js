'use strict';
// Clients that fail on a server whose TLS is native: amid their handshake, and behind it.
const assert = require('node:assert');
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const net = require('node:net');
const nodeHttps = require('node:https');
const { test } = require('node:test');
const tls = require('node:tls');
const { noOpenssl } = require('./certificates');
const { GET, limit, native, send, skip } = require('./native-world');
const { cert, closing, connectRaw, https, key, listen } = require('./world');

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
  const hello = await helloOf(t);
  const begin = Date.now();
  const socket = send(t, port);
  // Not once(): a byte that arrives behind the end is answered with a reset, which is an 'error'.
  const closed = new Promise((resolve) => socket.on('close', resolve));
  let at = 0;
  const timer = setInterval(() => socket.write(hello.subarray(at, ++at)), 20);
  t.after(() => clearInterval(timer));
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
