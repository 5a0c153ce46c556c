'use strict';
// proxyEnv: requests that go through a proxy, those that do not, and what is wrong with some.
const assert = require('node:assert');
const { once } = require('node:events');
const nodeHttp = require('node:http');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');
const { test } = require('node:test');
const { completeResponse, errorOf } = require('../client/observe');
const { runProgram } = require('../support/child');
const { newerThanHost } = require('../support/mode');
const http = require('../support/subject');

const limit = { timeout: 60_000, skip: newerThanHost(24, 5) };

/** A server of Node's that answers what it saw, and notes it. */
async function listening(t, name, where = [0, '127.0.0.1']) {
  const seen = [];
  const server = nodeHttp.createServer((req, res) => {
    seen.push({ url: req.url, headers: req.headers, method: req.method });
    res.end(`${name} ${req.url}`);
  });
  server.listen(...where);
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address();
  return { port, seen, url: `http://127.0.0.1:${port}` };
}

/** A proxy, a target, and `ask(env, options)`: a GET of the target with that environment. */
async function proxied(t) {
  const proxy = await listening(t, 'proxy');
  const target = await listening(t, 'target');
  const ask = async (proxyEnv, options, agentOptions) => {
    const agent = new http.Agent({ proxyEnv, ...agentOptions });
    t.after(() => agent.destroy());
    const { port } = target;
    const req = http.get({ agent, host: '127.0.0.1', port, path: '/p?q', ...options });
    return (await completeResponse(req)).text;
  };
  return { ask, proxy, target };
}

for (const name of ['http_proxy', 'HTTP_PROXY']) {
  test(`${name}: the target in absolute form`, limit, async (t) => {
    const { ask, proxy, target } = await proxied(t);
    const text = await ask({ [name]: proxy.url });
    assert.strictEqual(text, `proxy ${target.url}/p?q`);
    const [{ headers, url }] = proxy.seen;
    assert.strictEqual(url, `${target.url}/p?q`);
    assert.strictEqual(headers.host, `127.0.0.1:${target.port}`);
    assert.strictEqual(headers['proxy-connection'], 'close');
    assert.ok(!('proxy-authorization' in headers));
    assert.deepStrictEqual(target.seen, []);
  });
}

test('lower case goes before upper case', limit, async (t) => {
  const { ask, proxy } = await proxied(t);
  const text = await ask({ HTTP_PROXY: 'http://127.0.0.1:1', http_proxy: proxy.url });
  assert.match(text, /^proxy /);
});

test('no proxy for http among the variables', limit, async (t) => {
  const { ask, proxy } = await proxied(t);
  for (const env of [{}, { https_proxy: proxy.url }, { http_proxy: '' }, undefined]) {
    assert.match(await ask(env), /^target /);
  }
  assert.deepStrictEqual(proxy.seen, []);
});

test('userinfo becomes Proxy-Authorization', limit, async (t) => {
  const { ask, proxy } = await proxied(t);
  await ask({ http_proxy: proxy.url.replace('://', '://us%40er:p%3Ass@') });
  const [{ headers }] = proxy.seen;
  const [scheme, credentials] = headers['proxy-authorization'].split(' ');
  assert.strictEqual(scheme, 'Basic');
  assert.strictEqual(Buffer.from(credentials, 'base64').toString(), 'us@er:p:ss');
});

test('keepAlive: the connection to the proxy is kept', limit, async (t) => {
  const { proxy, target } = await proxied(t);
  const agent = new http.Agent({ keepAlive: true, proxyEnv: { http_proxy: proxy.url } });
  t.after(() => agent.destroy());
  for (const reused of [false, true]) {
    const req = http.get({ agent, host: '127.0.0.1', port: target.port, path: '/kept' });
    assert.strictEqual(req.reusedSocket, reused);
    const closed = once(req, 'close');
    await completeResponse(req);
    await closed;
    await new Promise(setImmediate);
  }
  assert.strictEqual(proxy.seen[1].headers['proxy-connection'], 'keep-alive');
});

for (const [noProxy, isBypassed] of [
  ['*', true],
  ['127.0.0.1', true],
  ['other.test, 127.0.0.1', true],
  ['127.0.0.1:{port}', true],
  ['127.0.0.1:1', false],
  ['127.0.0.0-127.0.0.9', true],
  ['127.0.1.0-127.0.1.9', false],
  ['other.test', false],
  ['', false],
]) {
  for (const name of ['no_proxy', 'NO_PROXY']) {
    test(`${name}=${noProxy} ${isBypassed ? 'bypasses' : 'does not'}`, limit, async (t) => {
      const { ask, proxy, target } = await proxied(t);
      const list = noProxy.replace('{port}', target.port);
      const text = await ask({ http_proxy: proxy.url, [name]: list });
      assert.strictEqual(text.split(' ')[0], isBypassed ? 'target' : 'proxy');
    });
  }
}

