'use strict';
// TLS that the native side speaks: which servers and clients it serves, and which are left to Node.
const assert = require('node:assert');
const { execFileSync, spawn, spawnSync } = require('node:child_process');
const diagnostics = require('node:diagnostics_channel');
const { once } = require('node:events');
const fs = require('node:fs');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');
const { test } = require('node:test');
const tls = require('node:tls');
const { onNodeHttp } = require('../support/mode');
const { CA, Maker, SELF_SIGNED, SERVER, noOpenssl } = require('./certificates');
const { agentOf, ask, cert, closing, connectRaw, https, key, listen, serving } = require('./world');

const skip =
  (onNodeHttp && "Node's own speaks TLS by itself") ||
  (process.platform === 'win32' && 'connections are not native there');
const limit = { timeout: 60_000, skip };
const withOpenssl = { ...limit, skip: skip || noOpenssl };
const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';

const describe = (req, res) => {
  const { socket } = req;
  res.end(
    JSON.stringify({
      protocol: socket.getProtocol(),
      cipher: socket.getCipher(),
      reused: socket.isSessionReused(),
      servername: socket.servername,
      alpn: socket.alpnProtocol,
    }),
  );
};

/** What `describe` tells a client with these options. */
async function described(t, port, options) {
  const { socket, until } = await connectRaw(t, port, options);
  socket.write(GET);
  const text = await until(/\}$/);
  return JSON.parse(text.slice(text.indexOf('\r\n\r\n')));
}

// ---- which servers ----

test('a server with a key and a certificate is native', limit, async (t) => {
  const { server } = await serving(t, () => {});
  const { tls: who, tlsReason } = server.stats();
  assert.deepStrictEqual([who, tlsReason], ['native', null]);
});

