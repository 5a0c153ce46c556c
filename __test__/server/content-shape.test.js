'use strict';
// Whether there is a body, how it is framed, and what checks its length.
const assert = require('node:assert');
const http = require('../support/subject');
const { deferred } = require('../support/events');
const { chunksOf } = require('../support/mode');
const { onBoth } = require('../support/transports');

const request = (method, version = '1.1', more = '') =>
  `${method} / HTTP/${version}\r\nHost: a\r\n${more}\r\n`;

onBoth('HEAD gets the head of the answer without its body', async ({ connect }) => {
  const server = http.createServer((_req, res) => {
    res.setHeader('X-Kind', 'head');
    res.end('not for you');
  });
  const client = await connect(server);
  const head = await client.exchange(request('HEAD'), { noBody: true });
  assert.strictEqual(head.status, 200);
  assert.strictEqual(head.headers['x-kind'], 'head');
  const got = await client.exchange(request('GET'));
  assert.strictEqual(got.text, 'not for you');
});

onBoth('HEAD with pieces, with a length, and with writes', async ({ connect }) => {
  const server = http.createServer((req, res) => {
    if (req.headers['x-way'] === 'length') res.setHeader('Content-Length', 7);
    if (req.headers['x-way'] !== 'end') res.write('one', () => called.push(req.headers['x-way']));
    res.end('more');
  });
  const called = [];
  const client = await connect(server);
  for (const way of ['length', 'pieces', 'end']) {
    const text = request('HEAD', '1.1', `X-Way: ${way}\r\n`);
    const head = await client.exchange(text, { noBody: true });
    assert.strictEqual(head.status, 200, way);
    if (way === 'length') assert.strictEqual(head.headers['content-length'], '7');
    else assert.ok(!('content-length' in head.headers && way === 'pieces'));
  }
  assert.strictEqual((await client.exchange(request('GET'))).text, 'onemore');
  assert.deepStrictEqual(called.slice(0, 2), ['length', 'pieces']);
});

for (const status of [204, 304]) {
  onBoth(`${status} has no body, whatever is written`, async ({ connect }) => {
    const server = http.createServer((req, res) => {
      res.statusCode = status;
      if (req.method === 'POST') res.setHeader('Transfer-Encoding', 'chunked');
      res.write('no');
      res.end('body');
    });
    const client = await connect(server);
    const response = await client.exchange(request('GET'));
    assert.strictEqual(response.status, status);
    assert.ok(!('transfer-encoding' in response.headers));
    assert.strictEqual(response.headers.connection, 'keep-alive');
    // Nothing of a body stands before the next answer.
    assert.strictEqual((await client.exchange(request('GET'))).status, status);
    // An explicit chunked coding cannot be kept apart from a body: the connection ends.
    const odd = await client.exchange(request('POST', '1.1', 'Content-Length: 0\r\n'));
    assert.strictEqual(odd.headers.connection, 'close');
    assert.strictEqual(await client.untilEnd(), '');
  });
}

onBoth('HTTP/1.0 clients get no chunks', async ({ connect }) => {
  const server = http.createServer((_req, res) => {
    res.write('one ');
    res.end('two');
  });
  const client = await connect(server);
  const response = await client.exchange(request('GET', '1.0'));
  assert.strictEqual(response.httpVersion, '1.1');
  assert.strictEqual(response.framing, 'close');
  assert.strictEqual(response.headers.connection, 'close');
  assert.strictEqual(response.text, 'one two');
});

onBoth('HTTP/1.0 with keep-alive stays open when the length is known', async ({ connect }) => {
  const server = http.createServer((req, res) => {
    if (req.headers['x-stream']) res.write('x');
    else res.setHeader('Content-Length', 6);
    res.end('answer');
  });
  const client = await connect(server);
  const keep = 'Connection: keep-alive\r\n';
  for (let i = 0; i < 2; i++) {
    const response = await client.exchange(request('GET', '1.0', keep));
    assert.strictEqual(response.headers.connection, 'keep-alive');
    assert.strictEqual(response.text, 'answer');
  }
  const last = await client.exchange(request('GET', '1.0', `${keep}X-Stream: 1\r\n`));
  assert.strictEqual(last.framing, 'close');
  assert.strictEqual(last.headers.connection, 'close');
  assert.strictEqual(last.text, 'xanswer');
});

