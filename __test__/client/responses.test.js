'use strict';
// Responses: how their content is delimited, what they tell, and how the socket is free again.
const assert = require('node:assert');
const http = require('../support/subject');
const { pattern, turn } = require('../support/events');
const { completeResponse, errorOf, responseOf, untilEvent, watchExchange } = require('./observe');
const { onEveryWay, onOneWay, onPooledWays } = require('./ways');

/** Answers one request with `bytes` and resolves to the complete response. */
async function answered({ accept, request }, bytes, { end = false, ...options } = {}) {
  const req = request(options).end();
  const peer = await accept();
  await peer.request();
  const done = completeResponse(req);
  peer.send(bytes);
  if (end) peer.end();
  return await done;
}

onEveryWay('content with a length', async (world) => {
  const res = await answered(
    world,
    'HTTP/1.1 201 Made It\r\nContent-Length: 5\r\nX-A: b\r\n\r\nhello',
  );
  assert.strictEqual(res.text, 'hello');
  assert.strictEqual(res.statusCode, 201);
  assert.strictEqual(res.statusMessage, 'Made It');
  assert.strictEqual(res.httpVersion, '1.1');
  assert.strictEqual(res.complete, true);
  assert.strictEqual(res.aborted, false);
  assert.deepStrictEqual(res.headers, { 'content-length': '5', 'x-a': 'b' });
  assert.deepStrictEqual(res.rawHeaders, ['Content-Length', '5', 'X-A', 'b']);
  assert.deepStrictEqual(res.headersDistinct, {
    __proto__: null,
    'content-length': ['5'],
    'x-a': ['b'],
  });
  assert.strictEqual(res.url, '');
  assert.strictEqual(res.method, null);
});

onEveryWay('content in chunks with trailers', async (world) => {
  const res = await answered(
    world,
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-T\r\n\r\n' +
      '5;ext=1\r\nhello\r\nA\r\n, world!!!\r\n0\r\nX-T: one\r\nX-T: two\r\n\r\n',
  );
  assert.strictEqual(res.text, 'hello, world!!!');
  assert.deepStrictEqual(res.trailers, { 'x-t': 'one, two' });
  assert.deepStrictEqual(res.rawTrailers, ['X-T', 'one', 'X-T', 'two']);
  assert.deepStrictEqual(res.trailersDistinct, { __proto__: null, 'x-t': ['one', 'two'] });
});

onEveryWay('content until the connection is closed', async (world) => {
  const res = await answered(world, 'HTTP/1.1 200 OK\r\n\r\nall of it', { end: true });
  assert.strictEqual(res.text, 'all of it');
  assert.strictEqual(res.complete, true);
});

onEveryWay('HTTP/1.0', async (world) => {
  const res = await answered(world, 'HTTP/1.0 200 OK\r\n\r\nold', { end: true });
  assert.strictEqual(res.text, 'old');
  assert.deepStrictEqual([res.httpVersionMajor, res.httpVersionMinor], [1, 0]);
});

