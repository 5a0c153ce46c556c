'use strict';
// Wrong options of createServer, in class, code and words.
const assert = require('node:assert');
const { test } = require('node:test');
const http = require('../support/subject');
const { newerThanHost, onNodeHttp } = require('../support/mode');
const { onBoth, onNative } = require('../support/transports');

test('options must be an object', () => {
  for (const [value, received] of [
    ['text', "type string ('text')"],
    [1, 'type number (1)'],
    [true, 'type boolean (true)'],
  ]) {
    assert.throws(() => http.createServer(value), {
      name: 'TypeError',
      code: 'ERR_INVALID_ARG_TYPE',
      message: `The "options" argument must be of type object. Received ${received}`,
    });
  }
});

const integers = [
  'maxHeaderSize',
  'requestTimeout',
  'headersTimeout',
  'keepAliveTimeout',
  'connectionsCheckingInterval',
];
for (const name of integers) {
  test(`${name} must be an integer of at least 0`, () => {
    for (const value of ['1', {}, true, null])
      assert.throws(() => http.createServer({ [name]: value }), {
        name: 'TypeError',
        code: 'ERR_INVALID_ARG_TYPE',
        message: new RegExp(`^The "${name}" argument must be of type number\\. Received `),
      });
    for (const value of [-1, 1.5, NaN, Infinity])
      assert.throws(() => http.createServer({ [name]: value }), {
        name: 'RangeError',
        code: 'ERR_OUT_OF_RANGE',
        message: new RegExp(`^The value of "${name}" is out of range\\. It must be `),
      });
  });
}

test('keepAliveTimeoutBuffer is checked alike', { skip: newerThanHost(24, 6) }, () => {
  assert.throws(() => http.createServer({ keepAliveTimeoutBuffer: '1' }), {
    code: 'ERR_INVALID_ARG_TYPE',
  });
  assert.throws(() => http.createServer({ keepAliveTimeoutBuffer: -1 }), {
    code: 'ERR_OUT_OF_RANGE',
  });
  assert.strictEqual(http.createServer().keepAliveTimeoutBuffer, 1000);
});

const booleans = [
  ['insecureHTTPParser', false],
  ['requireHostHeader', false],
  ['joinDuplicateHeaders', false],
  ['rejectNonStandardBodyWrites', false],
  ['optimizeEmptyRequests', newerThanHost(24, 10)],
];
for (const [name, skip] of booleans) {
  test(`${name} must be a boolean`, { skip }, () => {
    for (const value of [1, 'true', {}, null])
      assert.throws(() => http.createServer({ [name]: value }), {
        name: 'TypeError',
        code: 'ERR_INVALID_ARG_TYPE',
        message: new RegExp(`options\\.${name}.* must be of type boolean\\. Received `),
      });
    http.createServer({ [name]: true });
    http.createServer({ [name]: undefined });
  });
}

test('headersTimeout must not exceed requestTimeout', () => {
  assert.throws(() => http.createServer({ headersTimeout: 200, requestTimeout: 100 }), {
    name: 'RangeError',
    code: 'ERR_OUT_OF_RANGE',
    message: /"headersTimeout" is out of range\. It must be <= requestTimeout\. Received 200/,
  });
  assert.strictEqual(http.createServer({ requestTimeout: 100 }).headersTimeout, 100);
  assert.strictEqual(http.createServer({ requestTimeout: 0, headersTimeout: 7 }).headersTimeout, 7);
});

const callback = { skip: newerThanHost(24, 9) };
test('shouldUpgradeCallback must be a function', callback, () => {
  for (const value of [1, 'x', {}, true, null])
    assert.throws(() => http.createServer({ shouldUpgradeCallback: value }), {
      name: 'TypeError',
      code: 'ERR_INVALID_ARG_TYPE',
    });
});

const validation = { skip: newerThanHost(26) };
test('httpValidation must be one of three', validation, () => {
  for (const value of ['strict', 'relaxed', 'insecure'])
    http.createServer({ httpValidation: value });
  for (const value of ['loose', 1, true, null])
    assert.throws(() => http.createServer({ httpValidation: value }), {
      code: 'ERR_INVALID_ARG_VALUE',
    });
  assert.throws(() => http.createServer({ httpValidation: 'strict', insecureHTTPParser: true }), {
    code: 'ERR_INVALID_ARG_VALUE',
  });
});

