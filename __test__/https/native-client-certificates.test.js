'use strict';
// A client on the native side, and servers whose certificates have one fault each: what Node's own https says of
// them, ours says in the same words.
const assert = require('node:assert');
const { once } = require('node:events');
const nodeHttps = require('node:https');
const { test } = require('node:test');
const tls = require('node:tls');
const { contentOf } = require('../support/events');
const https = require('../support/secure-subject');
const { CA, Maker, SELF_SIGNED, SERVER, noOpenssl } = require('./certificates');
const { mayBeNative } = require('./world');

const limit = { timeout: 120_000, skip: noOpenssl };

/** A server of Node's that shows this certificate, and how many handshakes began and requests came. */
async function serving(t, options) {
  const seen = { connections: 0, requests: 0 };
  const server = nodeHttps.createServer(options, (req, res) => {
    seen.requests++;
    res.end(`for ${req.socket.servername}`);
  });
  server.on('connection', () => seen.connections++);
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return { port: server.address().port, seen };
}

/** What a request with a new agent of `module` comes to. */
async function outcome(module, options) {
  const agent = new module.Agent(options);
  const req = module.request({ host: '127.0.0.1', method: 'POST', agent, ...options });
  const closed = new Promise((resolve) => req.once('close', resolve));
  req.end('content');
  const told = await new Promise((resolve) => {
    req.on('response', async (res) => {
      const { authorizationError, authorized } = res.socket;
      const name = res.socket.getPeerCertificate().subject?.CN;
      const issuers = [];
      for (let it = res.socket.getPeerX509Certificate(); (it = it.issuerCertificate); )
        issuers.push(it.subject);
      const text = String(await contentOf(res));
      resolve({ authorized, authorizationError, issuers, name, status: res.statusCode, text });
    });
    req.on('error', ({ code, message, name, reason, host, cert }) =>
      resolve({ code, message, name, reason, host, shown: cert?.fingerprint256 }),
    );
  });
  await closed;
  const { tls: who } = agent.stats?.() ?? {};
  agent.destroy();
  return { told, who };
}

/** What both say of the same server; it sees the content of a request from ours as often as from Node's. */
async function compared(t, server, options, who) {
  const { port, seen } = await serving(t, server);
  const { told: wanted } = await outcome(nodeHttps, { port, ...options });
  const { requests } = seen;
  const { told, who: spoke } = await outcome(https, { port, ...options });
  assert.deepStrictEqual(told, wanted);
  assert.strictEqual(seen.requests, 2 * requests, 'requests');
  if (mayBeNative && who !== undefined) assert.strictEqual(spoke, who);
  return told;
}

test('certificates as they should be', limit, async (t) => {
  const maker = new Maker(t);
  const root = maker.make({ subject: 'Root', extensions: CA });
  const between = maker.make({ subject: 'Between', issuer: root, extensions: CA });
  const direct = maker.make({ issuer: root, extensions: SERVER });
  const chained = maker.make({ issuer: between, extensions: SERVER });
  const chain = { ...chained, cert: chained.cert + between.cert };
  const whole = { ...chained, cert: chained.cert + between.cert + root.cert };
  const alone = maker.make({ extensions: SELF_SIGNED });
  const rsa = maker.make({ issuer: root, extensions: SERVER, algorithm: ['rsa:2048'] });
  const forServers = maker.make({ issuer: root, extensions: [...SERVER, 'nsCertType=server'] });
  for (const [server, ca] of [
    [direct, root.cert],
    [direct, [alone.cert, root.cert]],
    [direct, Buffer.from(root.cert + alone.cert)],
    [chain, root.cert],
    [whole, root.cert],
    [chained, [root.cert, between.cert]],
    [alone, alone.cert],
    [rsa, `some words before\n${root.cert}`],
    [forServers, root.cert],
  ]) {
    const told = await compared(t, server, { ca }, 'native');
    assert.deepStrictEqual([told.status, told.authorized], [200, true]);
  }
  for (const [server, ca] of [
    [chain, root.cert],
    [alone, alone.cert],
  ]) {
    const told = await compared(t, server, { ca, rejectUnauthorized: false }, 'native');
    assert.deepStrictEqual([told.status, told.authorized], [200, true]);
  }
});

