'use strict';
// proxyEnv of https agents: tunnels made by CONNECT, and proxies that make none.
const assert = require('node:assert');
const { once } = require('node:events');
const nodeHttp = require('node:http');
const net = require('node:net');
const { test } = require('node:test');
const { turn } = require('../support/events');
const http = require('../support/subject');
const { newerThanHost, onNodeHttp } = require('../support/mode');
const { agentOf, ask, closing, https, listen, serving } = require('./world');

const limit = { timeout: 60_000, skip: newerThanHost(26) };

/** A proxy that makes tunnels to what is asked for, or answers by `handler`: `{ seen, url }`. */
async function proxying(t, { handler } = {}) {
  const seen = [];
  const server = closing(t, nodeHttp.createServer());
  server.on('connect', (req, socket, head) => {
    seen.push({ url: req.url, headers: req.headers });
    socket.on('error', () => {});
    if (handler) {
      handler(req, socket);
      return;
    }
    const target = net.connect(new URL(`http://${req.url}`).port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      target.write(head);
      target.pipe(socket).pipe(target);
    });
    target.on('error', () => socket.destroy());
    t.after(() => target.destroy());
  });
  const port = await listen(server);
  return { seen, url: `http://127.0.0.1:${port}` };
}

const answer = (req, res) => res.end(`${req.url} ${req.socket.isSessionReused()}`);

for (const name of ['https_proxy', 'HTTPS_PROXY']) {
  test(`${name}: through a tunnel, with a session to resume`, limit, async (t) => {
    const { port } = await serving(t, answer);
    const proxy = await proxying(t);
    const agent = agentOf(t, { proxyEnv: { [name]: proxy.url } });
    const { req, text } = await ask({ port, agent, path: '/t' });
    assert.strictEqual(text, '/t false');
    assert.ok(req.socket.authorized);
    assert.deepStrictEqual(proxy.seen, [
      { url: `127.0.0.1:${port}`, headers: { host: `127.0.0.1:${port}` } },
    ]);
  });
}

test('the connection through the tunnel is kept', limit, async (t) => {
  const { port } = await serving(t, answer);
  const proxy = await proxying(t);
  const agent = agentOf(t, { keepAlive: true, proxyEnv: { https_proxy: proxy.url } });
  for (const reused of [false, true, true]) {
    const { req } = await ask({ port, agent });
    assert.strictEqual(req.reusedSocket, reused);
    await turn();
  }
  assert.strictEqual(proxy.seen.length, 1);
  assert.strictEqual(proxy.seen[0].headers['proxy-connection'], 'keep-alive');
});

test('userinfo becomes Proxy-Authorization, of the tunnel alone', limit, async (t) => {
  const heads = [];
  const { port } = await serving(t, (req, res) => {
    heads.push(req.headers);
    res.end();
  });
  const proxy = await proxying(t);
  const url = proxy.url.replace('://', '://us%40er:p%3Ass@');
  await ask({ port, agent: agentOf(t, { proxyEnv: { https_proxy: url } }) });
  const [scheme, credentials] = proxy.seen[0].headers['proxy-authorization'].split(' ');
  assert.strictEqual(scheme, 'Basic');
  assert.strictEqual(Buffer.from(credentials, 'base64').toString(), 'us@er:p:ss');
  assert.ok(!('proxy-authorization' in heads[0]));
});

for (const [noProxy, tunnels] of [
  ['*', 0],
  ['127.0.0.1', 0],
  ['other.test', 1],
]) {
  test(`no_proxy=${noProxy}: ${tunnels} tunnels`, limit, async (t) => {
    const { port } = await serving(t, answer);
    const proxy = await proxying(t);
    const proxyEnv = { https_proxy: proxy.url, no_proxy: noProxy };
    assert.strictEqual((await ask({ port, agent: agentOf(t, { proxyEnv }) })).res.statusCode, 200);
    assert.strictEqual(proxy.seen.length, tunnels);
  });
}

async function errorThrough(t, proxy, options, agentOptions) {
  const agent = agentOf(t, { proxyEnv: { https_proxy: proxy.url }, ...agentOptions });
  const req = https.get({ host: '127.0.0.1', port: 1, agent, ...options });
  const [error] = await once(req, 'error');
  await turn();
  assert.strictEqual(Object.values(agent.sockets).flat().length, 0);
  assert.strictEqual(agent.totalSocketCount, 0);
  return error;
}

