'use strict';
// What an IncomingMessage of a server tells of its request.
const assert = require('node:assert');
const { Readable } = require('node:stream');
const http = require('../support/subject');
const { contentOf, deferred, turn } = require('../support/events');
const { newerThanHost } = require('../support/mode');
const { onBoth, onNative } = require('../support/transports');

const get = (more = '', path = '/') => `GET ${path} HTTP/1.1\r\nHost: a\r\n${more}\r\n`;

/** The request as seen by `look`, which gives something for JSON. */
async function lookAt(connect, text, look, options = {}) {
  const client = await connect(
    http.createServer(options, (req, res) => res.end(JSON.stringify(look(req)))),
  );
  return JSON.parse((await client.exchange(text)).text);
}

onBoth('method, url, version and status of a request', async ({ connect }) => {
  const server = http.createServer((req, res) => {
    assert.ok(req instanceof http.IncomingMessage);
    assert.ok(req instanceof Readable);
    const { method, url, httpVersion, httpVersionMajor, httpVersionMinor, upgrade } = req;
    const { statusCode, statusMessage } = req;
    const version = [httpVersion, httpVersionMajor, httpVersionMinor];
    res.end(JSON.stringify([method, url, ...version, upgrade, statusCode, statusMessage]));
  });
  const client = await connect(server);
  const seen = async (text) => JSON.parse((await client.exchange(text)).text);
  assert.deepStrictEqual(await seen(get('', '/a/b?c=d&e=%20#f')), [
    'GET',
    '/a/b?c=d&e=%20#f',
    '1.1',
    1,
    1,
    false,
    null,
    null,
  ]);
  const absolute = 'DELETE http://other/x HTTP/1.1\r\nHost: a\r\n\r\n';
  assert.deepStrictEqual((await seen(absolute)).slice(0, 2), ['DELETE', 'http://other/x']);
  const star = 'OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n';
  assert.deepStrictEqual((await seen(star)).slice(0, 2), ['OPTIONS', '*']);
  const old = 'GET /old HTTP/1.0\r\nConnection: keep-alive\r\n\r\n';
  assert.deepStrictEqual((await seen(old)).slice(0, 5), ['GET', '/old', '1.0', 1, 0]);
});

onBoth('every method of METHODS but CONNECT arrives', async ({ connect }) => {
  const server = http.createServer((req, res) => {
    res.setHeader('X-Method', req.method);
    res.end();
  });
  const client = await connect(server);
  for (const method of http.METHODS) {
    if (method === 'CONNECT') continue;
    const text = `${method} / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n`;
    const response = await client.exchange(text, { noBody: method === 'HEAD' });
    assert.strictEqual(response.headers['x-method'], method);
  }
});

const repeated =
  'X-A: 1\r\nx-a: 2\r\nCookie: a=1\r\nCookie: b=2\r\nUser-Agent: one\r\nUser-Agent: two\r\n' +
  'Set-Cookie: c\r\nX-Empty:\r\nset-cookie: d\r\nAge: 1\r\nage: 2\r\nX-Trim: \t  padded \t\r\n';

onBoth('headers are joined, dropped or listed by their name', async ({ connect }) => {
  const headers = await lookAt(connect, get(repeated), (req) => req.headers);
  assert.deepStrictEqual(headers, {
    host: 'a',
    'x-a': '1, 2',
    cookie: 'a=1; b=2',
    'user-agent': 'one',
    'set-cookie': ['c', 'd'],
    'x-empty': '',
    age: '1',
    'x-trim': 'padded',
  });
});

onBoth('joinDuplicateHeaders joins them all', async ({ connect }) => {
  const options = { joinDuplicateHeaders: true };
  const headers = await lookAt(connect, get(repeated), (req) => req.headers, options);
  assert.strictEqual(headers['user-agent'], 'one, two');
  assert.strictEqual(headers.age, '1, 2');
  assert.strictEqual(headers.cookie, 'a=1; b=2');
  assert.deepStrictEqual(headers['set-cookie'], ['c', 'd']);
});