test('options are kept on the server', () => {
  const server = http.createServer({
    requestTimeout: 1000,
    headersTimeout: 900,
    keepAliveTimeout: 800,
    connectionsCheckingInterval: 700,
    requireHostHeader: false,
    joinDuplicateHeaders: true,
    insecureHTTPParser: false,
    maxHeaderSize: 4096,
    noDelay: false,
    keepAlive: true,
    keepAliveInitialDelay: 2000,
  });
  const { requestTimeout, headersTimeout, keepAliveTimeout } = server;
  assert.deepStrictEqual([requestTimeout, headersTimeout, keepAliveTimeout], [1000, 900, 800]);
  const { connectionsCheckingInterval, requireHostHeader, joinDuplicateHeaders } = server;
  assert.deepStrictEqual(
    [connectionsCheckingInterval, requireHostHeader, joinDuplicateHeaders],
    [700, false, true],
  );
  assert.deepStrictEqual([server.insecureHTTPParser, server.maxHeaderSize], [false, 4096]);
});

onBoth('requireHostHeader refuses HTTP/1.1 without Host', async ({ connect }) => {
  const server = http.createServer((_req, res) => res.end('x'));
  const client = await connect(server);
  const refused = await client.exchange('GET / HTTP/1.1\r\n\r\n');
  assert.strictEqual(refused.status, 400);
  assert.strictEqual(refused.headers.connection, 'close');
  await client.untilEnd();
  const old = await connect(server);
  assert.strictEqual((await old.exchange('GET / HTTP/1.0\r\n\r\n')).text, 'x');
  const lenient = http.createServer({ requireHostHeader: false }, (_req, res) => res.end('y'));
  const other = await connect(lenient);
  assert.strictEqual((await other.exchange('GET / HTTP/1.1\r\n\r\n')).text, 'y');
});

const readsOn = onNodeHttp && "Node's own http handles what comes behind it";

onBoth(
  'nothing is read behind a request without a Host',
  { skip: readsOn },
  async ({ connect }) => {
    const urls = [];
    const server = http.createServer((req, res) => {
      urls.push(req.url);
      res.end();
    });
    const client = await connect(server);
    client.send('GET /bare HTTP/1.1\r\n\r\nGET /behind HTTP/1.1\r\nHost: a\r\n\r\n');
    assert.match(await client.untilEnd(), /^HTTP\/1\.1 400 /);
    assert.strictEqual(String(client.bytes).match(/HTTP\/1\.1/g).length, 1);
    assert.deepStrictEqual(urls, []);
  },
);

onBoth('maxHeaderSize answers larger heads with 431', async ({ connect }) => {
  const server = http.createServer({ maxHeaderSize: 1000 }, (_req, res) => res.end('x'));
  const codes = [];
  server.on('clientError', (error, socket) => {
    codes.push(error.code);
    socket.end('HTTP/1.1 431 Too Much\r\n\r\n');
  });
  const client = await connect(server);
  const head = (size) => `GET / HTTP/1.1\r\nHost: a\r\nX-L: ${'v'.repeat(size)}\r\n\r\n`;
  assert.strictEqual((await client.exchange(head(800))).text, 'x');
  client.send(head(1200));
  assert.strictEqual(await client.untilEnd(), 'HTTP/1.1 431 Too Much\r\n\r\n');
  assert.deepStrictEqual(codes, ['HPE_HEADER_OVERFLOW']);
  const plain = await connect(http.createServer({ maxHeaderSize: 1000 }));
  plain.send(head(1200));
  assert.match(await plain.untilEnd(), /^HTTP\/1\.1 431 Request Header Fields Too Large\r\n/);
});

onNative('highWaterMark is that of requests and responses', async ({ connect }) => {
  const server = http.createServer({ highWaterMark: 4321 }, (req, res) => {
    res.end(String([req.readableHighWaterMark, res.writableHighWaterMark]));
  });
  const client = await connect(server);
  const { text } = await client.exchange('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  assert.strictEqual(text, '4321,4321');
});

const empty = { skip: newerThanHost(24, 10) };

onBoth(
  'optimizeEmptyRequests ends requests without content at once',
  empty,
  async ({ connect }) => {
    const states = [];
    const server = http.createServer({ optimizeEmptyRequests: true }, (req, res) => {
      states.push([req.method, req.readableEnded, req._dumped === true]);
      if (req.method === 'POST') req.resume().on('end', () => res.end('read'));
      else res.end('empty');
    });
    const client = await connect(server);
    assert.strictEqual((await client.exchange('GET / HTTP/1.1\r\nHost: a\r\n\r\n')).text, 'empty');
    const post = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab';
    assert.strictEqual((await client.exchange(post)).text, 'read');
    assert.deepStrictEqual(states, [
      ['GET', true, true],
      ['POST', false, false],
    ]);
  },
);

onNative('keepAlive and noDelay are accepted by a listening server', async ({ connect }) => {
  const options = { keepAlive: true, keepAliveInitialDelay: 1000, noDelay: false };
  const server = http.createServer(options, (_req, res) => res.end('x'));
  const client = await connect(server);
  assert.strictEqual((await client.exchange('GET / HTTP/1.1\r\nHost: a\r\n\r\n')).text, 'x');
});