for (const [what, options, head] of [
  ['HEAD', { method: 'HEAD' }, 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n'],
  ['HEAD in chunks', { method: 'HEAD' }, 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'],
  ['204', {}, 'HTTP/1.1 204 No Content\r\n\r\n'],
  ['204 with a length', {}, 'HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\n'],
  ['304', {}, 'HTTP/1.1 304 Not Modified\r\nContent-Length: 100\r\n\r\n'],
]) {
  onEveryWay(`${what} has no content`, async (world) => {
    const res = await answered(world, head, options);
    assert.strictEqual(res.text, '');
    assert.strictEqual(res.complete, true);
  });
}

onEveryWay('a 304 without a listener ends its request', async ({ accept, get }) => {
  const req = get({});
  const peer = await accept();
  await peer.request();
  const closed = untilEvent(req, 'close');
  peer.send('HTTP/1.1 304 Not Modified\r\nContent-Length: 100\r\n\r\n');
  await closed;
});

onEveryWay("a 304 is not complete in 'response'", async ({ accept, get }) => {
  const req = get({});
  const peer = await accept();
  await peer.request();
  peer.send('HTTP/1.1 304 Not Modified\r\nContent-Length: 100\r\n\r\n');
  const isComplete = await new Promise((resolve) => {
    req.on('response', (res) => resolve(res.resume().complete));
  });
  assert.strictEqual(isComplete, false);
});

onPooledWays(
  'the connection is used again behind each of them',
  async ({ accept, get, request }) => {
    let peer;
    for (const [method, head] of [
      ['GET', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'],
      ['HEAD', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n'],
      ['GET', 'HTTP/1.1 204 No Content\r\n\r\n'],
      ['GET', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n'],
      ['GET', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
      ['GET', 'HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n'],
    ]) {
      const req = request({ method }).end();
      assert.strictEqual(req.reusedSocket, peer !== undefined);
      peer ??= await accept();
      await peer.request();
      req.on('response', (res) => res.resume());
      const closed = untilEvent(req, 'close');
      peer.send(head);
      await closed;
    }
    get({})
      .on('error', () => {}) // of no interest: it only puts the connection away
      .destroy();
  },
);

onPooledWays('the connection is not used again', async ({ accept, get }) => {
  for (const head of [
    'HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n',
    'HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n',
    'HTTP/1.1 200 OK\r\n\r\n',
  ]) {
    const req = get({});
    assert.strictEqual(req.reusedSocket, false);
    const peer = await accept();
    await peer.request();
    req.on('response', (res) => res.resume());
    const closed = untilEvent(req, 'close');
    peer.send(head);
    if (head.endsWith('OK\r\n\r\n')) peer.end();
    await closed;
    await peer.untilClosed();
  }
});

onEveryWay('byte by byte', async ({ accept, get }) => {
  const req = get({});
  const peer = await accept();
  await peer.request();
  const done = completeResponse(req);
  const text =
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-A: b\r\n\r\n' +
    '3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nX-T: t\r\n\r\n';
  for (const byte of text) {
    peer.send(byte);
    await turn();
  }
  const res = await done;
  assert.strictEqual(res.text, 'abcde');
  assert.deepStrictEqual(res.trailers, { 'x-t': 't' });
});

onEveryWay('a response that nobody listens for is dumped', async ({ accept, get, pools }) => {
  const req = get({});
  const peer = await accept();
  await peer.request();
  const closed = untilEvent(req, 'close');
  await peer.sendAll(`HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n${'x'.repeat(300_000)}`);
  await closed;
  if (!pools) return;
  const next = get({});
  assert.strictEqual(next.reusedSocket, true);
  await peer.request();
  peer.answer('next');
  assert.strictEqual((await completeResponse(next)).text, 'next');
});

onEveryWay('a response that is not read stays', async ({ accept, get }) => {
  const req = get({});
  const peer = await accept();
  await peer.request();
  peer.answer('waits');
  const res = await responseOf(req);
  for (let i = 0; i < 5; i++) await turn();
  assert.strictEqual(res.readableEnded, false);
  assert.strictEqual(req.closed, false);
  const chunks = [];
  for await (const chunk of res) chunks.push(chunk);
  assert.strictEqual(Buffer.concat(chunks).toString(), 'waits');
});

onEveryWay('a response before the request is written', async ({ accept, pools, request }) => {
  const req = request({ method: 'POST' });
  req.write('first');
  const peer = await accept();
  await peer.untilText('5\r\nfirst\r\n');
  const done = completeResponse(req);
  peer.answer('early');
  assert.strictEqual((await done).text, 'early');
  if (!pools) return;
  assert.strictEqual(req.destroyed, false);
  const closed = untilEvent(req, 'close');
  req.end('last');
  await peer.untilText('4\r\nlast\r\n0\r\n\r\n');
  await closed;
  const [free] = Object.values(req.agent.freeSockets);
  assert.deepStrictEqual(free, [req.socket]);
});

onEveryWay("'aborted' once the connection is lost", async ({ accept, get }) => {
  const req = get({});
  const peer = await accept();
  await peer.request();
  peer.send('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab');
  const res = await responseOf(req);
  assert.strictEqual(res.aborted, false);
  const error = untilEvent(res, 'error');
  const aborted = untilEvent(res, 'aborted');
  peer.end();
  await aborted;
  assert.strictEqual(res.aborted, true);
  assert.strictEqual(res.complete, false);
  const { code, message } = await error;
  assert.deepStrictEqual([code, message], ['ECONNRESET', 'aborted']);
  assert.strictEqual(res.destroyed, true);
});

onEveryWay('res.destroy() ends the connection', async ({ accept, get }) => {
  const req = get({});
  const log = watchExchange(req);
  const peer = await accept();
  await peer.request();
  peer.send('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n');
  const res = await responseOf(req);
  const closed = untilEvent(req, 'close');
  assert.strictEqual(res.destroy(), res);
  await closed;
  await peer.untilClosed();
  assert.strictEqual(res.aborted, true);
  await turn();
  assert.deepStrictEqual(
    log.filter((name) => name.startsWith('error')),
    [],
  );
  assert.ok(log.includes('res aborted'));
});

onEveryWay('res.destroy(error)', async ({ accept, get }) => {
  const req = get({});
  const peer = await accept();
  await peer.request();
  peer.send('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n');
  const res = await responseOf(req);
  const reqError = errorOf(req);
  const resError = untilEvent(res, 'error');
  const mine = new Error('mine');
  res.destroy(mine);
  assert.strictEqual(await resError, mine);
  assert.strictEqual(await reqError, mine);
  await peer.untilClosed();
});

onPooledWays('destroying a complete response leaves the socket alone', async ({ accept, get }) => {
  const req = get({});
  const peer = await accept();
  await peer.request();
  const done = completeResponse(req);
  const closed = untilEvent(req, 'close');
  peer.answer('first');
  const res = await done;
  await closed;
  res.destroy();
  req.destroy();
  await turn();
  const next = get({});
  assert.strictEqual(next.reusedSocket, true);
  await peer.request();
  peer.answer('second');
  assert.strictEqual((await completeResponse(next)).text, 'second');
});

onEveryWay('a large response arrives whole', async ({ get, serve }) => {
  const content = pattern(3_000_000);
  serve((_req, res) => res.end(content));
  const res = await responseOf(get({}));
  const chunks = [];
  for await (const chunk of res) chunks.push(chunk);
  assert.ok(Buffer.concat(chunks).equals(content));
});

onEveryWay('many chunks arrive whole and in order', async ({ get, serve }) => {
  const content = pattern(200_000);
  serve(async (_req, res) => {
    for (let at = 0; at < content.length; at += 1717) {
      res.write(content.subarray(at, at + 1717));
      if (at % 5 === 0) await turn();
    }
    res.end();
  });
  const res = await responseOf(get({}));
  const chunks = [];
  for await (const chunk of res) chunks.push(chunk);
  assert.ok(Buffer.concat(chunks).equals(content));
});

onEveryWay('a paused response stops the sender', async ({ accept, get }) => {
  const req = get({});
  const peer = await accept();
  await peer.request();
  const length = 32 * 1024 * 1024;
  peer.send(`HTTP/1.1 200 OK\r\nContent-Length: ${length}\r\nConnection: close\r\n\r\n`);
  const res = await responseOf(req);
  res.pause();
  const block = pattern(64 * 1024);
  let written = 0;
  const writeMore = () => {
    while (written < length) {
      written += block.length;
      if (!peer.stream.write(block)) return;
    }
    peer.end();
  };
  peer.stream.on('drain', writeMore);
  writeMore();
  // When nothing has moved for a while, nothing will.
  for (let before = -1, still = 0; still < 10; before = written) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    still = written === before ? still + 1 : 0;
  }
  assert.ok(written < length, 'all of it was taken while nobody read');
  let received = 0;
  for await (const chunk of res) {
    assert.ok(chunk.equals(expectedAt(block, received, chunk.length)));
    received += chunk.length;
  }
  assert.strictEqual(received, length);
});

/** `length` bytes of an endless repetition of `block`, from `at` on. */
function expectedAt(block, at, length) {
  const start = at % block.length;
  if (start + length <= block.length) return block.subarray(start, start + length);
  const parts = [block.subarray(start)];
  for (let have = block.length - start; have < length; have += block.length) {
    parts.push(block.subarray(0, Math.min(block.length, length - have)));
  }
  return Buffer.concat(parts);
}

onOneWay('fields that occur several times', async (world) => {
  const res = await answered(
    world,
    'HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nVary: a\r\nVary: b\r\n' +
      'Etag: "1"\r\nEtag: "2"\r\nX-Empty:\r\nX-Latin: \xe4\r\nContent-Length: 0\r\n\r\n',
  );
  assert.deepStrictEqual(res.headers, {
    'set-cookie': ['a=1', 'b=2'],
    vary: 'a, b',
    etag: '"1"',
    'x-empty': '',
    'x-latin': '\xe4',
    'content-length': '0',
  });
});

onOneWay('a status line without a reason', async (world) => {
  const res = await answered(world, 'HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok');
  assert.strictEqual(res.statusMessage, '');
  assert.strictEqual(res.text, 'ok');
});

onOneWay('an instance of the class, with prototypes as documented', async (world) => {
  const res = await answered(world, 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
  assert.ok(res instanceof http.IncomingMessage);
  assert.strictEqual(res.constructor, http.IncomingMessage);
});