onBoth('headersDistinct lists every value', async ({ connect }) => {
  const [distinct, proto] = await lookAt(connect, get(repeated), (req) => [
    req.headersDistinct,
    Object.getPrototypeOf(req.headersDistinct),
  ]);
  assert.strictEqual(proto, null);
  assert.deepStrictEqual(distinct, {
    host: ['a'],
    'x-a': ['1', '2'],
    cookie: ['a=1', 'b=2'],
    'user-agent': ['one', 'two'],
    'set-cookie': ['c', 'd'],
    'x-empty': [''],
    age: ['1', '2'],
    'x-trim': ['padded'],
  });
});

onBoth('rawHeaders keep case, order and repetition', async ({ connect }) => {
  const raw = await lookAt(connect, get('X-B: 1\r\nx-b: 2\r\nX-C:3\r\n'), (req) => req.rawHeaders);
  assert.deepStrictEqual(raw, ['Host', 'a', 'X-B', '1', 'x-b', '2', 'X-C', '3']);
});

onBoth('names that objects have are headers like others', async ({ connect }) => {
  const text = get('__proto__: x\r\nconstructor: y\r\nhasOwnProperty: z\r\ntoString: t\r\n');
  const seen = await lookAt(connect, text, (req) => [
    req.headers.constructor,
    req.headers.hasownproperty,
    req.headers.tostring,
    req.headersDistinct.constructor,
    Object.getPrototypeOf(req.headers) === Object.prototype,
  ]);
  assert.deepStrictEqual(seen, ['y', 'z', 't', ['y'], true]);
});

onBoth('header values are latin1', async ({ connect }) => {
  const value = await lookAt(connect, get('X-V: \xe4\xff\x80\r\n'), (req) => req.headers['x-v']);
  assert.strictEqual(value, '\xe4\xff\x80');
});

onBoth('headers are one object, and may be changed and replaced', async ({ connect }) => {
  const seen = await lookAt(connect, get('X-A: 1\r\n'), (req) => {
    const { headers } = req;
    const same = req.headers === headers;
    req.headers['x-added'] = 'here';
    const added = req.headers['x-added'];
    req.headers = { other: 'object' };
    return [same, added, req.headers];
  });
  assert.deepStrictEqual(seen, [true, 'here', { other: 'object' }]);
});

onBoth('maxHeadersCount limits what is told', async ({ connect }) => {
  const lines = Array.from({ length: 50 }, (_, i) => `X-${i}: ${i}\r\n`).join('');
  const server = http.createServer((req, res) => {
    res.end(String([req.rawHeaders.length, Object.keys(req.headers).length]));
  });
  server.maxHeadersCount = 10;
  let client = await connect(server);
  const limited = await client.exchange(get(lines));
  // Newer hosts refuse such a request as a whole.
  if (limited.status !== 431) assert.match(limited.text, /,10$/);
  server.maxHeadersCount = 0;
  client = await connect(server);
  assert.strictEqual((await client.exchange(get(lines))).text, '102,51');
});

onBoth('trailers are there when the content has ended', async ({ connect }) => {
  const server = http.createServer(async (req, res) => {
    const before = [{ ...req.trailers }, [...req.rawTrailers], req.complete];
    const content = String(await contentOf(req));
    const after = [req.trailers, req.rawTrailers, req.trailersDistinct, req.complete];
    res.end(JSON.stringify([before, content, after]));
  });
  const client = await connect(server);
  client.send('POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n');
  await turn();
  client.send('0\r\nX-Sum: 1\r\nx-sum: 2\r\nETag: t\r\n\r\n');
  const [before, content, after] = JSON.parse((await client.response()).text);
  assert.deepStrictEqual(before, [{}, [], false]);
  assert.strictEqual(content, 'abc');
  assert.deepStrictEqual(after, [
    { 'x-sum': '1, 2', etag: 't' },
    ['X-Sum', '1', 'x-sum', '2', 'ETag', 't'],
    { 'x-sum': ['1', '2'], etag: ['t'] },
    true,
  ]);
});

