'use strict';
// With which options the native side speaks a client's TLS, and with which Node does; what connections share then.
const assert = require('node:assert');
const crypto = require('node:crypto');
const { once } = require('node:events');
const { test } = require('node:test');
const tls = require('node:tls');
const { contentOf } = require('../support/events');
const https = require('../support/secure-subject');
const { cert, key } = require('../agent/tls-fixture');
const { agentOf, ask, assertSpoken, serving } = require('./client-world');
const { mayBeNative } = require('./world');

const limit = { timeout: 60_000 };

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

test('options that say something though they are empty', limit, async (t) => {
  const reused = [];
  const port = await serving(t, {}, (req, res) => {
    reused.push(req.socket.isSessionReused());
    res.end();
  });
  const agent = agentOf(t, https);
  for (const options of [{}, { session: null }, { session: undefined }])
    await ask(https, { port, agent, ...options });
  assert.deepStrictEqual(reused, [false, false, false]);
  assertSpoken(agent, 'node');
  const ofNoCurve = agentOf(t, https, { ecdhCurve: '' });
  await ask(https, { port, agent: ofNoCurve }).catch(() => {}); // newer OpenSSL has none then
  assertSpoken(ofNoCurve, 'node');
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
