'use strict';
// Each option of http.request that shapes the request: what it does, and what wrong values throw.
const assert = require('node:assert');
const net = require('node:net');
const { test } = require('node:test');
const http = require('../support/subject');
const { newerThanHost } = require('../support/mode');
const { completeResponse, errorOf, responseOf } = require('./observe');
const { onEveryWay, onOneWay } = require('./ways');

const limit = { timeout: 60_000 };

/** Sends a GET with `options` and resolves to the request as the server got it. */
async function sent({ accept, get }, options) {
  const req = get(options);
  const peer = await accept();
  const request = await peer.request();
  peer.answer('', 'Connection: close\r\n');
  peer.end();
  (await responseOf(req)).resume();
  return request;
}

/** Names of the fields of a request, in order, as they were written. */
const names = ({ fields }) => fields.map(([name]) => name);

onEveryWay('auth becomes Authorization', async (world) => {
  const { headers } = await sent(world, { auth: 'user:pässword' });
  const expected = Buffer.from('user:pässword').toString('base64');
  assert.strictEqual(headers.authorization, `Basic ${expected}`);
});

onOneWay('an Authorization field wins over auth', async (world) => {
  const { headers } = await sent(world, { auth: 'a:b', headers: { AUTHORIZATION: 'Other x' } });
  assert.strictEqual(headers.authorization, 'Other x');
});

onEveryWay('headers as an object keep case and order', async (world) => {
  const headers = { 'X-Second': '2', 'x-FIRST': 1, 'X-List': ['a', 'b'], Host: 'example.test' };
  const request = await sent(world, { headers });
  assert.deepStrictEqual(request.fields.slice(0, 5), [
    ['X-Second', '2'],
    ['x-FIRST', '1'],
    ['X-List', 'a'],
    ['X-List', 'b'],
    ['Host', 'example.test'],
  ]);
});

onEveryWay('headers as a flat array are sent as they are', async (world) => {
  const request = await sent(world, { headers: ['X-A', '1', 'x-a', '2', 'Host', 'example.test'] });
  assert.deepStrictEqual(request.fields.slice(0, 3), [
    ['X-A', '1'],
    ['x-a', '2'],
    ['Host', 'example.test'],
  ]);
});

onOneWay('headers as an array of pairs', async (world) => {
  const headers = [
    ['X-A', '1'],
    ['Host', 'example.test'],
    ['X-A', '2'],
  ];
  const request = await sent(world, { headers });
  assert.deepStrictEqual(request.fields.slice(0, 3), headers);
});

onOneWay('an array of headers gets no Host', async (world) => {
  const request = await sent(world, { headers: ['X-A', '1'], setHost: true });
  assert.strictEqual(request.headers.host, undefined);
});

onOneWay('an array of headers takes no others', async ({ accept, request }) => {
  const req = request({ headers: ['Host', 'example.test'] });
  const expected = { code: 'ERR_HTTP_HEADERS_SENT', name: 'Error' };
  assert.throws(() => req.setHeader('X-A', '1'), expected);
  assert.strictEqual(req.headersSent, true);
  req.end();
  const peer = await accept();
  await peer.request();
  peer.answer();
  await completeResponse(req);
});

test('wrong headers throw', limit, () => {
  const make = (headers) => () => http.request({ headers });
  assert.throws(make({ 'bad name': 'x' }), { code: 'ERR_INVALID_HTTP_TOKEN', name: 'TypeError' });
  assert.throws(make({ 'X-A': 'a\r\nb' }), { code: 'ERR_INVALID_CHAR', name: 'TypeError' });
  assert.throws(make({ 'X-A': undefined }), {
    code: 'ERR_HTTP_INVALID_HEADER_VALUE',
    name: 'TypeError',
    message: 'Invalid value "undefined" for header "X-A"',
  });
  assert.throws(make(['X-A', 'a\nb', 'Host', 'a']), { code: 'ERR_INVALID_CHAR' });
  assert.throws(make(['X-A']), { code: 'ERR_INVALID_ARG_VALUE' });
});

onOneWay('Host names the port unless it is the default one', async (world) => {
  const { port } = world.address;
  assert.strictEqual((await sent(world, {})).headers.host, `127.0.0.1:${port}`);
  assert.strictEqual((await sent(world, { defaultPort: port })).headers.host, '127.0.0.1');
  const { headers } = await sent(world, { host: '127.0.0.1', port: String(port) });
  assert.strictEqual(headers.host, `127.0.0.1:${port}`);
});

onEveryWay('setHost: false sends no Host', async (world) => {
  assert.ok(!('host' in (await sent(world, { setHost: false })).headers));
});

onOneWay('an IPv6 address stands in brackets', async (world) => {
  const { port } = world.address;
  for (const host of ['::1', '[::1]']) {
    const createConnection = () => net.connect(port, '127.0.0.1');
    const options = { host, port: 8080, agent: undefined, createConnection };
    assert.strictEqual((await sent(world, options)).headers.host, '[::1]:8080');
  }
});