test('a proxy that refuses', limit, async (t) => {
  const proxy = await proxying(t, {
    handler: (_req, socket) => socket.end('HTTP/1.1 403 Not you\r\nContent-Length: 0\r\n\r\n'),
  });
  const error = await errorThrough(t, proxy);
  assert.deepStrictEqual(
    [error.code, error.statusCode, error.message],
    [
      'ERR_PROXY_TUNNEL',
      403,
      `Failed to establish tunnel to 127.0.0.1:1 via ${proxy.url}: HTTP/1.1 403 Not you`,
    ],
  );
});

for (const host of ['a b', 'a\u0000b']) {
  test(`a host that no proxy can be asked for: ${JSON.stringify(host)}`, limit, async (t) => {
    const sockets = [];
    const server = closing(
      t,
      net.createServer((socket) => {
        sockets.push(socket);
        socket.destroy();
      }),
    );
    const url = `http://127.0.0.1:${await listen(server)}`;
    const agent = agentOf(t, { proxyEnv: { https_proxy: url } });
    const [error] = await once(https.get({ host, port: 1, agent, setHost: false }), 'error');
    if (onNodeHttp) return;
    assert.strictEqual(error.code, 'ERR_UNESCAPED_CHARACTERS');
    assert.strictEqual(sockets.length, 0, 'nothing was dialled');
  });
}

test('a proxy that goes away', limit, async (t) => {
  const proxy = await proxying(t, { handler: (_req, socket) => socket.end('HTTP/1.1 200') });
  const error = await errorThrough(t, proxy);
  assert.strictEqual(error.code, 'ERR_PROXY_TUNNEL');
  assert.strictEqual(error.message, 'Connection to establish proxy tunnel ended unexpectedly');
});

test('a proxy that does not answer in time', limit, async (t) => {
  const proxy = await proxying(t, { handler: () => {} });
  const agent = agentOf(t, { proxyEnv: { https_proxy: proxy.url } });
  const req = https.get({ host: '127.0.0.1', port: 1, agent, timeout: 200 });
  let timeouts = 0;
  req.on('timeout', () => timeouts++);
  const [error] = await once(req, 'error');
  assert.strictEqual(timeouts, 1);
  assert.deepStrictEqual([error.code, error.proxyTunnelTimeout], ['ERR_PROXY_TUNNEL', 200]);
});

test('a proxy that does not speak HTTP', limit, async (t) => {
  const handler = (_req, socket) => socket.write('This is no HTTP\r\n\r\n');
  const proxy = await proxying(t, { handler });
  const error = await errorThrough(t, proxy);
  assert.deepStrictEqual(
    [error.code, error.message],
    [
      'ERR_PROXY_TUNNEL',
      `Failed to establish tunnel to 127.0.0.1:1 via ${proxy.url}: This is no HTTP`,
    ],
  );
});

test('a proxy whose answer is too long', limit, async (t) => {
  const handler = (_req, socket) =>
    socket.write(`HTTP/1.1 200 OK\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`);
  const error = await errorThrough(t, await proxying(t, { handler }));
  assert.deepStrictEqual(
    [error.code, error.message],
    ['ERR_PROXY_TUNNEL', 'Proxy response headers exceeded 16384 bytes'],
  );
});

test('no proxy there, and no server behind it', limit, async (t) => {
  const nowhere = await errorThrough(t, { url: 'http://127.0.0.1:1' });
  assert.strictEqual(nowhere.code, 'ECONNREFUSED');
  const gone = await errorThrough(t, await proxying(t), { timeout: 5000 });
  assert.strictEqual(gone.code, 'ERR_PROXY_TUNNEL');
});

test('a certificate that is not trusted, behind a tunnel', limit, async (t) => {
  const { port } = await serving(t, answer);
  const error = await errorThrough(t, await proxying(t), { port }, { ca: undefined });
  assert.strictEqual(error.code, 'DEPTH_ZERO_SELF_SIGNED_CERT');
});

test('proxies that are none throw', limit, () => {
  for (const url of ['http://:::', 'https://a b'])
    assert.throws(() => new https.Agent({ proxyEnv: { https_proxy: url } }), {
      code: 'ERR_PROXY_INVALID_CONFIG',
    });
});

test(
  'setGlobalProxyFromEnv sets the global agents of both modules, and what it returns undoes that',
  limit,
  () => {
    const both = () => [http.globalAgent, https.globalAgent];
    const before = both();
    const proxy = 'http://127.0.0.1:9';
    const restore = http.setGlobalProxyFromEnv({ http_proxy: proxy, https_proxy: proxy });
    const during = both();
    restore();
    for (const [i, { Agent }] of [http, https].entries()) {
      assert.notStrictEqual(during[i], before[i]);
      assert.ok(during[i] instanceof Agent);
      assert.ok(during[i].options.proxyEnv);
    }
    assert.deepStrictEqual(both(), before);
  },
);