onBoth('HTTP/1.0 with TE: chunked may get chunks', async ({ connect }) => {
  const server = http.createServer((_req, res) => {
    res.write('one ');
    res.end('two');
  });
  const client = await connect(server);
  const text = request('GET', '1.0', 'Connection: keep-alive\r\nTE: chunked\r\n');
  const response = await client.exchange(text);
  assert.deepStrictEqual(response.chunks.map(String), chunksOf('one ', 'two'));
});

onBoth(
  'without Content-Length and Transfer-Encoding the body ends at close',
  async ({ connect }) => {
    const server = http.createServer((_req, res) => {
      res.removeHeader('transfer-encoding');
      res.useChunkedEncodingByDefault = false;
      res.write('to the ');
      res.end('end');
    });
    const client = await connect(server);
    const response = await client.exchange(request('GET'));
    assert.strictEqual(response.framing, 'close');
    assert.strictEqual(response.headers.connection, 'close');
    assert.strictEqual(response.text, 'to the end');
  },
);

onBoth('removed headers stay away', async ({ connect }) => {
  const server = http.createServer((req, res) => {
    res.removeHeader(req.headers['x-remove']);
    if (req.headers['x-remove'] === 'transfer-encoding') res.write('a');
    res.end('b');
  });
  const client = await connect(server);
  const ask = (name) => request('GET', '1.1', `X-Remove: ${name}\r\n`);
  const undated = await client.exchange(ask('date'));
  assert.ok(!('date' in undated.headers));
  assert.strictEqual(undated.text, 'b');
  const unsized = await client.exchange(ask('content-length'));
  assert.strictEqual(unsized.framing, 'chunked');
  assert.strictEqual(unsized.text, 'b');
  const raw = await client.exchange(ask('transfer-encoding'));
  assert.strictEqual(raw.framing, 'close');
  assert.strictEqual(raw.text, 'ab');
});

onBoth('an own Transfer-Encoding: chunked is used for the body', async ({ connect }) => {
  const server = http.createServer((_req, res) => {
    res.setHeader('Transfer-Encoding', 'chunked');
    res.end('all in one');
  });
  const response = await (await connect(server)).exchange(request('GET'));
  assert.deepStrictEqual(response.chunks.map(String), ['all in one']);
  assert.ok(!('content-length' in response.headers));
});

onBoth('a handler may answer with less than it announced', async ({ connect }) => {
  const server = http.createServer((_req, res) => {
    res.setHeader('Content-Length', 10);
    res.setHeader('Connection', 'close');
    res.end('short');
  });
  const client = await connect(server);
  client.send(request('GET'));
  assert.match(await client.untilEnd(), /Content-Length: 10\r\n[\s\S]*\r\n\r\nshort$/);
});

onBoth('strictContentLength refuses more, and less at the end', async ({ connect }) => {
  const mismatch = (written, announced) => ({
    name: 'Error',
    code: 'ERR_HTTP_CONTENT_LENGTH_MISMATCH',
    message: `Response body's content-length of ${written} byte(s) does not match the content-length of ${announced} byte(s) set in header`,
  });
  const server = http.createServer((req, res) => {
    res.strictContentLength = true;
    res.setHeader('Content-Length', 5);
    const way = req.url.slice(1);
    if (way === 'exact') res.write('12');
    if (way === 'end-more') assert.throws(() => res.end('123456'), mismatch(6, 5));
    if (way === 'end-less') assert.throws(() => res.end('1234'), mismatch(4, 5));
    if (way === 'none') assert.throws(() => res.end(), mismatch(0, 5));
    if (way === 'write-more') {
      res.write('123');
      assert.throws(() => res.write('456'), mismatch(6, 5));
    }
    if (way === 'exact') res.end('345');
    else res.destroy();
    ways.push(way);
  });
  const ways = ['end-more', 'end-less', 'none', 'write-more', 'exact'];
  for (const way of ways.splice(0)) {
    const client = await connect(server);
    client.send(`GET /${way} HTTP/1.1\r\nHost: a\r\n\r\n`);
    if (way === 'exact') assert.strictEqual((await client.response()).text, '12345');
    else await client.untilEnd();
    assert.strictEqual(ways.at(-1), way);
  }
});