test('certificates with a fault', limit, async (t) => {
  const maker = new Maker(t);
  const root = maker.make({ subject: 'Root', extensions: CA });
  const other = maker.make({ subject: 'Other', extensions: CA });
  const namesake = maker.make({ subject: 'Root', extensions: CA });
  const oldRoot = maker.make({ subject: 'Old', from: -10, to: -1, extensions: CA });
  const between = maker.make({ subject: 'Between', issuer: root, extensions: CA });
  const notCa = maker.make({ subject: 'Not', issuer: root, extensions: SERVER });
  const mayNotSign = maker.make({
    subject: 'May not',
    issuer: root,
    extensions: ['basicConstraints=critical,CA:TRUE', 'keyUsage=critical,digitalSignature'],
  });
  const make = (options) => maker.make({ extensions: SERVER, ...options });
  const joined = (...certificates) => ({
    ...certificates[0],
    cert: certificates.map(({ cert }) => cert).join(''),
  });
  const expired = make({ issuer: root, from: -10, to: -1 });
  const byNotCa = make({ issuer: notCa });
  const byMayNot = make({ issuer: mayNotSign });
  const byBetween = make({ issuer: between });
  const forClients = make({
    issuer: root,
    extensions: [
      ...SERVER.filter((line) => !line.startsWith('ext')),
      'extendedKeyUsage=clientAuth',
    ],
  });
  const forSigning = make({
    issuer: root,
    extensions: [SERVER[0], 'keyUsage=critical,cRLSign', ...SERVER.slice(2)],
  });
  const constrained = maker.make({
    subject: 'Constrained',
    issuer: root,
    extensions: [...CA, 'nameConstraints=critical,permitted;DNS:example.org'],
  });
  // Whose name is in the subject alone, where Node looks for it, too.
  const named = make({
    subject: 'other.test',
    issuer: constrained,
    extensions: [...SERVER.slice(0, 3), 'subjectAltName=IP:127.0.0.1'],
  });
  const constrainedRoot = maker.make({
    subject: 'Constrained root',
    extensions: [...CA, 'nameConstraints=excluded;DNS:other.test'],
  });
  const excluded = make({
    subject: 'other.test',
    issuer: constrainedRoot,
    extensions: SERVER.slice(0, 3),
  });
  const ofAnotherKey = `authorityKeyIdentifier=DER:30168014${'00'.repeat(20)}`;
  const rootsTwin = maker.make({
    subject: 'Twin',
    issuer: root,
    extensions: [...CA, ofAnotherKey],
  });
  const server = make({});
  const byServer = make({ issuer: server });
  const short = maker.make({
    subject: 'Short',
    extensions: ['basicConstraints=critical,CA:TRUE,pathlen:0', ...CA.slice(1)],
  });
  const belowShort = maker.make({ subject: 'Below', issuer: short, extensions: CA });
  const mailRoot = maker.make({
    subject: 'Mail',
    extensions: [...CA, 'extendedKeyUsage=emailProtection'],
  });
  /** Name of the case, the server's certificate, what is trusted, the code where it counts, and options. */
  const cases = [
    ['expired', expired, root, 'CERT_HAS_EXPIRED'],
    ['not valid yet', make({ issuer: root, from: 1, to: 2 }), root, 'CERT_NOT_YET_VALID'],
    ['signed by itself', make({}), root, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    ['signed by itself, and expired', make({ from: -5, to: -1 }), root, 'CERT_HAS_EXPIRED'],
    ['of an unknown issuer', make({ issuer: other }), root, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
    [
      'with a root nobody knows',
      joined(make({ issuer: other }), other),
      root,
      'SELF_SIGNED_CERT_IN_CHAIN',
    ],
    ['without its issuer', byBetween, root, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
    [
      'with its issuer, whose own is unknown',
      joined(byBetween, between),
      other,
      'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    ],
    ['whose issuer is trusted, but no root', byBetween, between, 'UNABLE_TO_GET_ISSUER_CERT'],
    ['of an expired root', make({ issuer: oldRoot }), oldRoot, 'CERT_HAS_EXPIRED'],
    ['of a namesake of the root', make({ issuer: namesake }), root, undefined],
    ['issued by no authority', joined(byNotCa, notCa), root, undefined],
    ['issued by one that may not sign', joined(byMayNot, mayNotSign), root, undefined],
    ['for clients', forClients, root, undefined],
    ['for a key that signs lists', forSigning, root, undefined],
    ['issued by a server whose certificate is trusted', byServer, server, undefined],
    ['too far from its root', joined(make({ issuer: belowShort }), belowShort), short, undefined],
    ['of a root for mail', make({ issuer: mailRoot }), mailRoot, undefined],
    ['beyond its issuer', joined(make({ issuer: constrained }), constrained), root, undefined],
    [
      'beyond its issuer by its subject',
      joined(named, constrained),
      root,
      undefined,
      { servername: 'other.test' },
    ],
    [
      'beyond its root by its subject',
      excluded,
      constrainedRoot,
      undefined,
      { servername: 'other.test' },
    ],
    [
      'of another key of its issuer',
      make({ issuer: root, extensions: [...SERVER, ofAnotherKey] }),
      root,
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    ],
    [
      'whose issuer is of another key',
      joined(make({ issuer: rootsTwin }), rootsTwin),
      root,
      'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    ],
    [
      'for clients, in the manner of Netscape',
      make({ issuer: root, extensions: [...SERVER, 'nsCertType=client'] }),
      root,
      'INVALID_PURPOSE',
    ],
  ];
  for (const [title, server, trusted, code, options] of cases) {
    await t.test(title, async (t) => {
      const rejected = await compared(t, server, { ca: trusted.cert, ...options });
      if (code !== undefined) assert.strictEqual(rejected.code, code);
      assert.ok(rejected.code, 'it is an error');
      const loose = { ca: trusted.cert, rejectUnauthorized: false, ...options };
      const accepted = await compared(t, server, loose);
      assert.deepStrictEqual([accepted.status, accepted.authorized], [200, false]);
      if (code !== undefined) assert.strictEqual(accepted.authorizationError, code);
    });
  }
});

test('a certificate for another name is an error before anything is sent', limit, async (t) => {
  const maker = new Maker(t);
  const root = maker.make({ subject: 'Root', extensions: CA });
  const server = maker.make({
    subject: 'elsewhere.example',
    issuer: root,
    extensions: [...SERVER.slice(0, 3), 'subjectAltName=DNS:elsewhere.example,DNS:*.wild.example'],
  });
  const ca = root.cert;
  const cases = [
    [{}, false],
    [{ servername: 'localhost' }, false],
    [{ servername: 'elsewhere.example' }, true],
    [{ servername: 'ELSEWHERE.example' }, true],
    [{ servername: 'a.wild.example' }, true],
    [{ servername: 'a.b.wild.example' }, false],
    [{ headers: { host: 'elsewhere.example:80' } }, true],
    [{ headers: { host: 'another.example' } }, false],
  ];
  for (const [options, fits] of cases) {
    const told = await compared(t, server, { ca, ...options }, 'native');
    if (fits) assert.strictEqual(told.authorized, true);
    else assert.strictEqual(told.code, 'ERR_TLS_CERT_ALTNAME_INVALID');
    const loose = await compared(
      t,
      server,
      { ca, rejectUnauthorized: false, ...options },
      'native',
    );
    assert.deepStrictEqual([loose.status, loose.authorized], [200, fits]);
  }
});

test('no session of a server of another name is resumed past the check', limit, async (t) => {
  const maker = new Maker(t);
  const root = maker.make({ subject: 'Root', extensions: CA });
  const server = maker.make({
    issuer: root,
    extensions: [...SERVER.slice(0, 3), 'subjectAltName=DNS:elsewhere.example'],
  });
  for (const maxVersion of ['TLSv1.2', 'TLSv1.3']) {
    const { port, seen } = await serving(t, { ...server, maxVersion });
    const agent = new https.Agent({ ca: root.cert });
    const get = () =>
      new Promise((resolve) => {
        https.get({ host: '127.0.0.1', port, agent }, resolve).on('error', resolve);
      });
    for (const { code } of [
      ...(await Promise.all([get(), get(), get()])),
      await get(),
      await get(),
    ])
      assert.strictEqual(code, 'ERR_TLS_CERT_ALTNAME_INVALID', maxVersion);
    assert.strictEqual(seen.requests, 0);
    agent.destroy();
  }
});

test('certificates that only OpenSSL takes are served by Node', limit, async (t) => {
  const maker = new Maker(t);
  const root = maker.make({ subject: 'Root', extensions: CA });
  const old = maker.make({ issuer: root });
  const large = maker.make({
    issuer: root,
    extensions: SERVER,
    algorithm: ['ec', '-pkeyopt', 'ec_paramgen_curve:secp521r1'],
  });
  const constrained = maker.make({
    subject: 'Constrained',
    issuer: root,
    extensions: [...CA, 'nameConstraints=critical,permitted;DNS:localhost'],
  });
  const within = maker.make({
    issuer: constrained,
    extensions: [...SERVER.slice(0, 3), 'subjectAltName=DNS:localhost'],
  });
  for (const server of [old, large, { ...within, cert: within.cert + constrained.cert }]) {
    const { port, seen } = await serving(t, server);
    const agent = new https.Agent({ ca: root.cert, servername: 'localhost' });
    for (let i = 0; i < 2; i++) {
      const [res] = await once(https.get({ host: '127.0.0.1', port, agent }), 'response');
      assert.strictEqual(String(await contentOf(res)), 'for localhost');
      assert.strictEqual(res.socket.authorized, true);
    }
    // The second request goes to Node at once.
    if (mayBeNative) assert.deepStrictEqual(seen, { connections: 3, requests: 2 });
    if (mayBeNative) assert.strictEqual(agent.stats().tls, 'node');
    agent.destroy();
  }
});

test('texts are read as OpenSSL reads them, or left to it', limit, async (t) => {
  const maker = new Maker(t);
  const root = maker.make({ subject: 'Root', extensions: CA });
  const other = maker.make({ subject: 'Other', extensions: CA });
  const server = maker.make({ issuer: root, extensions: SERVER });
  const text = root.cert;
  const broken = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
  for (const [title, ca, who] of [
    ['lines end with CR and LF', text.replaceAll('\n', '\r\n'), 'native'],
    ['bytes, no end of the last line', Buffer.from(other.cert + text.trimEnd()), 'native'],
    ['behind a key', root.key + text, 'native'],
    ['of the older name', text.replaceAll('CERTIFICATE', 'X509 CERTIFICATE'), 'native'],
    ['indented', text.replaceAll(/^/gm, '  ')],
    ['two in one line', other.cert.trimEnd() + text],
    ['one that cannot be read, before', broken + text],
    ['one that cannot be read, behind', text + broken],
    ['one that cannot be read, alone', [broken]],
  ]) {
    await t.test(title, async (t) => {
      await compared(t, server, { ca }, who);
      await compared(t, server, { ca, rejectUnauthorized: false }, who);
    });
  }
});

test('nothing is trusted without `ca` but what Node trusts', limit, async (t) => {
  const maker = new Maker(t);
  const root = maker.make({ subject: 'Root', extensions: CA });
  const server = maker.make({ issuer: root, extensions: SERVER });
  const told = await compared(t, server, {});
  assert.strictEqual(told.code, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE');
  if (tls.setDefaultCACertificates === undefined) return;
  const before = tls.getCACertificates('default');
  tls.setDefaultCACertificates([root.cert]);
  try {
    const { status } = await compared(t, server, {}, 'native');
    assert.strictEqual(status, 200);
  } finally {
    tls.setDefaultCACertificates(before);
  }
});
