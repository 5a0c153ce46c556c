'use strict';
// What strangers can make a server hold: bounded, whatever they send or leave unread. The server is
// a process of its own, whose memory is measured.
// @timeout 600
// @alone
const assert = require('node:assert');
const { once } = require('node:events');
const { test } = require('node:test');
const { setTimeout: sleep } = require('node:timers/promises');
const { onNodeHttp } = require('../support/mode');
const { comparesMemory } = require('../support/sanitizer');
const { ServerProcess, closed, pour } = require('./server-process');

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;
const HOST = 'Host: a\r\n';
const GET = `GET / HTTP/1.1\r\n${HOST}\r\n`;
const CLOSE = 'Connection: close\r\n';
const CHUNKED = `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n`;
/** What may be on the way: the kernel's buffers on both sides, and one write of the client's. */
const ON_THE_WAY = 12 * MIB;
const limit = { timeout: 150_000 };
const isCompared = comparesMemory();

function assertGrewLittle(before, after, most, what = '') {
  const grown = after.rss - before.rss;
  assert.ok(grown <= most || !isCompared, `${(grown / MIB).toFixed(1)} MiB more are held${what}`);
}

test('floods are refused before they are held', limit, async (t) => {
  const server = await ServerProcess.start(t, 'answer', {});
  const line = 'x: y\r\n'.repeat(10_000);
  const floods = [
    ['a chunk extension', `${CHUNKED}5;`, 'e'.repeat(MIB), 'HPE_CHUNK_EXTENSIONS_OVERFLOW'],
    ["an extension's value", `${CHUNKED}5;a=`, 'e'.repeat(MIB), 'HPE_CHUNK_EXTENSIONS_OVERFLOW'],
    ['a quoted value', `${CHUNKED}5;a="`, ' '.repeat(MIB), 'HPE_CHUNK_EXTENSIONS_OVERFLOW'],
    ['extensions', `${CHUNKED}5`, ';a=b'.repeat(MIB / 4), 'HPE_CHUNK_EXTENSIONS_OVERFLOW'],
    ['a target', 'GET /', 't'.repeat(MIB), 'HPE_HEADER_OVERFLOW'],
    ['a field name', 'GET / HTTP/1.1\r\n', 'n'.repeat(MIB), 'HPE_HEADER_OVERFLOW'],
    ['a field value', 'GET / HTTP/1.1\r\nx: ', 'v'.repeat(MIB), 'HPE_HEADER_OVERFLOW'],
    ['fields', 'GET / HTTP/1.1\r\n', line, 'HPE_HEADER_OVERFLOW'],
    ['trailers', `${CHUNKED}0\r\n`, line, 'HPE_HEADER_OVERFLOW'],
  ];
  // Names may be left out of extensions in Node, and are not counted then.
  if (!onNodeHttp)
    floods.push(['extensions without names', `${CHUNKED}5`, ';='.repeat(MIB / 2), 'HPE_STRICT']);
  await server.converse(GET.replace(HOST, HOST + CLOSE));
  const before = await server.ask('usage');
  for (const [what, front, piece, code] of floods) {
    const refused = await server.ask('usage');
    const socket = server.connect();
    socket.write(front);
    const sent = await pour(socket, Buffer.from(piece), GIB);
    await closed(socket);
    assert.ok(sent <= ON_THE_WAY, `${what}: ${sent} bytes were taken`);
    const { errors } = await server.ask('usage');
    assert.ok(
      (errors[code] ?? 0) > (refused.errors[code] ?? 0),
      `${what}: ${JSON.stringify(errors)}`,
    );
  }
  assertGrewLittle(before, await server.ask('usage'), 24 * MIB);
});

test('what may come without end is not held', limit, async (t) => {
  const server = await ServerProcess.start(t, 'answer', { requestTimeout: 0, headersTimeout: 0 });
  const endless = [
    ['', '\r\n', `${GET}`],
    ['GET', ' ', ` / HTTP/1.1\r\n${HOST}\r\n`],
    [`GET / HTTP/1.1\r\n${HOST}x:`, ' ', '\r\n\r\n'],
  ];
  const before = await server.ask('usage');
  for (const [front, filler, end] of endless) {
    const socket = server.connect();
    socket.write(front);
    await pour(socket, Buffer.from(filler.repeat(MIB / filler.length)), 64 * MIB);
    socket.write(end);
    while (!socket.text.includes('\r\n\r\n/ ')) await once(socket, 'data');
    assert.match(socket.text, /^HTTP\/1\.1 200 OK/);
    socket.destroy();
  }
  assertGrewLittle(before, await server.ask('usage'), 24 * MIB);
});

test('a client that does not read its answer', limit, async (t) => {
  const server = await ServerProcess.start(t, 'download', {});
  const before = await server.ask('usage');
  const socket = server.connect();
  let received = 0;
  socket.removeAllListeners('data').pause();
  socket.write(`GET /64 HTTP/1.1\r\n${HOST}${CLOSE}\r\n`);
  const blocked = await server.until(({ blocked }) => blocked > 0);
  const later = await server.ask('usage');
  assert.strictEqual(later.drained, blocked.drained, 'nothing moves while nobody reads');
  assert.ok(later.highest <= MIB, `${later.highest} bytes wait`);
  assertGrewLittle(before, later, 24 * MIB);
  socket.on('data', (text) => {
    received += text.length;
  });
  socket.resume();
  await closed(socket);
  assert.ok(received > 64 * MIB);
  const { drained, highest } = await server.ask('usage');
  assert.ok(drained > 0);
  assert.ok(highest <= MIB, `${highest} bytes waited`);
});