onBoth('strictContentLength counts bytes, and lets bodiless answers be', async ({ connect }) => {
  const server = http.createServer((req, res) => {
    res.strictContentLength = true;
    if (req.method === 'HEAD') res.setHeader('Content-Length', 100);
    else if (req.headers['x-chunked']) res.setHeader('Transfer-Encoding', 'chunked');
    else res.setHeader('Content-Length', 6);
    if (req.method === 'HEAD') res.end();
    else res.end('€€');
  });
  const client = await connect(server);
  const head = await client.exchange(request('HEAD'), { noBody: true });
  assert.strictEqual(head.headers['content-length'], '100');
  assert.strictEqual((await client.exchange(request('GET'))).text, '€€');
  const chunked = await client.exchange(request('GET', '1.1', 'X-Chunked: 1\r\n'));
  assert.strictEqual(chunked.text, '€€');
});

onBoth(
  'rejectNonStandardBodyWrites makes writes of bodiless answers throw',
  async ({ connect }) => {
    const options = { rejectNonStandardBodyWrites: true };
    const caught = deferred();
    const server = http.createServer(options, (_req, res) => {
      res.statusCode = 204;
      const errors = [];
      for (const method of ['write', 'end']) {
        try {
          res[method]('body');
        } catch (error) {
          errors.push(error);
        }
      }
      caught.resolve(errors);
      res.end();
    });
    const client = await connect(server);
    client.send(request('GET'));
    const errors = await caught.promise;
    assert.strictEqual(errors.length, 2);
    for (const error of errors) {
      assert.strictEqual(error.code, 'ERR_HTTP_BODY_NOT_ALLOWED');
      assert.strictEqual(
        error.message,
        'Adding content for this request method or response status is not allowed.',
      );
      assert.strictEqual(error.name, 'Error');
    }
    assert.strictEqual((await client.response()).status, 204);
  },
);

onBoth('trailers follow a chunked body, and only that', async ({ connect }) => {
  const server = http.createServer((req, res) => {
    res.setHeader('Trailer', 'X-Sum');
    if (req.headers['x-length']) res.setHeader('Content-Length', 4);
    res.write('data');
    if (req.headers['x-pairs'])
      res.addTrailers([
        ['X-Sum', '1'],
        ['X-Sum', '2'],
      ]);
    else res.addTrailers({ 'X-Sum': 'abc', 'X-List': ['a', 'b'] });
    res.end();
  });
  const client = await connect(server);
  const first = await client.exchange(request('GET'));
  assert.deepStrictEqual(first.trailers, [
    ['X-Sum', 'abc'],
    ['X-List', 'a'],
    ['X-List', 'b'],
  ]);
  const pairs = await client.exchange(request('GET', '1.1', 'X-Pairs: 1\r\n'));
  assert.deepStrictEqual(pairs.trailers, [
    ['X-Sum', '1'],
    ['X-Sum', '2'],
  ]);
});

onBoth('a Trailer header without chunks is refused', async ({ connect }) => {
  const server = http.createServer((_req, res) => {
    res.setHeader('Trailer', 'X-Sum');
    assert.throws(() => res.writeHead(200, { 'Content-Length': 4 }), {
      name: 'Error',
      code: 'ERR_HTTP_TRAILER_INVALID',
      message: 'Trailers are invalid with this transfer encoding',
    });
    res.removeHeader('content-length');
    res.destroy();
  });
  const client = await connect(server);
  client.send(request('GET'));
  assert.strictEqual(await client.untilEnd(), '');
});

onBoth('names and values of trailers are checked', async ({ connect }) => {
  const server = http.createServer((_req, res) => {
    assert.throws(() => res.addTrailers({ 'bad name': 'x' }), {
      name: 'TypeError',
      code: 'ERR_INVALID_HTTP_TOKEN',
      message: 'Trailer name must be a valid HTTP token ["bad name"]',
    });
    assert.throws(() => res.addTrailers({ good: 'a\nb' }), {
      name: 'TypeError',
      code: 'ERR_INVALID_CHAR',
      message: 'Invalid character in trailer content ["good"]',
    });
    res.end('ok');
  });
  assert.strictEqual((await (await connect(server)).exchange(request('GET'))).text, 'ok');
});

onBoth('uniqueHeaders joins trailers and headers of these names', async ({ connect }) => {
  const server = http.createServer({ uniqueHeaders: ['x-list'] }, (_req, res) => {
    res.setHeader('X-List', ['a', 'b']);
    res.write('x');
    res.addTrailers({ 'X-List': ['c', 'd'] });
    res.end();
  });
  const response = await (await connect(server)).exchange(request('GET'));
  assert.strictEqual(response.headers['x-list'], 'a; b');
  assert.deepStrictEqual(response.trailers, [['X-List', 'c; d']]);
});
