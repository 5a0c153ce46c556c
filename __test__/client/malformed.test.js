'use strict';
// A server that talks nonsense: an error that says what is wrong, and never a hang.
const assert = require('node:assert');
const { turn } = require('../support/events');
const { newerThanHost } = require('../support/mode');
const { completeResponse, errorOf, responseOf, untilEvent, watchExchange } = require('./observe');
const { onEveryWay, onOneWay, onPooledWays } = require('./ways');

/** Answers a request with `bytes` and resolves to the error of the request. */
async function refused({ accept, get }, bytes, options) {
  const req = get({ ...options });
  const peer = await accept();
  await peer.request();
  const error = errorOf(req);
  const closed = untilEvent(req, 'close');
  peer.send(bytes);
  const result = await error;
  await closed;
  await peer.untilClosed();
  return result;
}

const OK = 'HTTP/1.1 200 OK\r\n';

/** What is sent, and the code of the error. */
const NONSENSE = [
  ['no HTTP at all', 'nonsense\r\n\r\n', 'HPE_INVALID_CONSTANT'],
  ['another version', 'HTTP/9.9 200 OK\r\n\r\n', 'HPE_INVALID_VERSION'],
  ['no status', 'HTTP/1.1 OK\r\n\r\n', 'HPE_INVALID_STATUS'],
  ['a blank in a field name', `${OK}X A: b\r\n\r\n`, 'HPE_INVALID_HEADER_TOKEN'],
  ['a control character in a value', `${OK}X-A: \x01\r\n\r\n`, 'HPE_INVALID_HEADER_TOKEN'],
  ['a length that is none', `${OK}Content-Length: 1x\r\n\r\n`, 'HPE_INVALID_CONTENT_LENGTH'],
  [
    'two lengths',
    `${OK}Content-Length: 1\r\nContent-Length: 2\r\n\r\n`,
    'HPE_UNEXPECTED_CONTENT_LENGTH',
  ],
  [
    'a chunk size that is none',
    `${OK}Transfer-Encoding: chunked\r\n\r\nxyz\r\n`,
    'HPE_INVALID_CHUNK_SIZE',
  ],
  ['an endless head', `${OK}${'X-A: b\r\n'.repeat(5000)}`, 'HPE_HEADER_OVERFLOW'],
];

for (const [what, bytes, code] of NONSENSE) {
  onEveryWay(`${what}: ${code}`, async (world) => {
    if (code === 'HPE_INVALID_CHUNK_SIZE') {
      await refusedContent(world, bytes, code);
      return;
    }
    const error = await refused(world, bytes);
    assert.ok(error instanceof Error);
    assert.strictEqual(error.code, code);
    assert.match(error.message, /^Parse Error/);
    assert.strictEqual(typeof error.reason, 'string');
  });
}

/** The head is good, so there is a response; the error is that of both. */
async function refusedContent({ accept, get }, bytes, code) {
  const req = get({});
  const log = watchExchange(req);
  const peer = await accept();
  await peer.request();
  const error = errorOf(req);
  const closed = untilEvent(req, 'close');
  peer.send(bytes);
  assert.strictEqual((await error).code, code);
  await closed;
  await turn();
  assert.ok(log.includes('res aborted'), log.join());
  assert.ok(log.includes('res error ECONNRESET: aborted'), log.join());
}

onEveryWay('the error has the bytes and where they go wrong', async (world) => {
  const bytes = 'HTTP/1.1 200 OK\r\nX-A\x01: b\r\n\r\n';
  const error = await refused(world, bytes);
  assert.strictEqual(error.code, 'HPE_INVALID_HEADER_TOKEN');
  assert.ok(Buffer.isBuffer(error.rawPacket));
  assert.strictEqual(error.rawPacket.toString('latin1'), bytes);
  assert.strictEqual(error.bytesParsed, bytes.indexOf('\x01'));
});

onEveryWay('nonsense behind a good first part', async ({ accept, get }) => {
  const req = get({});
  const peer = await accept();
  await peer.request();
  const error = errorOf(req);
  peer.send('HTTP/1.1 200 OK\r\n');
  await turn();
  await turn();
  peer.send('X-A\x01: b\r\n\r\n');
  assert.strictEqual((await error).code, 'HPE_INVALID_HEADER_TOKEN');
});

