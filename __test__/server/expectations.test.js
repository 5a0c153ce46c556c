'use strict';
// Expect: 100-continue and others.
const assert = require('node:assert');
const http = require('../support/subject');
const { contentOf, deferred, turn } = require('../support/events');
const { newerThanHost, onNodeHttp } = require('../support/mode');
const { onBoth } = require('../support/transports');

const expecting = (value = '100-continue', version = '1.1') =>
  `POST / HTTP/${version}\r\nHost: a\r\nExpect: ${value}\r\nContent-Length: 4\r\n\r\n`;
const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n';

onBoth('100-continue is answered before the handler runs', async ({ connect }) => {
  const server = http.createServer(async (req, res) => res.end(await contentOf(req)));
  const client = await connect(server);
  for (const value of ['100-continue', '100-Continue']) {
    const interim = await client.exchange(expecting(value));
    assert.strictEqual(interim.head, CONTINUE);
    client.send('body');
    const final = await client.response();
    assert.strictEqual(final.text, 'body');
    assert.strictEqual(final.headers.connection, 'keep-alive');
  }
});

onBoth("'checkContinue' decides in place of 'request'", async ({ connect }) => {
  const log = [];
  const server = http.createServer(() => log.push('request'));
  server.on('checkContinue', async (req, res) => {
    log.push('checkContinue');
    res.writeContinue(() => log.push('written'));
    res.end(await contentOf(req));
  });
  const client = await connect(server);
  assert.strictEqual((await client.exchange(expecting())).status, 100);
  client.send('body');
  assert.strictEqual((await client.response()).text, 'body');
  assert.deepStrictEqual(log, ['checkContinue', 'written']);
});

onBoth('a refused expectation ends the connection', async ({ connect }) => {
  const server = http.createServer();
  server.on('checkContinue', (_req, res) => {
    res.writeHead(413);
    res.end('too large');
  });
  const client = await connect(server);
  const response = await client.exchange(expecting());
  assert.strictEqual(response.status, 413);
  assert.strictEqual(response.headers.connection, 'close');
  assert.strictEqual(response.text, 'too large');
  assert.strictEqual(await client.untilEnd(), '');
});

onBoth('other expectations get 417', async ({ connect }) => {
  const server = http.createServer(() => assert.fail('no request'));
  const client = await connect(server);
  client.send(expecting('a miracle'), 'body');
  assert.strictEqual((await client.response()).status, 417);
});

onBoth("'checkExpectation' takes them over", async ({ connect }) => {
  const seen = deferred();
  const server = http.createServer(() => assert.fail('no request'));
  server.on('checkExpectation', (req, res) => {
    seen.resolve(req.headers.expect);
    res.end('fine');
  });
  const client = await connect(server);
  client.send(expecting('a miracle'), 'body');
  assert.strictEqual((await client.response()).text, 'fine');
  assert.strictEqual(await seen.promise, 'a miracle');
});

onBoth('HTTP/1.0 expects nothing', async ({ connect }) => {
  const server = http.createServer((_req, res) => res.end('plain'));
  const client = await connect(server);
  assert.strictEqual((await client.exchange(expecting('100-continue', '1.0'))).text, 'plain');
});

onBoth('interim answers before the final one', async ({ connect }) => {
  const log = [];
  const server = http.createServer((_req, res) => {
    res.writeProcessing(() => log.push('processing'));
    res.writeEarlyHints({ link: '</a.css>; rel=preload' }, () => log.push('hints'));
    res.writeEarlyHints({ link: ['</a>; rel=preload', '</b>; rel=preload'], 'X-Id': '1' });
    res.writeContinue();
    assert.strictEqual(res.headersSent, false);
    setImmediate(() => {
      res.setHeader('X-Final', 'yes');
      res.end('done');
    });
  });
  const client = await connect(server);
  assert.strictEqual(
    (await client.exchange('GET / HTTP/1.1\r\nHost: a\r\n\r\n')).head,
    'HTTP/1.1 102 Processing\r\n\r\n',
  );
  assert.strictEqual(
    (await client.response()).head,
    'HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n',
  );
  assert.strictEqual(
    (await client.response()).head,
    'HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload, </b>; rel=preload\r\nX-Id: 1\r\n\r\n',
  );
  assert.strictEqual((await client.response()).head, CONTINUE);
  const final = await client.response();
  assert.strictEqual(final.headers['x-final'], 'yes');
  assert.strictEqual(final.text, 'done');
  await turn();
  assert.deepStrictEqual(log, ['processing', 'hints']);
});

onBoth(
  'interim answers of a response that waits for its turn',
  { skip: onNodeHttp && "Node's own puts the head of such a response before them" },
  async ({ connect }) => {
    const server = http.createServer((req, res) => {
      if (req.url === '/first') return setImmediate(() => res.end('first'));
      res.writeContinue();
      res.writeProcessing();
      res.end(Buffer.from('second'));
    });
    const client = await connect(server);
    const get = (path) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;
    client.send(get('/first') + get('/second'));
    assert.strictEqual((await client.response()).text, 'first');
    assert.strictEqual((await client.response()).head, CONTINUE);
    assert.strictEqual((await client.response()).status, 102);
    assert.strictEqual((await client.response()).text, 'second');
  },
);

onBoth('writeEarlyHints checks what it is given', async ({ connect }) => {
  const server = http.createServer((_req, res) => {
    for (const hints of [undefined, null, 'text', 1])
      assert.throws(() => res.writeEarlyHints(hints), { code: 'ERR_INVALID_ARG_TYPE' });
    assert.throws(() => res.writeEarlyHints({ link: 'nonsense' }), {
      code: 'ERR_INVALID_ARG_VALUE',
    });
    // The one that is wrong is named.
    assert.throws(() => res.writeEarlyHints({ link: ['</a>; rel=b', 'nonsense'] }), {
      code: 'ERR_INVALID_ARG_VALUE',
      message: /Received 'nonsense'$/,
    });
    res.writeEarlyHints({});
    res.writeEarlyHints({ link: [] });
    res.end('only this');
  });
  const client = await connect(server);
  const response = await client.exchange('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  assert.strictEqual(response.status, 200);
});

const information = { skip: newerThanHost(26) };

onBoth('writeInformation sends any interim status', information, async ({ connect }) => {
  const server = http.createServer((_req, res) => {
    res.writeInformation(110, { 'X-A': '1' });
    res.writeInformation(104, ['X-B', '2']);
    res.writeInformation(105, [['X-C', '3']]);
    assert.throws(() => res.writeInformation(101), { code: 'ERR_HTTP_INVALID_STATUS_CODE' });
    for (const status of [99, 200])
      assert.throws(() => res.writeInformation(status), { code: 'ERR_OUT_OF_RANGE' });
    assert.throws(() => res.writeInformation(103, { 'bad name': 'x' }), {
      code: 'ERR_INVALID_HTTP_TOKEN',
    });
    res.end('done');
    assert.throws(() => res.writeInformation(102), { code: 'ERR_HTTP_HEADERS_SENT' });
  });
  const client = await connect(server);
  const first = await client.exchange('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  assert.deepStrictEqual([first.status, first.fields], [110, [['X-A', '1']]]);
  assert.deepStrictEqual((await client.response()).fields, [['X-B', '2']]);
  assert.deepStrictEqual((await client.response()).fields, [['X-C', '3']]);
  assert.strictEqual((await client.response()).text, 'done');
});
