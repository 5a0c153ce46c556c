'use strict';
// What must not go into a head, and when it is too late.
const assert = require('node:assert');
const { test } = require('node:test');
const { format, inspect } = require('node:util');
const http = require('../support/subject');
const { newerThanHost } = require('../support/mode');
const { onBoth } = require('../support/transports');

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
const made = () =>
  new http.ServerResponse({ method: 'GET', httpVersionMajor: 1, httpVersionMinor: 1 });

const badNames = [
  '',
  'a b',
  'a:b',
  'a\nb',
  'ä',
  'a\0',
  '(x)',
  'a,b',
  'a/b',
  '"',
  undefined,
  null,
  1,
  {},
  [],
];
const token = (label, name) => ({
  name: 'TypeError',
  code: 'ERR_INVALID_HTTP_TOKEN',
  message: format('%s must be a valid HTTP token ["%s"]', label, name),
});

test('invalid names are refused by every setter', () => {
  for (const name of badNames) {
    const res = made();
    assert.throws(
      () => res.setHeader(name, 'v'),
      token('Header name', name),
      format('setHeader %s', name),
    );
    assert.throws(() => res.appendHeader(name, 'v'), token('Header name', name), 'appendHeader');
    assert.throws(() => http.validateHeaderName(name), token('Header name', name), 'validate');
    assert.strictEqual(res.getHeaderNames().length, 0);
  }
  assert.throws(() => http.validateHeaderName('a b', 'My label'), token('My label', 'a b'));
  assert.throws(() => made().writeHead(200, { 'a b': 'x' }), token('Header name', 'a b'));
  assert.throws(() => made().writeHead(200, ['a b', 'x']), token('Header name', 'a b'));
  assert.throws(() => made().setHeaders(new Map([['a b', 'x']])), token('Header name', 'a b'));
});

test('errors with a code are made as those of Node', () => {
  const sent = made();
  sent.writeHead(200);
  const calls = [
    () => made().setHeader('a b', 'v'),
    () => made().setHeader('a', undefined),
    () => http.validateHeaderName('a b'),
    () => http.validateHeaderValue('a', 'b\n'),
    () => sent.setHeader('a', 'v'),
    () => made().writeHead(1),
    () => http.request({ method: 'a b' }),
  ];
  const [major] = process.versions.node.split('.');
  for (const call of calls) {
    let error;
    try {
      call();
    } catch (e) {
      error = e;
    }
    const { code, constructor: Class, message, name, stack } = error;
    assert.ok([Error, RangeError, TypeError].includes(Class));
    assert.strictEqual(name, Class.name);
    const told = `${name} [${code}]: ${message}`;
    assert.strictEqual(String(error), told);
    assert.strictEqual(stack.split('\n    at ')[0], told);
    assert.ok(!stack.includes('new NodeError'));
    assert.strictEqual(inspect(error).split('\n    at ')[0], told);
    assert.deepStrictEqual(Object.keys(error), ['code']);
    if (Number(major) >= 20)
      assert.deepStrictEqual(Reflect.ownKeys(error).sort(), ['code', 'message', 'stack']);
  }
});

test('every character of a token is allowed', () => {
  const name = "!#$%&'*+-.^_`|~09azAZ";
  const res = made();
  res.setHeader(name, 'v');
  assert.strictEqual(res.getHeader(name), 'v');
  assert.strictEqual(http.validateHeaderName(name), undefined);
});

const char = (name) => ({
  name: 'TypeError',
  code: 'ERR_INVALID_CHAR',
  message: `Invalid character in header content ["${name}"]`,
});
const undefinedValue = (name) => ({
  name: 'TypeError',
  code: 'ERR_HTTP_INVALID_HEADER_VALUE',
  message: `Invalid value "undefined" for header "${name}"`,
});

test('invalid values are refused by every setter', () => {
  for (const value of ['a\nb', 'a\rb', 'a\0b', '\u20ac', '\x7f', '\x01', ['ok', 'not\nok']]) {
    const res = made();
    assert.throws(() => res.setHeader('X-A', value), char('X-A'), JSON.stringify(value));
    assert.throws(() => res.appendHeader('X-A', value), char('X-A'));
    assert.throws(() => res.writeHead(200, { 'X-A': value }), char('X-A'));
    assert.strictEqual(res.headersSent, false);
  }
  for (const value of ['a\nb', '\u20ac'])
    assert.throws(() => http.validateHeaderValue('X-A', value), char('X-A'));
});

test('undefined is no value', () => {
  assert.throws(() => made().setHeader('X-A'), undefinedValue('X-A'));
  assert.throws(() => made().setHeader('X-A', undefined), undefinedValue('X-A'));
  assert.throws(() => made().appendHeader('X-A', undefined), undefinedValue('X-A'));
  assert.throws(() => http.validateHeaderValue('X-A', undefined), undefinedValue('X-A'));
  assert.throws(() => made().writeHead(200, { 'X-A': undefined }), undefinedValue('X-A'));
});

test('tabs, latin1 and empty values are allowed', () => {
  for (const value of ['', '\t', 'a\tb', '\x80\xff', ' ', 0, true, null, 12.5]) {
    made().setHeader('X-A', value);
    http.validateHeaderValue('X-A', value);
  }
});