for (const [what, options, reason] of [
  ['an array of each', { cert: [cert], key: [Buffer.from(key)] }, null],
  ['a key with its passphrase', { key: [{ pem: key, passphrase: 'unused' }] }, null],
  [
    'options of HTTP and of sockets',
    { keepAlive: true, maxHeaderSize: 9000, noDelay: false },
    null,
  ],
  ['versions', { minVersion: 'TLSv1', maxVersion: 'TLSv1.2' }, null],
  ['options that are off', { ca: undefined, requestCert: false, crl: null, pfx: '' }, null],
  [
    'a list of known ciphers',
    { ciphers: 'TLS_AES_128_GCM_SHA256:ECDHE-ECDSA-AES128-GCM-SHA256' },
    null,
  ],
  ['others behind those', { ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256:AES128-SHA:!RC4' }, null],
  ['others before those', { ciphers: 'AES128-SHA:ECDHE-ECDSA-AES128-GCM-SHA256' }, 'ciphers'],
  ['an alias of ciphers', { ciphers: 'HIGH:!aNULL' }, 'ciphers'],
  ['certificates of clients', { requestCert: true, ca: cert }, 'requestCert'],
  ['ca', { ca: cert }, null],
  ['ecdhCurve', { ecdhCurve: 'P-256' }, 'ecdhCurve'],
  ['ecdhCurve, but the default', { ecdhCurve: 'auto' }, null],
  ['dhparam', { dhparam: 'auto' }, 'dhparam'],
  ['sigalgs', { sigalgs: 'ECDSA+SHA256' }, 'sigalgs'],
  ['secureOptions', { secureOptions: 4 }, 'secureOptions'],
  ['secureProtocol', { secureProtocol: 'TLS_method' }, 'secureProtocol'],
  ['SNICallback', { SNICallback: (_name, done) => done(null) }, 'SNICallback'],
  ['ALPNCallback', { ALPNCallback: () => undefined }, 'ALPNCallback'],
  ['pskCallback', { pskCallback: () => null }, 'pskCallback'],
  ['ticketKeys', { ticketKeys: Buffer.alloc(48) }, 'ticketKeys'],
  ['sessionTimeout', { sessionTimeout: 5 }, 'sessionTimeout'],
  ['enableTrace', { enableTrace: true }, 'enableTrace'],
  ['pauseOnConnect', { pauseOnConnect: true }, 'pauseOnConnect'],
  ['versions before 1.2 alone', { minVersion: 'TLSv1', maxVersion: 'TLSv1.1' }, 'version'],
  ['an option that is not known', { blockList: new net.BlockList() }, 'blockList'],
]) {
  test(`${what}: ${reason === null ? 'native' : 'left to Node'}`, limit, async (t) => {
    const { server } = await serving(t, options, (_req, res) => res.end('x'));
    const { tls: who, tlsReason } = server.stats();
    assert.strictEqual(who, reason === null ? 'native' : 'node', tlsReason);
    if (reason !== null) assert.ok(tlsReason.includes(reason), tlsReason);
  });
}

test('an option that a prototype has counts, too', limit, async (t) => {
  const options = Object.create({ sigalgs: 'ECDSA+SHA256' });
  const server = closing(t, https.createServer(Object.assign(options, { cert, key })));
  await listen(server);
  assert.strictEqual(server.stats().tls, 'node');
});

test('options that are used again with other content are what they were', limit, async (t) => {
  const options = { cert, key };
  const server = closing(t, https.createServer(options, describe));
  Object.assign(options, { cert: 'another', key: 'another', maxVersion: 'TLSv1.2' });
  const port = await listen(server);
  assert.strictEqual(server.stats().tls, 'native');
  assert.strictEqual((await described(t, port)).protocol, 'TLSv1.3');
});

test('listeners that need what only Node has', limit, async (t) => {
  for (const event of ['connection', 'newSession', 'resumeSession', 'keylog', 'OCSPRequest']) {
    const server = closing(
      t,
      https.createServer({ cert, key }, (_req, res) => res.end('x')),
    );
    server.on(event, () => {});
    await listen(server);
    assert.strictEqual(server.stats().tls, 'node', event);
  }
});

test('one that comes later gets the connections from then on', limit, async (t) => {
  const { port, server } = await serving(t, describe);
  assert.strictEqual((await described(t, port)).protocol, 'TLSv1.3');
  const seen = [];
  const listener = (socket) => seen.push(socket);
  server.on('connection', listener);
  assert.strictEqual(server.stats().tls, 'node');
  assert.strictEqual((await described(t, port)).protocol, 'TLSv1.3');
  assert.strictEqual(seen.length, 1);
  assert.ok(seen[0] instanceof net.Socket && !(seen[0] instanceof tls.TLSSocket));
  server.off('connection', listener);
  assert.strictEqual(server.stats().tls, 'native');
  assert.strictEqual((await described(t, port)).protocol, 'TLSv1.3');
  assert.strictEqual(seen.length, 1);
});

test('a subscriber of net.server.socket sees raw sockets', limit, async (t) => {
  const { port, server } = await serving(t, describe);
  const seen = [];
  const listener = ({ socket }) => seen.push(socket.constructor.name);
  diagnostics.subscribe('net.server.socket', listener);
  t.after(() => diagnostics.unsubscribe('net.server.socket', listener));
  server.timeout = 60_000; // has the native side told
  await described(t, port);
  assert.ok(seen.includes('Socket'));
});

test("'secureConnection' stays native, and comes before anything is read", limit, async (t) => {
  const { port, server } = await serving(t, describe);
  const raw = [];
  server.on('secureConnection', (socket) => {
    assert.ok(socket instanceof tls.TLSSocket && socket.encrypted);
    assert.strictEqual(socket.getProtocol(), 'TLSv1.3');
    socket.on('data', (chunk) => raw.push(chunk));
  });
  assert.strictEqual(server.stats().tls, 'native');
  for (let i = 0; i < 20; i++) {
    raw.length = 0;
    // Sent in the moment of the last message of the handshake.
    const socket = tls.connect({ port, host: '127.0.0.1', ca: cert });
    socket.write(GET);
    await once(socket, 'data');
    socket.destroy();
    assert.strictEqual(String(Buffer.concat(raw)), GET);
  }
});

test('setTicketKeys and getTicketKeys', limit, async (t) => {
  const { port, server } = await serving(t, describe);
  server.setTicketKeys(Buffer.alloc(48, 1));
  assert.strictEqual(server.stats().tls, 'node');
  assert.deepStrictEqual(server.getTicketKeys(), Buffer.alloc(48, 1));
  assert.strictEqual((await described(t, port)).protocol, 'TLSv1.3');
});

test('RUST_HTTP_TLS=node, and arguments of the process that only OpenSSL obeys', limit, () => {
  const program = `
    const https = require(${JSON.stringify(path.join(__dirname, '..', '..', 'https.js'))});
    const { cert, key } = require(${JSON.stringify(path.join(__dirname, '..', 'agent', 'tls-fixture.js'))});
    const server = https.createServer({ cert, key }).listen(0, () => {
      process.stdout.write(server.stats().tls);
      server.close();
    });`;
  const env = { ...process.env };
  delete env.RUST_HTTP_TLS;
  const told = (args, more) =>
    execFileSync(process.execPath, [...args, '-e', program], {
      env: { ...env, ...more },
    }).toString();
  assert.strictEqual(told([], {}), 'native');
  assert.strictEqual(told([], { RUST_HTTP_TLS: 'node' }), 'node');
  assert.strictEqual(told([`--tls-keylog=${os.devNull}`], {}), 'node');
  assert.strictEqual(told(['--tls-cipher-list=HIGH:!aNULL'], {}), 'node');
  // That is a list for TLS 1.2; clients of it are left to Node one by one.
  assert.strictEqual(told(['--tls-cipher-list=AES128-SHA'], {}), 'native');
  assert.strictEqual(told(['--tls-max-v1.2'], {}), 'native');
});

// ---- which clients ----

test('TLS 1.2 and 1.3, and the ciphers of both', limit, async (t) => {
  const { port } = await serving(t, describe);
  for (const [options, protocol, name, standardName = name] of [
    [{}, 'TLSv1.3', 'TLS_AES_256_GCM_SHA384'],
    [{ ciphers: 'TLS_CHACHA20_POLY1305_SHA256' }, 'TLSv1.3', 'TLS_CHACHA20_POLY1305_SHA256'],
    [
      { maxVersion: 'TLSv1.2' },
      'TLSv1.2',
      'ECDHE-ECDSA-AES128-GCM-SHA256',
      'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256',
    ],
  ]) {
    const { cipher, ...rest } = await described(t, port, options);
    assert.strictEqual(rest.protocol, protocol);
    assert.deepStrictEqual(cipher, { name, standardName, version: protocol });
  }
});

test('a client with nothing in common but with Node is served by that', limit, async (t) => {
  const { port, server } = await serving(t, describe);
  const { cipher } = await described(t, port, {
    maxVersion: 'TLSv1.2',
    ciphers: 'ECDHE-ECDSA-AES128-SHA256',
  });
  assert.strictEqual(cipher.name, 'ECDHE-ECDSA-AES128-SHA256');
  assert.strictEqual(server.stats().tls, 'native');
  // And the next one natively, again.
  assert.strictEqual((await described(t, port)).cipher.name, 'TLS_AES_256_GCM_SHA384');
});

test('the key exchange is the one that Node would have chosen', limit, async (t) => {
  const { port } = await serving(t, describe);
  const groupOf = async (options) =>
    (await connectRaw(t, port, options)).socket.getEphemeralKeyInfo();
  assert.strictEqual((await groupOf({ ecdhCurve: 'X25519' })).name, 'X25519');
  assert.strictEqual((await groupOf({ ecdhCurve: 'P-384' })).name, 'secp384r1');
});

const isHybrid = Number(process.versions.openssl.split('.')[1]) >= 5;
test('X25519MLKEM768, which browsers prefer', {
  ...limit,
  skip: skip || (!isHybrid && "the client's OpenSSL has it not"),
}, async (t) => {
  const { port } = await serving(t, describe);
  for (const ecdhCurve of ['X25519MLKEM768', 'X25519MLKEM768:X25519', 'P-521:X25519MLKEM768']) {
    const { alpn, protocol } = await described(t, port, { ecdhCurve, ALPNProtocols: ['http/1.1'] });
    assert.deepStrictEqual([alpn, protocol], ['http/1.1', 'TLSv1.3'], ecdhCurve);
  }
});

test('sessions are resumed, in either version', limit, async (t) => {
  const { port, server } = await serving(t, describe);
  for (const maxVersion of ['TLSv1.2', 'TLSv1.3']) {
    const first = await connectRaw(t, port, { maxVersion });
    const sessions = [];
    first.socket.on('session', (session) => sessions.push(session));
    first.socket.write(GET);
    await first.until(/"reused":false/);
    const session = sessions.at(-1) ?? first.socket.getSession();
    assert.strictEqual((await described(t, port, { maxVersion, session })).reused, true);
    server.addContext(`${maxVersion}.test`, { cert, key }); // what others are shown stays as it was
    assert.strictEqual((await described(t, port, { maxVersion, session })).reused, true);
  }
});

test('ALPN and SNI', limit, async (t) => {
  const { port } = await serving(t, describe);
  const told = await described(t, port, {
    servername: 'localhost',
    ALPNProtocols: ['h9', 'http/1.1'],
  });
  assert.deepStrictEqual([told.servername, told.alpn], ['localhost', 'http/1.1']);
  const without = await described(t, port);
  assert.deepStrictEqual([without.servername, without.alpn], [false, false]);
  const bytes = await serving(t, { ALPNProtocols: Buffer.from('\x02h8\x02h9') }, describe);
  assert.strictEqual((await described(t, bytes.port, { ALPNProtocols: ['h9'] })).alpn, 'h9');
});

test('addContext, also for many names and while it listens', withOpenssl, async (t) => {
  const other = new Maker(t).make({ algorithm: ['rsa:2048'], extensions: SELF_SIGNED });
  const { port, server } = await serving(t, describe);
  const fingerprint = async (servername) => {
    const { socket } = await connectRaw(t, port, { servername, rejectUnauthorized: false });
    return socket.getPeerX509Certificate().publicKey.asymmetricKeyType;
  };
  assert.strictEqual(await fingerprint('a.test'), 'ec');
  server.addContext('*.test', other);
  assert.strictEqual(server.stats().tls, 'native');
  assert.strictEqual(await fingerprint('a.test'), 'rsa');
  assert.strictEqual(await fingerprint('A.test'), 'rsa');
  assert.strictEqual(await fingerprint('a.b.test'), 'ec');
  assert.strictEqual(await fingerprint('other'), 'ec');
  server.addContext('a.test', { cert, key });
  assert.strictEqual(await fingerprint('a.test'), 'ec');
  server.addContext('b.test', tls.createSecureContext(other));
  assert.strictEqual(server.stats().tls, 'node');
  assert.match(await fingerprint('b.test'), /^(?:ec|rsa)$/); // Node's own may change no kind of key
});

test('setSecureContext renews the certificate without a restart', withOpenssl, async (t) => {
  const { port, server } = await serving(t, describe);
  const before = await connectRaw(t, port);
  server.setSecureContext(new Maker(t).make({ algorithm: ['rsa:2048'], extensions: SELF_SIGNED }));
  assert.strictEqual(server.stats().tls, 'native');
  const { socket } = await connectRaw(t, port, { rejectUnauthorized: false });
  assert.strictEqual(socket.getPeerX509Certificate().publicKey.asymmetricKeyType, 'rsa');
  before.socket.write(GET);
  await before.until(/"reused"/);
  assert.throws(() => server.setSecureContext({ key: 'no key' }));
  assert.throws(() => server.setSecureContext(5), { code: 'ERR_INVALID_ARG_TYPE' });
});

test('keys of each kind, with a passphrase, and several at once', withOpenssl, async (t) => {
  const maker = new Maker(t);
  const extensions = SELF_SIGNED;
  for (const [kind, options, isNative] of [
    ['rsa', { algorithm: ['rsa:3072'] }, true],
    ['p-384', { algorithm: ['ec', '-pkeyopt', 'ec_paramgen_curve:P-384'] }, true],
    ['ed25519', { algorithm: ['ed25519'] }, true],
    ['with a passphrase', { algorithm: ['rsa:2048'], passphrase: 'word' }, true],
    ['p-521', { algorithm: ['ec', '-pkeyopt', 'ec_paramgen_curve:P-521'] }, false],
  ]) {
    const made = maker.make({ extensions, ...options });
    const { port, server } = await serving(t, { ...made, passphrase: 'word' }, describe);
    assert.strictEqual(server.stats().tls, isNative ? 'native' : 'node', kind);
    const told = await described(t, port, { ca: made.cert, servername: 'localhost' });
    assert.strictEqual(told.protocol, 'TLSv1.3', kind);
  }
  const rsa = maker.make({ extensions, algorithm: ['rsa:2048'] });
  const both = { cert: [cert, rsa.cert], key: [rsa.key, key] };
  const { port, server } = await serving(t, both, describe);
  assert.strictEqual(server.stats().tls, 'native');
  for (const [sigalgs, kind] of [
    ['ecdsa_secp256r1_sha256', 'ec'],
    ['rsa_pss_rsae_sha256', 'rsa'],
  ]) {
    const { socket } = await connectRaw(t, port, { sigalgs, rejectUnauthorized: false });
    assert.strictEqual(socket.getPeerX509Certificate().publicKey.asymmetricKeyType, kind);
  }
});

test(
  'a certificate that comes alone is completed from ca, as OpenSSL does it',
  withOpenssl,
  async (t) => {
    const maker = new Maker(t);
    const root = maker.make({ subject: 'root', extensions: CA });
    const middle = maker.make({ subject: 'middle', issuer: root, extensions: CA });
    const own = maker.make({ issuer: middle, extensions: SERVER });
    for (const [what, options] of [
      ['alone', { cert: own.cert }],
      ['its issuer', { cert: own.cert, ca: middle.cert }],
      ['both', { cert: own.cert, ca: [root.cert, middle.cert] }],
      ['the root alone', { cert: own.cert, ca: root.cert }],
      ['in one text', { cert: own.cert, ca: Buffer.from(middle.cert + root.cert) }],
      ['a chain of its own', { cert: own.cert + middle.cert, ca: root.cert }],
    ]) {
      const lengths = [];
      for (const module of [https, require('node:https')]) {
        const server = closing(t, module.createServer({ key: own.key, ...options }, describe));
        const port = await listen(server);
        if (module === https) assert.strictEqual(server.stats().tls, 'native');
        lengths.push(await sentCertificates(port));
      }
      assert.strictEqual(lengths[0], lengths[1], what);
    }
  },
);

/** How many certificates a server sends. */
async function sentCertificates(port) {
  const args = ['s_client', '-connect', `127.0.0.1:${port}`, '-showcerts'];
  const child = spawn('openssl', args);
  child.stdin.end();
  let text = '';
  child.stdout.on('data', (chunk) => {
    text += chunk;
  });
  await once(child, 'close');
  return text.match(/BEGIN CERTIFICATE/g).length;
}

// ---- other programs as clients ----

test('openssl s_client', withOpenssl, async (t) => {
  const { port } = await serving(t, describe);
  for (const version of ['-tls1_2', '-tls1_3']) {
    const args = [
      's_client',
      '-quiet',
      '-connect',
      `127.0.0.1:${port}`,
      '-servername',
      'a.test',
      version,
    ];
    const child = spawn('openssl', args);
    t.after(() => child.kill());
    child.stdin.write(GET);
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += chunk;
    });
    while (!/\}$/.test(text)) await once(child.stdout, 'data');
    assert.match(text, /"servername":"a.test"/);
  }
});

test('curl', {
  ...limit,
  skip: skip || (spawnSync('curl', ['--version']).status !== 0 && 'curl is not installed'),
}, async (t) => {
  const { port } = await serving(t, (req, res) => req.pipe(res));
  const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'rust-http-')), 'cert.pem');
  t.after(() => fs.rmSync(path.dirname(file), { recursive: true }));
  fs.writeFileSync(file, cert);
  const args = ['-s', '--cacert', file, '--data-binary', '@-', `https://localhost:${port}/`];
  const child = spawn('curl', [...args, '--connect-to', `::127.0.0.1:${port}`]);
  child.stdin.end('x'.repeat(100_000));
  let length = 0;
  child.stdout.on('data', (chunk) => {
    length += chunk.length;
  });
  const [code] = await once(child, 'close');
  assert.deepStrictEqual([code, length], [0, 100_000]);
});

test("Node's own https as the client", limit, async (t) => {
  const { port } = await serving(t, (_req, res) => res.end('x'));
  const { text } = await ask({ port, agent: agentOf(t) });
  assert.strictEqual(text, 'x');
});
