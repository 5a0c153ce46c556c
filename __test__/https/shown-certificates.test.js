'use strict';
// Which certificate a client of a native server is shown, with which chain, and what the socket says of it. Where
// a server has several, Node's own https, asked the same, says what is right.
const assert = require('node:assert');
const { spawnSync } = require('node:child_process');
const { once } = require('node:events');
const nodeHttps = require('node:https');
const path = require('node:path');
const { test } = require('node:test');
const { onNodeHttp } = require('../support/mode');
const { CA, Maker, SELF_SIGNED, SERVER, noOpenssl } = require('./certificates');
const { cert, closing, connectRaw, https, key, listen } = require('./world');

const skip =
  (onNodeHttp && 'it is Node that the module is compared with') ||
  (process.platform === 'win32' && 'connections are not native there') ||
  noOpenssl;
const limit = { timeout: 60_000, skip };
const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
const EC_FIRST = 'ecdsa_secp256r1_sha256:rsa_pss_rsae_sha256:ed25519';
const RSA_FIRST = 'rsa_pss_rsae_sha256:rsa_pkcs1_sha256:ed25519:ecdsa_secp256r1_sha256';
const CLIENTS = [
  {},
  { sigalgs: EC_FIRST },
  { sigalgs: RSA_FIRST },
  { sigalgs: 'rsa_pss_rsae_sha256' },
  { maxVersion: 'TLSv1.2' },
  { maxVersion: 'TLSv1.2', sigalgs: RSA_FIRST },
  { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-RSA-AES128-GCM-SHA256' },
  {
    maxVersion: 'TLSv1.2',
    ciphers: 'ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES128-GCM-SHA256',
  },
];

const tell = (req, res) => {
  const { fingerprint256 } = req.socket.getCertificate();
  assert.strictEqual(req.socket.getX509Certificate().fingerprint256, fingerprint256);
  res.end(JSON.stringify({ cipher: req.socket.getCipher().name, told: fingerprint256 }));
};

/** What a client with these options sees of a server, and what that tells of itself. */
async function seen(t, port, options) {
  const { socket, until } = await connectRaw(t, port, { ...options, rejectUnauthorized: false });
  socket.write(GET);
  const text = await until(/\}$/);
  const { cipher, told } = JSON.parse(text.slice(text.indexOf('\r\n\r\n')));
  const shown = socket.getPeerX509Certificate();
  assert.strictEqual(told, shown.fingerprint256);
  return [cipher, shown.publicKey.asymmetricKeyType];
}

test('of several, as OpenSSL chooses', limit, async (t) => {
  const maker = new Maker(t);
  const rsa = maker.make({ algorithm: ['rsa:2048'], extensions: SELF_SIGNED });
  const ed = maker.make({ algorithm: ['ed25519'], extensions: SELF_SIGNED });
  const ec = { cert, key };
  for (const [of, more] of [
    [[ec, rsa]],
    [[rsa, ec]],
    [[ed, rsa]],
    [[ec, ed]],
    [[rsa, ed, ec]],
    [[ec, rsa], { honorCipherOrder: false }],
    [[ec, rsa], { maxVersion: 'TLSv1.2' }],
  ]) {
    const options = { cert: of.map((one) => one.cert), key: of.map((one) => one.key), ...more };
    const ours = closing(t, https.createServer(options, tell));
    const node = closing(t, nodeHttps.createServer(options, tell));
    const ports = [await listen(ours), await listen(node)];
    assert.strictEqual(ours.stats().tls, 'native');
    for (const client of CLIENTS) {
      const [here, there] = await Promise.all(
        ports.map((port) => seen(t, port, client).catch(({ code }) => code)),
      );
      assert.deepStrictEqual(here, there, JSON.stringify(client));
    }
  }
});

test('a connection tells its own, whatever the server has by now', limit, async (t) => {
  const server = closing(t, https.createServer({ cert, key }, tell));
  const port = await listen(server);
  const before = await connectRaw(t, port);
  const rsa = new Maker(t).make({ algorithm: ['rsa:2048'], extensions: SELF_SIGNED });
  server.setSecureContext(rsa);
  server.addContext('a.test', { cert, key });
  assert.deepStrictEqual((await seen(t, port, {}))[1], 'rsa');
  assert.deepStrictEqual((await seen(t, port, { servername: 'A.test' }))[1], 'ec');
  before.socket.write(GET);
  const text = await before.until(/\}$/);
  assert.ok(text.includes(before.socket.getPeerX509Certificate().fingerprint256));
});

test('there is none before the handshake, and none behind the end', limit, async (t) => {
  const server = closing(t, https.createServer({ cert, key, handshakeTimeout: 50 }));
  const port = await listen(server);
  const raw = require('node:net').connect(port, '127.0.0.1');
  const [, socket] = await once(server, 'tlsClientError');
  raw.destroy();
  assert.strictEqual(socket.getCertificate(), null);
  assert.strictEqual(socket.getX509Certificate(), undefined);
});

test('a list of ciphers that names none of TLS 1.3 leaves those as they are', limit, async (t) => {
  for (const ciphers of [
    'ECDHE-ECDSA-AES256-GCM-SHA384',
    'ECDHE-ECDSA-AES256-GCM-SHA384:AES128-SHA:!RC4',
  ]) {
    const ours = closing(t, https.createServer({ cert, key, ciphers }, tell));
    const node = closing(t, nodeHttps.createServer({ cert, key, ciphers }, tell));
    const ports = [await listen(ours), await listen(node)];
    assert.strictEqual(ours.stats().tls, 'native');
    for (const client of [{}, { ciphers: 'TLS_AES_128_GCM_SHA256' }, { maxVersion: 'TLSv1.2' }]) {
      const [here, there] = await Promise.all(ports.map((port) => seen(t, port, client)));
      assert.deepStrictEqual(here, there);
    }
  }
});

test('one that comes alone is completed from NODE_EXTRA_CA_CERTS', limit, async (t) => {
  const maker = new Maker(t);
  const root = maker.make({ subject: 'root', extensions: CA });
  const middle = maker.make({ subject: 'middle', issuer: root, extensions: CA });
  const own = maker.make({ issuer: middle, extensions: SERVER });
  const program = `
        const tls = require('node:tls');
    const https = require(process.argv[1]);
    const [cert, key, ca] = process.argv.slice(2);
    const server = https.createServer({ cert, key }).listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      const socket = tls.connect({ port, host: '127.0.0.1', ca, servername: 'localhost' });
      socket.on('error', ({ code }) => process.stdout.write(code));
      socket.on('secureConnect', () => {
        process.stdout.write(socket.getPeerX509Certificate().issuerCertificate.subject);
        socket.destroy();
      });
      socket.on('close', () => server.close());
    });`;
  for (const module of ['node:https', path.join(__dirname, '..', '..', 'https.js')]) {
    const texts = [own.cert, own.key, root.cert];
    const { stdout, stderr } = spawnSync(process.execPath, ['-e', program, module, ...texts], {
      encoding: 'utf8',
      env: { ...process.env, NODE_EXTRA_CA_CERTS: maker.fileOf(middle) },
    });
    assert.strictEqual(stdout, 'CN=middle', `${module}: ${stderr}`);
  }
});