for (const [entry, host, isBypassed] of [
  ['name.test', 'name.test', true],
  ['NAME.test', 'name.TEST', true],
  ['name.test', 'sub.name.test', false],
  ['.name.test', 'name.test', true],
  ['.name.test', 'sub.name.test', true],
  ['.name.test', 'othername.test', false],
  ['*.name.test', 'sub.name.test', true],
  ['*.name.test', 'name.test', false],
]) {
  test(`no_proxy=${entry} and ${host}: ${isBypassed}`, limit, async (t) => {
    const { ask, proxy } = await proxied(t);
    const lookup = (_host, options, callback) =>
      options.all
        ? callback(null, [{ address: '127.0.0.1', family: 4 }])
        : callback(null, '127.0.0.1', 4);
    const text = await ask({ http_proxy: proxy.url, no_proxy: entry }, { host, lookup });
    assert.strictEqual(text.split(' ')[0], isBypassed ? 'target' : 'proxy');
  });
}

test('a Unix socket has no proxy', limit, async (t) => {
  const socketPath = path.join(os.tmpdir(), `rust-http-proxy-${process.pid}`);
  const { ask, proxy } = await proxied(t);
  await listening(t, 'pipe', [socketPath]);
  const text = await ask({ http_proxy: proxy.url }, { socketPath, port: undefined });
  assert.strictEqual(text, 'pipe /p?q');
});

test('proxies that are none throw', limit, () => {
  for (const http_proxy of ['http://', 'http://a:b:c', 'http://127.0.0.1\r\n']) {
    assert.throws(() => new http.Agent({ proxyEnv: { http_proxy } }), {
      code: 'ERR_PROXY_INVALID_CONFIG',
    });
  }
});

test('other kinds of proxies are not for us', limit, async (t) => {
  const { ask } = await proxied(t);
  assert.match(await ask({ http_proxy: 'socks5://127.0.0.1:1' }), /^target /);
});

test('a proxy that refuses connections', limit, async (t) => {
  const closed = net.createServer().listen(0, '127.0.0.1');
  await once(closed, 'listening');
  const { port } = closed.address();
  await new Promise((resolve) => closed.close(resolve));
  const agent = new http.Agent({ proxyEnv: { http_proxy: `http://127.0.0.1:${port}` } });
  t.after(() => agent.destroy());
  const error = await errorOf(http.get({ agent, host: 'name.test' }));
  assert.strictEqual(error.code, 'ECONNREFUSED');
  assert.strictEqual(error.port, port);
});

test('setGlobalProxyFromEnv', limit, async (t) => {
  const proxy = await listening(t, 'proxy');
  const target = await listening(t, 'target');
  const ask = async () => {
    const req = http.get(`${target.url}/global`);
    const { text } = await completeResponse(req);
    req.socket.destroy();
    return text;
  };
  const before = http.globalAgent;
  const restore = http.setGlobalProxyFromEnv({ http_proxy: proxy.url });
  assert.strictEqual(typeof restore, 'function');
  assert.notStrictEqual(http.globalAgent, before);
  assert.ok(http.globalAgent instanceof http.Agent);
  assert.match(await ask(), /^proxy /);
  restore();
  assert.strictEqual(http.globalAgent, before);
  assert.match(await ask(), /^target /);
  const nothing = http.setGlobalProxyFromEnv({});
  assert.strictEqual(http.globalAgent, before);
  nothing();
  for (const wrong of [null, 1, 'x']) {
    assert.throws(() => http.setGlobalProxyFromEnv(wrong), { code: 'ERR_INVALID_ARG_TYPE' });
  }
  assert.throws(() => http.setGlobalProxyFromEnv({ http_proxy: 'nonsense' }), {
    code: 'ERR_PROXY_INVALID_CONFIG',
  });
});

test('NODE_USE_ENV_PROXY=1 is for the global agent', limit, async (t) => {
  const proxy = await listening(t, 'proxy');
  const target = await listening(t, 'target');
  const program = `
    http.get(${JSON.stringify(`${target.url}/env`)}, (res) => {
      res.setEncoding('utf8').on('data', (text) => console.log(text));
    });`;
  const env = { HTTP_PROXY: proxy.url, NODE_USE_ENV_PROXY: '1' };
  const { stdout, stderr } = await runProgram(t, program, { env });
  assert.strictEqual(stdout, `proxy ${target.url}/env\n`, stderr);
  const without = await runProgram(t, program, { env: { HTTP_PROXY: proxy.url } });
  assert.strictEqual(without.stdout, 'target /env\n', without.stderr);
});

test('fields and target of a proxied request', limit, async (t) => {
  const { ask, proxy, target } = await proxied(t);
  const env = { http_proxy: proxy.url };
  await ask(env, { headers: { 'X-A': 'b', Host: `127.0.0.1:${target.port}` } });
  assert.strictEqual(proxy.seen[0].headers['x-a'], 'b');
  await ask(env, { path: `${target.url}/absolute` });
  assert.strictEqual(proxy.seen[1].url, `${target.url}/absolute`);
});
