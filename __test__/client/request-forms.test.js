'use strict';
// How http.request and http.get are called: URLs, options, both merged, and the callback.
const assert = require('node:assert');
const { test } = require('node:test');
const { hostHas } = require('../support/mode');
const http = require('../support/subject');
const { completeResponse, responseOf, untilEvent } = require('./observe');
const { onOneWay } = require('./ways');

const limit = { timeout: 60_000 };

/** What Node's own server saw: the line and the fields of the request, as the response's content. */
function echo(req, res) {
  res.end(JSON.stringify({ method: req.method, url: req.url, headers: req.headers }));
}

/** A server that tells what it saw, and its base URL. */
function serving(title, body) {
  onOneWay(title, async (world) => {
    world.serve(echo);
    const { host, port } = world.address;
    const base = `http://${host}:${port}`;
    await body({ agent: world.agent, base, host, port });
  });
}

async function seen(req) {
  return JSON.parse((await completeResponse(req)).text);
}

serving('a URL as a string', async ({ agent, base, host, port }) => {
  const { url, method, headers } = await seen(http.get(`${base}/a/b?c=d#hash`, { agent }));
  assert.strictEqual(url, '/a/b?c=d');
  assert.strictEqual(method, 'GET');
  assert.strictEqual(headers.host, `${host}:${port}`);
});

serving('a URL object', async ({ agent, base }) => {
  const url = new URL('/x y?q=ü#no', base);
  assert.strictEqual((await seen(http.get(url, { agent }))).url, '/x%20y?q=%C3%BC');
});

serving('credentials of a URL become Authorization', async ({ agent, base }) => {
  const url = base.replace('://', '://us%40er:pa%3Ass@');
  for (const form of [url, new URL(url)]) {
    const { headers } = await seen(http.get(form, { agent }));
    const sent = Buffer.from(headers.authorization.replace('Basic ', ''), 'base64').toString();
    assert.strictEqual(sent, 'us@er:pa:ss');
  }
});

serving('options win over the URL', async ({ agent, base, host, port }) => {
  const other = 'http://other.invalid:1/of-url';
  const options = { agent, hostname: host, port, path: '/of-options', method: 'POST' };
  const { url, method, headers } = await seen(http.request(other, options).end());
  assert.deepStrictEqual([url, method], ['/of-options', 'POST']);
  assert.strictEqual(headers.host, `${host}:${port}`);
  const merged = await seen(http.get(new URL('/kept?x', base), { agent, headers: { 'X-A': 'b' } }));
  assert.strictEqual(merged.url, '/kept?x');
  assert.strictEqual(merged.headers['x-a'], 'b');
});

serving('options alone', async ({ agent, host, port }) => {
  const { url } = await seen(http.get({ agent, host, port }));
  assert.strictEqual(url, '/');
  const inherited = Object.create({ agent: false }, {});
  const own = await seen(http.get(Object.assign(inherited, { agent, host, port, path: '/own' })));
  assert.strictEqual(own.url, '/own');
});

serving('the callback in each position', async ({ agent, base, host, port }) => {
  const forms = [
    (callback) => http.get(base, callback),
    (callback) => http.get(new URL(base), callback),
    (callback) => http.get({ agent, host, port }, callback),
    (callback) => http.get(base, { agent }, callback),
    (callback) => http.get(new URL(base), { agent }, callback),
    (callback) => http.request(base, { agent }, callback).end(),
    (callback) => new http.ClientRequest(base, { agent }, callback).end(),
    (callback) => new http.ClientRequest({ agent, host, port }, callback).end(),
  ];
  for (const form of forms) {
    let calls = 0;
    const req = form(function callback(res) {
      calls++;
      assert.strictEqual(this, req);
      assert.strictEqual(res, req.res);
      res.resume();
    });
    assert.ok(req instanceof http.ClientRequest);
    assert.strictEqual(req.listenerCount('response'), 1);
    await untilEvent(req, 'close');
    assert.strictEqual(calls, 1);
    assert.strictEqual(req.listenerCount('response'), 0);
  }
  http.globalAgent.destroy();
});

serving('get() ends the request, request() does not', async ({ agent, base }) => {
  const got = http.get(base, { agent });
  assert.strictEqual(got.writableEnded, true);
  await completeResponse(got);
  const asked = http.request(base, { agent });
  assert.strictEqual(asked.writableEnded, false);
  asked.end();
  await completeResponse(asked);
});

serving('get() takes another method', async ({ agent, base }) => {
  assert.strictEqual((await seen(http.get(base, { agent, method: 'DELETE' }))).method, 'DELETE');
});

serving('the options given are not changed', async ({ agent, base, port }) => {
  const headers = Object.freeze({ 'X-A': 'b' });
  const options = Object.freeze({ agent, headers, path: '/frozen' });
  const url = Object.freeze(new URL(base));
  assert.strictEqual((await seen(http.get(url, options))).url, '/frozen');
  assert.deepStrictEqual(Object.keys(options), ['agent', 'headers', 'path']);
  assert.strictEqual(url.port, String(port));
});

