'use strict';
// https.request and https.get: their forms, their agents, and how certificates are checked.
const assert = require('node:assert');
const { once } = require('node:events');
const { test } = require('node:test');
const tls = require('node:tls');
const { newerThanHost } = require('../support/mode');
const http = require('../support/subject');
const { agentOf, ask, cert, https, key, serving } = require('./world');

const limit = { timeout: 60_000 };
const echo = (req, res) => res.end(`${req.method} ${req.url} ${req.headers.host}`);

async function textOf(req) {
  const [res] = await once(req, 'response');
  let text = '';
  for await (const chunk of res) text += chunk;
  return text;
}

test('the forms of get', limit, async (t) => {
  const { port } = await serving(t, echo);
  const base = `https://127.0.0.1:${port}`;
  const agent = agentOf(t);
  const at = `127.0.0.1:${port}`;
  for (const [args, wanted] of [
    [[`${base}/a?b#c`, { agent }], `GET /a?b ${at}`],
    [[new URL('/a?b', base), { agent }], `GET /a?b ${at}`],
    [[{ agent, host: '127.0.0.1', port, path: '/o' }], `GET /o ${at}`],
    [[`${base}/a`, { agent, method: 'DELETE', path: '/wins' }], `DELETE /wins ${at}`],
    [[base, { agent, headers: { Host: 'localhost:9' } }], 'GET / localhost:9'],
  ]) {
    const req = https.get(...args);
    assert.ok(req instanceof http.ClientRequest);
    assert.strictEqual(req.protocol, 'https:');
    assert.strictEqual(await textOf(req), wanted);
    const called = await new Promise((resolve) => {
      https.get(...args, function (res) {
        resolve([this, res]);
      });
    });
    assert.ok(called[0] instanceof http.ClientRequest);
    assert.ok(called[1] instanceof http.IncomingMessage);
    called[1].resume();
  }
});

test('request waits for its end', limit, async (t) => {
  const { port } = await serving(t, async (req, res) => {
    let text = '';
    for await (const chunk of req) text += chunk;
    res.end(`${req.method} ${text}`);
  });
  const { text } = await ask({ port, agent: agentOf(t), method: 'POST' }, 'content');
  assert.strictEqual(text, 'POST content');
});

test('what cannot be asked throws', limit, () => {
  assert.throws(() => https.get('no url'), { code: 'ERR_INVALID_URL' });
  assert.throws(() => https.get('http://127.0.0.1/'), { code: 'ERR_INVALID_PROTOCOL' });
  assert.throws(() => https.get({ path: '/a b' }), { code: 'ERR_UNESCAPED_CHARACTERS' });
  assert.throws(() => https.get({ agent: {} }), { code: 'ERR_INVALID_ARG_TYPE' });
  assert.throws(() => https.get({ agent: new http.Agent() }), { code: 'ERR_INVALID_PROTOCOL' });
});

test('the options given are not changed', limit, (t) => {
  const agent = agentOf(t);
  const options = { agent, host: '127.0.0.1', port: 1 };
  const before = { ...options };
  https.get(options).on('error', () => {});
  assert.deepStrictEqual(options, before);
  assert.deepStrictEqual(Object.getOwnPropertySymbols(options), []);
});

test('without an agent, with agent: false, with createConnection', limit, async (t) => {
  const { port } = await serving(t, echo);
  const options = { host: '127.0.0.1', port, ca: cert };
  for (const more of [
    {},
    { agent: false },
    { agent: null, createConnection: (its) => tls.connect({ ...its, host: '127.0.0.1' }) },
  ])
    assert.match(await textOf(https.get({ ...options, ...more })), /^GET \/ /);
  https.globalAgent.destroy();
});

test('a certificate that is not trusted, and one for another name', limit, async (t) => {
  const { port } = await serving(t, echo);
  const codeOf = async (options) => {
    const req = https.get({ host: '127.0.0.1', port, agent: agentOf(t, options) });
    return (await once(req, 'error'))[0].code;
  };
  assert.strictEqual(await codeOf({ ca: undefined }), 'DEPTH_ZERO_SELF_SIGNED_CERT');
  assert.strictEqual(await codeOf({ servername: 'b.test' }), 'ERR_TLS_CERT_ALTNAME_INVALID');
  const { text } = await ask({
    port,
    ca: undefined,
    rejectUnauthorized: false,
    agent: agentOf(t, { ca: undefined }),
  });
  assert.match(text, /^GET/);
});

test("a request's own check of the name is asked each time, whatever connections are kept", {
  ...limit,
  skip: newerThanHost(26),
}, async (t) => {
  const { port } = await serving(t, echo);
  const agent = agentOf(t, { keepAlive: true });
  const options = { port, agent, host: '127.0.0.1', ca: cert };
  await textOf(https.get(options));
  let checks = 0;
  for (let i = 0; i < 2; i++) {
    const checkServerIdentity = () => {
      checks++;
    };
    const { req } = await ask({ ...options, checkServerIdentity });
    assert.strictEqual(req.reusedSocket, false);
  }
  assert.strictEqual(checks, 2);
  const checkServerIdentity = () => new Error('not this one');
  const [error] = await once(https.get({ ...options, checkServerIdentity }), 'error');
  assert.strictEqual(error.message, 'not this one');
  // The connection with the default check is there still.
  const { req } = await ask(options);
  assert.strictEqual(req.reusedSocket, true);
  // An agent's check is that of all its connections, which are kept.
  const checking = agentOf(t, { keepAlive: true, checkServerIdentity: () => undefined });
  for (const reused of [false, true]) {
    const again = await ask({
      ...options,
      agent: checking,
      checkServerIdentity: () => new Error('not asked'),
    });
    assert.strictEqual(again.req.reusedSocket, reused);
  }
});

test('timeouts, signals and destroying', limit, async (t) => {
  const { port } = await serving(t, () => {});
  const options = { port, host: '127.0.0.1', ca: cert, agent: agentOf(t) };
  const slow = https.get({ ...options, timeout: 100 });
  slow.on('error', () => {});
  await once(slow, 'timeout');
  slow.destroy();
  const controller = new AbortController();
  const aborted = https.get({ ...options, signal: controller.signal });
  setTimeout(() => controller.abort(), 50);
  assert.strictEqual((await once(aborted, 'error'))[0].code, 'ABORT_ERR');
  const destroyed = https.get(options);
  destroyed.destroy();
  assert.strictEqual((await once(destroyed, 'error'))[0].code, 'ECONNRESET');
});

test('nothing listens there', limit, async (t) => {
  const { port, server } = await serving(t, echo);
  await new Promise((resolve) => server.close(resolve));
  const req = https.get({ port, host: '127.0.0.1', agent: agentOf(t) });
  const [error] = await once(req, 'error');
  assert.deepStrictEqual([error.code, error.port], ['ECONNREFUSED', port]);
});

test('a certificate of the client, from the request and from the agent', limit, async (t) => {
  const { port } = await serving(
    t,
    { requestCert: true, rejectUnauthorized: false, ca: cert },
    (req, res) => res.end(String(req.socket.authorized)),
  );
  const without = await ask({ port, agent: agentOf(t, { keepAlive: true }) });
  assert.strictEqual(without.text, 'false');
  const agent = agentOf(t, { keepAlive: true });
  // The two do not share a connection.
  assert.strictEqual((await ask({ port, agent })).text, 'false');
  assert.strictEqual((await ask({ port, agent, cert, key })).text, 'true');
  assert.strictEqual((await ask({ port, agent: agentOf(t, { cert, key }) })).text, 'true');
});
