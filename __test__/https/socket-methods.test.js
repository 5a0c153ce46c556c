'use strict';
// The methods and properties of a TLSSocket, on the sockets of a server whose TLS is native: as Node's, but for
// what the documentation says of them.
const assert = require('node:assert');
const { once } = require('node:events');
const { test } = require('node:test');
const tls = require('node:tls');
const nodeHttps = require('node:https');
const { cert, https, key, mayBeNative } = require('./world');

const limit = { timeout: 60_000 };

const METHODS = [
  'getCertificate',
  'getCipher',
  'getEphemeralKeyInfo',
  'getFinished',
  'getPeerCertificate',
  'getPeerFinished',
  'getPeerX509Certificate',
  'getProtocol',
  'getSession',
  'getSharedSigalgs',
  'getTLSTicket',
  'isSessionReused',
];
const PROPERTIES = [
  '_SNICallback',
  '_newSessionPending',
  '_securePending',
  'alpnProtocol',
  'authorizationError',
  'authorized',
  'encrypted',
  'secureConnecting',
];
const LABELS = [
  'EXPERIMENTAL-label',
  'client finished',
  'client finished, and more',
  'extended master secret',
  'key expansion',
  'master secret',
  'server finished',
];

/** What stands for bytes, which are others each time. */
const shapeOf = (value) => (Buffer.isBuffer(value) ? 'bytes' : value);

function attempt(call) {
  try {
    return shapeOf(call());
  } catch (error) {
    return { code: error.code, library: error.library, message: error.message };
  }
}

function lookAt(socket) {
  const seen = {};
  for (const name of METHODS) seen[name] = attempt(() => socket[name]());
  for (const name of PROPERTIES) seen[name] = socket[name];
  return seen;
}

const exportsOf = (socket) => [
  ...LABELS.map((label) => [label, attempt(() => socket.exportKeyingMaterial(32, label))]),
  ...[1, 12_240, 200_000].map((length) => [
    length,
    attempt(() => socket.exportKeyingMaterial(length, 'EXPERIMENTAL-label')),
  ]),
];

/** What is seen on the sockets of two connections, the second of which resumes the session of the first. */
async function seenBy(t, { createServer }, version) {
  const seen = [];
  const server = createServer(
    { cert, key, minVersion: version, maxVersion: version },
    (req, res) => {
      const { socket } = req;
      seen.push({ open: lookAt(socket), exported: exportsOf(socket) });
      socket.on('close', () => {
        seen.push({ closed: lookAt(socket) });
        server.emit('seen');
      });
      res.end();
    },
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  let session;
  for (let i = 0; i < 2; i++) {
    const options = { port: server.address().port, host: '127.0.0.1', ca: cert, session };
    // A cipher that both have as their first.
    const client = tls.connect({
      ...options,
      ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256:TLS_AES_256_GCM_SHA384',
    });
    client.on('session', (ticket) => {
      session ??= ticket;
    });
    client.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    client.resume();
    await Promise.all([once(client, 'close'), once(server, 'seen')]);
  }
  if (createServer === https.createServer && mayBeNative)
    assert.strictEqual(server.stats().tls, 'native');
  return seen;
}

/** What the native side cannot tell, as documented. */
const UNTOLD = { getFinished: 'bytes', getPeerFinished: 'bytes', getSession: 'bytes' };

for (const version of ['TLSv1.2', 'TLSv1.3'])
  test(`on sockets of a server, with ${version}`, limit, async (t) => {
    const expected = await seenBy(t, nodeHttps, version);
    assert.strictEqual(expected.length, 4);
    assert.strictEqual(expected[2].open.isSessionReused, true);
    const seen = await seenBy(t, https, version);
    if (mayBeNative)
      for (const { open } of seen) {
        if (open === undefined) continue;
        for (const name of Object.keys(UNTOLD)) assert.strictEqual(open[name], undefined, name);
        assert.deepStrictEqual(open.getSharedSigalgs, []);
        Object.assign(open, UNTOLD);
      }
    for (const { open } of [...expected, ...seen]) delete open?.getSharedSigalgs;
    assert.deepStrictEqual(seen, expected);
  });