serving('hostname wins over host', async ({ agent, host, port }) => {
  const options = { agent, host: 'other.invalid', hostname: host, port };
  assert.strictEqual((await seen(http.get(options))).headers.host, `${host}:${port}`);
});

serving('what url.parse() gives', async ({ agent, base }) => {
  const parsed = require('node:url').parse(`${base}/parsed?x=1`);
  assert.strictEqual((await seen(http.get({ ...parsed, agent }))).url, '/parsed?x=1');
});

serving('the methods that the documentation names', async ({ agent, base }) => {
  for (const method of http.METHODS.filter((name) => name !== 'CONNECT' && name !== 'HEAD')) {
    const req = http.request(base, { agent, method, headers: { 'Content-Length': 0 } });
    assert.strictEqual((await seen(req.end())).method, method);
  }
  const lower = http.request(base, { agent, method: 'put' }).end();
  assert.strictEqual(lower.method, 'PUT');
  assert.strictEqual((await seen(lower)).method, 'PUT');
});

test('invalid URLs throw', limit, () => {
  for (const url of ['no url', '', 'http://', 'http://a:b:c/']) {
    assert.throws(() => http.request(url), { code: 'ERR_INVALID_URL', name: 'TypeError' });
    assert.throws(() => http.get(url, {}), { code: 'ERR_INVALID_URL', name: 'TypeError' });
  }
});

test('a protocol other than that of the agent throws', limit, () => {
  const expected = {
    name: 'TypeError',
    code: 'ERR_INVALID_PROTOCOL',
    message: 'Protocol "https:" not supported. Expected "http:"',
  };
  assert.throws(() => http.get('https://localhost/'), expected);
  assert.throws(() => http.get(new URL('https://localhost/')), expected);
  assert.throws(() => http.get({ protocol: 'https:' }), expected);
  assert.throws(() => http.get('file:///etc/hosts'), { code: 'ERR_INVALID_PROTOCOL' });
  const other = new http.Agent();
  other.protocol = 'other:';
  assert.throws(() => http.get({ agent: other }), {
    code: 'ERR_INVALID_PROTOCOL',
    message: 'Protocol "http:" not supported. Expected "other:"',
  });
});

serving('the first response is given once', async ({ agent, base }) => {
  const req = http.get(base, { agent });
  const res = await responseOf(req);
  assert.ok(res instanceof http.IncomingMessage);
  res.resume();
  await untilEvent(res, 'close');
});

/**
 * Each with the target and the Host that CONNECT is sent with from Node 26 on, and its target before; `base` is the
 * URL of the server.
 */
const CONNECTS = {
  'the path of a URL': (base) => [
    `${base}/a.test:443`,
    {},
    'a.test:443',
    'a.test:443',
    '/a.test:443',
  ],
  'the path of a URL object': (base) => [
    new URL('/a.test:443', base),
    {},
    'a.test:443',
    'a.test:443',
    '/a.test:443',
  ],
  'an option beside a URL': (base) => [base, { path: 'b.test:1' }, 'b.test:1', 'b.test:1'],
  'an option with a slash': (base) => [base, { path: '/b.test:1' }, '/b.test:1', '/b.test:1'],
  'nothing but a URL': (base) => [base, {}, '/', '/'],
  'a Host of the program’s own': (base) => [
    `${base}/a.test:443`,
    { headers: { Host: 'own.test' } },
    'a.test:443',
    'own.test',
    '/a.test:443',
  ],
  'no Host': (base) => [
    `${base}/a.test:443`,
    { setHost: false },
    'a.test:443',
    undefined,
    '/a.test:443',
  ],
  'no path': (base, address) => [address, {}, '/', base],
};

for (const [what, arguments_] of Object.entries(CONNECTS)) {
  onOneWay(`CONNECT, with ${what}`, async (world) => {
    const { agent, address } = world;
    const base = `http://${address.host}:${address.port}`;
    const [input, options, newTarget, newHost, oldTarget = newTarget] = arguments_(base, address);
    const target = hostHas(26) ? newTarget : oldTarget;
    const host = hostHas(26) || newHost !== newTarget ? newHost : base;
    const init = { ...options, agent, method: 'CONNECT' };
    const isUrl = typeof input === 'string' || input instanceof URL;
    const req = isUrl ? http.request(input, init) : http.request({ ...input, ...init });
    req.on('error', () => {}).end();
    const { headers, line } = await (await world.accept()).request();
    assert.strictEqual(line, `CONNECT ${target} HTTP/1.1`);
    assert.strictEqual(headers.host, host?.replace('http://', ''));
    assert.strictEqual(req.path, target);
    req.destroy();
  });
}