onBoth('complete, aborted, readableEnded and destroyed of a whole request', async ({ connect }) => {
  const closed = deferred();
  const state = (req) => [req.complete, req.aborted, req.readableEnded, req.destroyed];
  const server = http.createServer((req, res) => {
    const log = [['begin', ...state(req)]];
    req.on('data', () => {});
    req.on('end', () => {
      log.push(['end', ...state(req)]);
      res.end();
    });
    req.on('close', () => {
      log.push(['close', ...state(req)]);
      closed.resolve(log);
    });
  });
  const client = await connect(server);
  client.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nab');
  await turn();
  client.send('cd');
  await client.response();
  assert.deepStrictEqual(await closed.promise, [
    ['begin', false, false, false, false],
    ['end', true, false, true, false],
    ['close', true, false, true, true],
  ]);
});

onBoth("a request without content has 'end' and 'close' for who reads it", async ({ connect }) => {
  const log = [];
  const closed = deferred();
  const server = http.createServer((req, res) => {
    req.on('data', () => log.push('data'));
    req.on('end', () => log.push('end'));
    req.on('close', () => {
      log.push('close');
      closed.resolve();
    });
    res.end();
  });
  const client = await connect(server);
  await client.exchange(get());
  await closed.promise;
  assert.deepStrictEqual(log, ['end', 'close']);
});

onBoth("'close' comes for an unread request once it is answered", async ({ connect }) => {
  const closed = deferred();
  const server = http.createServer((req, res) => {
    req.on('close', () => closed.resolve([req.destroyed, req.aborted]));
    setImmediate(() => res.end('answer'));
  });
  const client = await connect(server);
  await client.exchange(get());
  assert.deepStrictEqual(await closed.promise, [true, false]);
});

const signal = { skip: newerThanHost(26) };

onBoth('signal is aborted when the client goes away', signal, async ({ connect }) => {
  const aborted = deferred();
  const begun = deferred();
  const server = http.createServer((req) => {
    assert.ok(req.signal instanceof AbortSignal);
    assert.strictEqual(req.signal, req.signal);
    assert.strictEqual(req.signal.aborted, false);
    req.signal.addEventListener('abort', () => aborted.resolve(req.signal.aborted));
    begun.resolve();
  });
  const client = await connect(server);
  client.send(get());
  await begun.promise;
  client.destroy();
  assert.strictEqual(await aborted.promise, true);
});

onBoth('signal stays quiet after a complete exchange', signal, async ({ connect }) => {
  const signals = [];
  const closed = deferred();
  const server = http.createServer((req, res) => {
    signals.push(req.signal);
    req.socket.once('close', closed.resolve);
    res.end();
  });
  const client = await connect(server);
  await client.exchange(get());
  client.end();
  client.destroy();
  await closed.promise;
  assert.strictEqual(signals[0].aborted, false);
});

onBoth('signal of a destroyed request', signal, async ({ connect }) => {
  const seen = deferred();
  const server = http.createServer((req) => {
    const early = req.signal;
    req.destroy();
    seen.resolve(early);
  });
  const client = await connect(server);
  client.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nab');
  const early = await seen.promise;
  await client.untilEnd();
  while (!early.aborted) await turn();
  assert.strictEqual(early.aborted, true);
});

onNative('setTimeout of a request', async ({ connect }) => {
  const told = deferred();
  const server = http.createServer((req, res) => {
    assert.strictEqual(
      req.setTimeout(20, (socket) => {
        told.resolve(socket === req.socket);
        res.end('waited');
      }),
      req,
    );
  });
  const client = await connect(server);
  client.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nab');
  assert.strictEqual(await told.promise, true);
  assert.strictEqual((await client.response()).text, 'waited');
});