test('names given to getters must be strings', () => {
  for (const method of ['getHeader', 'hasHeader', 'removeHeader']) {
    for (const name of [undefined, null, 1, {}, []]) {
      assert.throws(() => made()[method](name), {
        name: 'TypeError',
        code: 'ERR_INVALID_ARG_TYPE',
      });
    }
  }
});

test('status codes must be between 100 and 999', () => {
  for (const status of [0, 99, 1000, -1, NaN, Infinity, 'text', null, undefined, {}, []]) {
    assert.throws(
      () => made().writeHead(status),
      {
        name: 'RangeError',
        code: 'ERR_HTTP_INVALID_STATUS_CODE',
        message: format('Invalid status code: %s', status),
      },
      String(status),
    );
    const res = made();
    res.statusCode = status;
    assert.throws(() => res.end(), { code: 'ERR_HTTP_INVALID_STATUS_CODE' });
  }
  for (const status of [100, 599, 999]) made().writeHead(status);
});

test('a status message must be latin1 without line ends', () => {
  const expected = {
    name: 'TypeError',
    code: 'ERR_INVALID_CHAR',
    message: 'Invalid character in statusMessage',
  };
  for (const message of ['a\nb', 'a\rb', '\u20ac', '\0']) {
    assert.throws(() => made().writeHead(200, message), expected);
    const res = made();
    res.statusMessage = message;
    assert.throws(() => res.end('x'), expected);
  }
});

const sent = (action) => ({
  name: 'Error',
  code: 'ERR_HTTP_HEADERS_SENT',
  message: `Cannot ${action} headers after they are sent to the client`,
});

onBoth(
  'nothing changes the head once it is sent',
  { skip: newerThanHost(24) },
  async ({ connect }) => {
    const server = http.createServer((_req, res) => {
      res.setHeader('X-A', '1');
      res.write('x');
      assert.throws(() => res.setHeader('X-B', '1'), sent('set'));
      assert.throws(() => res.appendHeader('X-B', '1'), sent('append'));
      assert.throws(() => res.setHeaders(new Map([['X-B', '1']])), sent('set'));
      assert.throws(() => res.removeHeader('X-A'), sent('remove'));
      assert.throws(() => res.writeHead(200), sent('write'));
      assert.throws(() => res.writeContinue(), sent('write'));
      assert.strictEqual(res.getHeader('x-a'), '1');
      res.end();
      assert.throws(() => res.setHeader('X-C', '1'), sent('set'));
    });
    const client = await connect(server);
    const response = await client.exchange(GET);
    assert.strictEqual(response.headers['x-a'], '1');
    assert.ok(!('x-b' in response.headers));
  },
);

onBoth('an error in a head leaves the response as it was', async ({ connect }) => {
  const server = http.createServer((_req, res) => {
    assert.throws(() => res.writeHead(200, { 'X-Good': '1', 'X-Bad': 'a\nb' }), char('X-Bad'));
    assert.strictEqual(res.headersSent, false);
    res.statusCode = 500;
    res.end('failed');
  });
  const client = await connect(server);
  const response = await client.exchange(GET);
  assert.deepStrictEqual([response.status, response.text], [500, 'failed']);
});

onBoth(
  'no way to smuggle a line into the head',
  { skip: newerThanHost(24) },
  async ({ connect }) => {
    const server = http.createServer((_req, res) => {
      const attempts = [
        () => res.setHeader('X\r\nX-Evil', '1'),
        () => res.setHeader('X', '1\r\nX-Evil: 1'),
        () => res.setHeader('X', ['1', '1\r\nX-Evil: 1']),
        () => res.writeHead(200, 'OK\r\nX-Evil: 1'),
        () => res.writeHead(200, ['X', '1\r\nX-Evil: 1']),
        () => res.writeHead(200, [['X', '1\r\nX-Evil: 1']]),
        () => res.writeHead(200, { 'X\nX-Evil': '1' }),
        () => res.addTrailers({ X: '1\r\nX-Evil: 1' }),
        () => res.writeEarlyHints({ link: '</a>; rel=preload\r\nX-Evil: 1' }),
        () => res.writeEarlyHints({ link: '</a\r\nX-Evil: 1>; rel=preload' }),
        () => res.writeEarlyHints({ link: ['</b>', '</a\nX-Evil: 1>; rel=preload'] }),
        () => res.writeEarlyHints({ link: '</a>; rel=preload', 'X\r\nX-Evil': '1' }),
        () => res.writeEarlyHints({ link: '</a>; rel=preload', X: '1\r\nX-Evil: 1' }),
      ];
      for (const attempt of attempts)
        assert.throws(attempt, { name: 'TypeError' }, String(attempt));
      res.statusMessage = 'OK';
      res.end('clean');
    });
    const client = await connect(server);
    assert.strictEqual((await client.exchange(GET)).text, 'clean');
    assert.ok(!client.bytes.includes('Evil'));
  },
);

onBoth('a link of early hints ends with its line', { skip: newerThanHost(24) }, async (context) => {
  const errors = [];
  const server = http.createServer((_req, res) => {
    for (const link of ['</a\r\nX-Evil: 1>', '</a\n>; rel=preload', ['</a>', '</b\r>']]) {
      try {
        res.writeEarlyHints({ link });
      } catch (error) {
        errors.push(error.code);
      }
    }
    res.end();
  });
  const client = await context.connect(server);
  await client.exchange(GET);
  assert.deepStrictEqual(errors, Array(3).fill('ERR_INVALID_ARG_VALUE'));
});
