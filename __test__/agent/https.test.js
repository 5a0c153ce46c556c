'use strict';
// TLS: Node's https module over our http, and requests of ours through Node's https.Agent.
const assert = require('node:assert');
const { once } = require('node:events');
const nodeHttp = require('node:http');
const https = require('node:https');
const net = require('node:net');
const { test } = require('node:test');
const tls = require('node:tls');
const { completeResponse, errorOf, untilEvent } = require('../client/observe');
const { contentOf, pattern, turn } = require('../support/events');
const http = require('../support/subject');
const countsOf = require('./counts');
const { cert, key } = require('./tls-fixture');

const limit = { timeout: 60_000 };

/** A TLS server that answers by `handler` of Node's http. */
async function serving(t, handler) {
  const answering = nodeHttp.createServer({ keepAliveTimeout: 60_000 }, handler);
  const server = tls.createServer({ cert, key }, (socket) => answering.emit('connection', socket));
  const sockets = new Set();
  server.on('connection', (socket) => sockets.add(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return { port: server.address().port, sockets };
}

function agentOf(t, options) {
  const agent = new https.Agent({ ca: cert, ...options });
  t.after(() => agent.destroy());
  return agent;
}

/** The forms in which a request over TLS is made with our class. */
const FORMS = [
  [
    'http.request with an https.Agent',
    (options) => http.request({ ...options, protocol: 'https:' }),
  ],
  [
    'ClientRequest with an https.Agent',
    (options) => new http.ClientRequest({ ...options, protocol: 'https:' }),
  ],
  ['a URL', ({ port, ...options }) => http.request(`https://127.0.0.1:${port}/`, options)],
];

for (const [form, request] of FORMS) {
  test(`${form}: GET, and again on the same socket`, limit, async (t) => {
    const { port, sockets } = await serving(t, (req, res) => res.end(`seen ${req.headers.host}`));
    const agent = agentOf(t, { keepAlive: true });
    for (const reused of [false, true]) {
      const req = request({ agent, host: '127.0.0.1', port });
      const closed = untilEvent(req, 'close');
      req.end();
      const { socket, text } = await completeResponse(req);
      assert.strictEqual(text, `seen 127.0.0.1:${port}`);
      assert.strictEqual(req.reusedSocket, reused);
      assert.ok(req.socket instanceof tls.TLSSocket);
      assert.strictEqual(req.socket.authorized, true);
      assert.ok(socket === null || socket === req.socket);
      assert.strictEqual(req.protocol, 'https:');
      await closed;
      await turn();
      assert.deepStrictEqual(Object.values(countsOf(agent).free), [1]);
    }
    assert.strictEqual(sockets.size, 1);
  });
}

test('the default port of the agent is that of https', limit, (t) => {
  const agent = agentOf(t);
  const req = http.request({ agent, protocol: 'https:', host: 'name.test', lookup: () => {} });
  req.on('error', () => {});
  assert.strictEqual(req.getHeader('host'), 'name.test');
  req.destroy();
});

test('much in both directions', limit, async (t) => {
  const { port } = await serving(t, async (req, res) => res.end(await contentOf(req)));
  const agent = agentOf(t);
  const content = pattern(800_000);
  const req = http.request({ agent, protocol: 'https:', method: 'POST', host: '127.0.0.1', port });
  req.end(content);
  const [res] = await once(req, 'response');
  assert.ok((await contentOf(res)).equals(content));
});

test('a certificate that nobody trusts', limit, async (t) => {
  const { port } = await serving(t, (_req, res) => res.end());
  const agent = agentOf(t, { ca: undefined });
  const req = http.get({ agent, protocol: 'https:', host: '127.0.0.1', port });
  const closed = untilEvent(req, 'close');
  assert.strictEqual((await errorOf(req)).code, 'DEPTH_ZERO_SELF_SIGNED_CERT');
  await closed;
  assert.strictEqual(agent.totalSocketCount, 0);
});

test('https: with an agent for http: throws', limit, () => {
  assert.throws(() => http.get({ protocol: 'https:', agent: new http.Agent() }), {
    code: 'ERR_INVALID_PROTOCOL',
  });
  assert.throws(() => https.get({ agent: new http.Agent() }), { code: 'ERR_INVALID_PROTOCOL' });
});

test('an agent of ours for TLS, under our request and under https.request', limit, async (t) => {
  const { port } = await serving(t, (_req, res) => res.end('over TLS'));
  class Own extends http.Agent {
    constructor(options) {
      super(options);
      this.protocol = 'https:';
      this.defaultPort = 443;
    }

    createConnection(options, callback) {
      return tls.connect({ ...options, ca: cert }, callback && (() => {}));
    }
  }
  const agent = new Own({ keepAlive: true });
  t.after(() => agent.destroy());
  const options = { agent, protocol: 'https:', host: '127.0.0.1', port };
  const first = http.get(options);
  const closed = untilEvent(first, 'close');
  assert.strictEqual((await completeResponse(first)).text, 'over TLS');
  await closed;
  await turn();
  const second = https.get(options);
  assert.strictEqual(second.reusedSocket, true);
  assert.strictEqual((await completeResponse(second)).text, 'over TLS');
  assert.strictEqual(second.socket, first.socket);
});

for (const [what, Agent, modules] of [
  ["our agent for http under Node's own request", http.Agent, [nodeHttp, http, nodeHttp]],
  ["Node's agent under our request", nodeHttp.Agent, [http, nodeHttp, http]],
])
  test(what, limit, async (t) => {
    const server = nodeHttp.createServer((req, res) => res.end(req.url));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.after(() => server.close());
    const agent = new Agent({ keepAlive: true });
    t.after(() => agent.destroy());
    const { port } = server.address();
    const sockets = [];
    for (const module of modules) {
      const req = module.get({ agent, host: '127.0.0.1', port, path: '/mixed' });
      const closed = untilEvent(req, 'close');
      assert.strictEqual((await completeResponse(req)).text, '/mixed');
      await closed;
      await turn();
      sockets.push(req.socket);
    }
    assert.strictEqual(new Set(sockets).size, 1);
    assert.deepStrictEqual(Object.values(countsOf(agent).free), [1]);
  });

test("'keylog' comes from the sockets", limit, async (t) => {
  const { port } = await serving(t, (_req, res) => res.end('x'));
  class Own extends http.Agent {
    constructor() {
      super();
      this.protocol = 'https:';
    }

    createConnection(options) {
      return tls.connect({ ...options, ca: cert });
    }
  }
  const agent = new Own();
  const lines = [];
  agent.on('keylog', (line, socket) => lines.push([`${line}`, socket]));
  const req = http.get({ agent, protocol: 'https:', host: '127.0.0.1', port });
  await completeResponse(req);
  assert.ok(lines.length > 0);
  for (const [line, socket] of lines) {
    assert.match(line, /^[A-Z0-9_]+ [0-9a-f]+ [0-9a-f]+\n$/);
    assert.strictEqual(socket, req.socket);
  }
  assert.ok(req.socket instanceof net.Socket);
});