test('a client that sends faster than its content is read', limit, async (t) => {
  const server = await ServerProcess.start(t, 'hold', {});
  const before = await server.ask('usage');
  const socket = server.connect();
  const total = 128 * MIB;
  socket.write(`POST / HTTP/1.1\r\n${HOST}${CLOSE}Content-Length: ${total}\r\n\r\n`);
  const poured = pour(socket, Buffer.alloc(MIB), total);
  await server.until(({ requests }) => requests === 1);
  // Until the kernel takes no more.
  for (let last = -1; last !== socket.bytesWritten - socket.writableLength; ) {
    last = socket.bytesWritten - socket.writableLength;
    await sleep(100);
  }
  const taken = socket.bytesWritten;
  assert.ok(taken <= ON_THE_WAY, `${taken} bytes were taken`);
  assertGrewLittle(before, await server.ask('usage'), 16 * MIB);
  await server.ask('read');
  assert.strictEqual(await poured, total);
  await closed(socket);
  const after = await server.ask('usage');
  assert.strictEqual(after.received, total);
  // Most of it is what the collector has not given back yet.
  assertGrewLittle(before, after, 100 * MIB);
});

test('clients that send while the event loop is blocked', limit, async (t) => {
  const server = await ServerProcess.start(t, 'answer', {});
  const before = await server.ask('usage');
  const total = 32 * MIB;
  const unblocked = server.ask('block', 1500);
  const answers = Array.from({ length: 8 }, async () => {
    const socket = server.connect();
    socket.write(`POST / HTTP/1.1\r\n${HOST}${CLOSE}Content-Length: ${total}\r\n\r\n`);
    await pour(socket, Buffer.alloc(MIB), total);
    await closed(socket);
    return socket.text;
  });
  await unblocked;
  assertGrewLittle(before, await server.ask('usage'), 48 * MIB, ' behind the blocked loop');
  for (const answer of await Promise.all(answers)) assert.match(answer, /^HTTP\/1\.1 200 OK/);
  // Half of what was sent; collectors differ in what they give back.
  assertGrewLittle(before, await server.ask('usage'), 128 * MIB);
});

test('10,000 requests in one segment are answered in order', limit, async (t) => {
  const server = await ServerProcess.start(t, 'answer', {});
  const before = await server.ask('usage');
  const requests = Array.from({ length: 10_000 }, (_, i) => `GET /${i} HTTP/1.1\r\n${HOST}\r\n`);
  const socket = server.connect();
  socket.write(requests.join(''));
  while (!socket.text.endsWith('/9999 ')) await once(socket, 'data');
  const answered = [...socket.text.matchAll(/\r\n\r\n\/(\d+) /g)].map(([, i]) => Number(i));
  assert.deepStrictEqual(answered, [...requests.keys()]);
  assertGrewLittle(before, await server.ask('usage'), 96 * MIB);
});

test('2,000 half-open connections', limit, async (t) => {
  const server = await ServerProcess.start(t, 'answer', { connectionsCheckingInterval: 100 });
  const before = await server.ask('usage');
  const ends = [];
  for (let i = 0; i < 2000; i++) {
    const socket = server.connect();
    socket.write('GET / HTTP/1.1\r\nHost: a\r\nX-Half: ');
    ends.push(closed(socket).then(() => socket.text));
    if (i % 100 === 99) await once(socket, 'connect');
  }
  const open = await server.until(({ connections }) => connections >= 1990);
  assertGrewLittle(before, open, 40 * MIB);
  const answer = await server.converse(GET.replace(HOST, HOST + CLOSE));
  assert.match(answer, /^HTTP\/1\.1 200 OK/);
  // Only now: however long it took to open them all, none has been timed out yet.
  await server.ask('expire', 100);
  for (const text of await Promise.all(ends))
    assert.match(text, /^HTTP\/1\.1 400 ERR_HTTP_REQUEST_TIMEOUT/);
  // A connection that is not counted any more may have its descriptor for another moment.
  await server.until(({ connections, fds }) => connections === 0 && fds <= before.fds);
});

test('10,000 connections come and go', limit, async (t) => {
  const server = await ServerProcess.start(t, 'answer', {});
  const request = GET.replace(HOST, HOST + CLOSE);
  const round = async (count) => {
    for (let i = 0; i < count; i += 50) {
      await Promise.all(
        Array.from({ length: 50 }, async (_, j) => {
          // Some say nothing, some stop in the middle, most are answered.
          if (j % 5 > 0) return await server.converse(request);
          const socket = server.connect();
          await once(socket, 'connect');
          if (j % 10 === 0) socket.write('GET / HT');
          socket.destroy();
        }),
      );
    }
    // A connection that is not counted any more may have its descriptor for another moment.
    return await server.until(({ connections, fds }) => connections === 0 && fds <= most);
  };
  let most = Number.POSITIVE_INFINITY;
  const before = await round(2000);
  most = before.fds;
  const after = await round(10_000);
  assert.strictEqual(after.requests - before.requests, 8000);
  // V8 alone moves by twenty; 4 KiB left over from each would be forty.
  assertGrewLittle(before, after, 40 * MIB);
  assert.ok(after.heapUsed - before.heapUsed < 2 * MIB, `${after.heapUsed - before.heapUsed}`);
});