const defaults = { skip: newerThanHost(22) };

onEveryWay('setDefaultHeaders: false sends nothing of its own', defaults, async (world) => {
  const request = await sent(world, { setDefaultHeaders: false, headers: { 'X-A': '1' } });
  assert.deepStrictEqual(names(request), ['X-A']);
});

onOneWay(
  'setDefaultHeaders: false with setHost: true sends Host alone',
  defaults,
  async (world) => {
    const request = await sent(world, { setDefaultHeaders: false, setHost: true });
    assert.deepStrictEqual(names(request), ['Host']);
  },
);

onOneWay('default headers: Host and Connection', async (world) => {
  assert.deepStrictEqual(names(await sent(world, {})), ['Host', 'Connection']);
});

onEveryWay('Connection says what becomes of the connection', async (world) => {
  const { headers } = await sent(world, {});
  assert.strictEqual(headers.connection, world.pools ? 'keep-alive' : 'close');
});

onOneWay('uniqueHeaders joins what is given several times', async (world) => {
  const options = {
    headers: { 'X-Joined': ['a', 'b'], 'X-Apart': ['c', 'd'], Host: 'example.test' },
    uniqueHeaders: ['x-JOINED'],
  };
  const request = await sent(world, options);
  assert.deepStrictEqual(request.fields.slice(0, 3), [
    ['X-Joined', 'a; b'],
    ['X-Apart', 'c'],
    ['X-Apart', 'd'],
  ]);
});

onOneWay('joinDuplicateHeaders joins those of the response', async ({ accept, get }) => {
  for (const [joinDuplicateHeaders, age] of [
    [undefined, '1'],
    [false, '1'],
    [true, '1, 2'],
  ]) {
    const req = get({ joinDuplicateHeaders, agent: false });
    const peer = await accept();
    await peer.request();
    peer.answer('', 'Age: 1\r\nAge: 2\r\n');
    assert.strictEqual((await completeResponse(req)).headers.age, age);
  }
});

onOneWay('maxHeaderSize limits the head of the response', async ({ accept, get }) => {
  const big = `X-Big: ${'x'.repeat(2000)}\r\n`;
  const refused = get({ maxHeaderSize: 1000, agent: false });
  assert.strictEqual(refused.maxHeaderSize, 1000);
  let peer = await accept();
  await peer.request();
  const error = errorOf(refused);
  peer.answer('', big);
  assert.strictEqual((await error).code, 'HPE_HEADER_OVERFLOW');
  const taken = get({ maxHeaderSize: 2 ** 40, agent: false });
  peer = await accept();
  await peer.request();
  peer.answer('', big.repeat(15));
  assert.strictEqual((await completeResponse(taken)).rawHeaders.length, 32);
});

onOneWay('insecureHTTPParser takes what is refused else', async ({ accept, get }) => {
  const bad = 'HTTP/1.1 200 OK\r\nX-A: \x01\r\nContent-Length: 2\r\n\r\nok';
  const strict = get({ agent: false });
  let peer = await accept();
  await peer.request();
  const error = errorOf(strict);
  peer.send(bad);
  assert.strictEqual((await error).code, 'HPE_INVALID_HEADER_TOKEN');
  const lenient = get({ agent: false, insecureHTTPParser: true });
  assert.strictEqual(lenient.insecureHTTPParser, true);
  peer = await accept();
  await peer.request();
  peer.send(bad);
  assert.strictEqual((await completeResponse(lenient)).text, 'ok');
});

onOneWay('a path is sent as it is', async (world) => {
  for (const path of ['/a%20b?c#d', 'http://example.test/absolute', '*', '/ü']) {
    const expected = path === '/ü' ? '/ü' : path;
    assert.strictEqual((await sent(world, { path })).target, expected);
  }
});

test('a path with blanks or control characters throws', limit, () => {
  for (const path of ['/a b', '/\n', '/\0', '/\u{1f600}', ' ']) {
    assert.throws(() => http.request({ path }), {
      name: 'TypeError',
      code: 'ERR_UNESCAPED_CHARACTERS',
      message: 'Request path contains unescaped characters',
    });
  }
});