onEveryWay('once malformed, nothing more is heard', async ({ accept, get }) => {
  const req = get({});
  const log = watchExchange(req);
  const peer = await accept();
  await peer.request();
  const closed = untilEvent(req, 'close');
  peer.send('nonsense\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
  await closed;
  await turn();
  assert.deepStrictEqual(
    log.map((name) => name.split(':')[0]),
    ['socket', 'error HPE_INVALID_CONSTANT', 'close'],
  );
});

onPooledWays('a second response in the same bytes answers nothing', async ({ accept, get }) => {
  const req = get({});
  const log = watchExchange(req);
  const peer = await accept();
  await peer.request();
  const closed = untilEvent(req, 'close');
  peer.send('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'.repeat(2));
  await closed;
  await peer.untilClosed();
  assert.strictEqual(log.filter((name) => name === 'response').length, 1);
  const next = get({});
  assert.strictEqual(next.reusedSocket, false);
  const other = await accept();
  await other.request();
  other.answer('second');
  assert.strictEqual((await completeResponse(next)).text, 'second');
});

const guarded = { skip: newerThanHost(22) };

onPooledWays(
  'bytes on an idle connection answer no request',
  guarded,
  async ({ accept, agent, get }) => {
    const req = get({});
    const peer = await accept();
    await peer.request();
    req.on('response', (res) => res.resume());
    const freed = untilEvent(agent, 'free');
    peer.answer('first');
    await freed;
    await turn();
    const { socket } = req;
    const closed = untilEvent(socket, 'close');
    peer.send('HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison');
    await closed;
    assert.deepStrictEqual(Object.keys(agent.freeSockets), []);
    const next = get({});
    assert.strictEqual(next.reusedSocket, false);
    const other = await accept();
    await other.request();
    other.answer('clean');
    assert.strictEqual((await completeResponse(next)).text, 'clean');
  },
);

onEveryWay('an answer to CONNECT without a listener', async ({ accept, request }) => {
  const req = request({ method: 'CONNECT', path: 'example.test:80' }).end();
  const log = watchExchange(req);
  req.removeAllListeners('connect');
  const peer = await accept();
  await peer.request();
  const closed = untilEvent(req, 'close');
  peer.send('HTTP/1.1 200 OK\r\n\r\n');
  await closed;
  await peer.untilClosed();
  assert.deepStrictEqual(log, ['socket', 'close']);
});

onOneWay('an upgrade without a listener', async ({ accept, request }) => {
  const req = request({ headers: { Connection: 'Upgrade', Upgrade: 'x' } }).end();
  const peer = await accept();
  await peer.request();
  const closed = untilEvent(req, 'close');
  peer.send('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n');
  await closed;
  await peer.untilClosed();
});

onEveryWay('a connection that ends without a byte', async ({ accept, get }) => {
  const req = get({});
  const error = errorOf(req);
  const peer = await accept();
  await peer.request();
  peer.end();
  const { code, message } = await error;
  assert.deepStrictEqual([code, message], ['ECONNRESET', 'socket hang up']);
});

onEveryWay('a connection that ends in the middle of a head', async ({ accept, get }) => {
  const req = get({});
  const log = watchExchange(req);
  const peer = await accept();
  await peer.request();
  const closed = untilEvent(req, 'close');
  peer.send('HTTP/1.1 200 OK\r\nContent-Le');
  peer.end();
  await closed;
  assert.deepStrictEqual(log, ['socket', 'error ECONNRESET: socket hang up', 'close']);
});

onOneWay('an error listener that throws nothing away', async ({ accept, get }) => {
  const req = get({});
  const peer = await accept();
  await peer.request();
  peer.send('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nab');
  const res = await responseOf(req);
  const chunks = [];
  res.on('data', (chunk) => chunks.push(`${chunk}`));
  const error = untilEvent(res, 'error');
  await untilEvent(res, 'data');
  peer.end();
  assert.strictEqual((await error).message, 'aborted');
  assert.deepStrictEqual(chunks, ['ab']);
});