/** What a wrong value of an option throws, at once. */
const WRONG = [
  ['agent', true, 'TypeError', 'ERR_INVALID_ARG_TYPE'],
  ['agent', 'string', 'TypeError', 'ERR_INVALID_ARG_TYPE'],
  ['agent', 0, 'TypeError', 'ERR_INVALID_ARG_TYPE'],
  ['agent', {}, 'TypeError', 'ERR_INVALID_ARG_TYPE'],
  ['host', 1, 'TypeError', 'ERR_INVALID_ARG_TYPE'],
  ['host', {}, 'TypeError', 'ERR_INVALID_ARG_TYPE'],
  ['hostname', true, 'TypeError', 'ERR_INVALID_ARG_TYPE'],
  ['hostname', [], 'TypeError', 'ERR_INVALID_ARG_TYPE'],
  ['method', 1, 'TypeError', 'ERR_INVALID_ARG_TYPE'],
  ['method', {}, 'TypeError', 'ERR_INVALID_ARG_TYPE'],
  ['method', 'A B', 'TypeError', 'ERR_INVALID_HTTP_TOKEN'],
  ['method', 'GET\r\n', 'TypeError', 'ERR_INVALID_HTTP_TOKEN'],
  ['timeout', 'x', 'TypeError', 'ERR_INVALID_ARG_TYPE'],
  ['timeout', -1, 'RangeError', 'ERR_OUT_OF_RANGE'],
  ['timeout', Number.NaN, 'RangeError', 'ERR_OUT_OF_RANGE'],
  ['maxHeaderSize', '1', 'TypeError', 'ERR_INVALID_ARG_TYPE'],
  ['maxHeaderSize', 1.5, 'RangeError', 'ERR_OUT_OF_RANGE'],
  ['maxHeaderSize', -1, 'RangeError', 'ERR_OUT_OF_RANGE'],
  ['insecureHTTPParser', 1, 'TypeError', 'ERR_INVALID_ARG_TYPE'],
  ['joinDuplicateHeaders', 'yes', 'TypeError', 'ERR_INVALID_ARG_TYPE'],
  ['signal', {}, 'TypeError', 'ERR_INVALID_ARG_TYPE'],
  ['signal', 'abort', 'TypeError', 'ERR_INVALID_ARG_TYPE'],
  ['lookup', 'x', 'TypeError', 'ERR_INVALID_ARG_TYPE'],
  ['port', 70_000, 'RangeError', 'ERR_SOCKET_BAD_PORT'],
  ['port', -1, 'RangeError', 'ERR_SOCKET_BAD_PORT'],
  ['port', 'x', 'RangeError', 'ERR_SOCKET_BAD_PORT'],
  ['localAddress', 'nonsense', 'TypeError', 'ERR_INVALID_IP_ADDRESS'],
  ['localPort', 'x', 'TypeError', 'ERR_INVALID_ARG_TYPE'],
  ['hints', 0x40000, 'TypeError', 'ERR_INVALID_ARG_VALUE'],
  ['autoSelectFamily', 'x', 'TypeError', 'ERR_INVALID_ARG_TYPE'],
];

for (const [name, value, errorName, code] of WRONG) {
  test(`${name}: ${JSON.stringify(value) ?? value} throws ${code}`, limit, () => {
    assert.throws(() => http.request({ [name]: value }), { name: errorName, code });
  });
}

test('the messages of some of them', limit, () => {
  assert.throws(() => http.request({ agent: true }), {
    message:
      'The "options.agent" property must be one of Agent-like Object, undefined, or false. ' +
      'Received type boolean (true)',
  });
  assert.throws(() => http.request({ hostname: 1 }), {
    message:
      'The "options.hostname" property must be of type string or one of undefined or null. ' +
      'Received type number (1)',
  });
  // Texts are told as they are, long ones in part.
  for (const [text, told] of [
    ['a\tb', "'a\tb'"],
    [`'"`, '"\'\\""'],
    ['x'.repeat(28), `'${'x'.repeat(28)}'`],
    ['x'.repeat(29), `'${'x'.repeat(25)}...'`],
  ])
    assert.throws(() => http.request({ timeout: text }), {
      message: `The "timeout" argument must be of type number. Received type string (${told})`,
    });
  assert.throws(() => http.request({ method: 'A B' }), {
    message: 'Method must be a valid HTTP token ["A B"]',
  });
});

onOneWay('values that mean nothing are taken as absent', async (world) => {
  const absent = {
    auth: undefined,
    defaultPort: undefined,
    headers: undefined,
    hostname: undefined,
    insecureHTTPParser: undefined,
    joinDuplicateHeaders: undefined,
    localAddress: undefined,
    maxHeaderSize: undefined,
    method: undefined,
    path: undefined,
    protocol: undefined,
    setHost: undefined,
    setDefaultHeaders: undefined,
    signal: undefined,
    socketPath: undefined,
    timeout: undefined,
    uniqueHeaders: undefined,
  };
  const { line } = await sent(world, absent);
  assert.strictEqual(line, 'GET / HTTP/1.1');
  assert.strictEqual((await sent(world, { method: null, hostname: null })).method, 'GET');
});

const validation = { skip: newerThanHost(24, 16) };

onOneWay('httpValidation', validation, async ({ accept, get, request }) => {
  assert.throws(() => request({ httpValidation: 'no' }), { code: 'ERR_INVALID_ARG_VALUE' });
  assert.throws(() => request({ httpValidation: 'strict', insecureHTTPParser: false }), {
    code: 'ERR_INVALID_ARG_VALUE',
  });
  const req = get({ httpValidation: 'insecure', agent: false });
  const peer = await accept();
  await peer.request();
  peer.send('HTTP/1.1 200 OK\r\nX-A: \x01\r\nContent-Length: 2\r\n\r\nok');
  assert.strictEqual((await completeResponse(req)).text, 'ok');
});
