'use strict';
// Streams that are fed amid the handling of others, and in memory that goes away.
const assert = require('node:assert');
const { once } = require('node:events');
const nodeHttp = require('node:http');
const { test } = require('node:test');
const duplexPair = require('../support/duplex-pair');
const http = require('../support/subject');

const limit = { timeout: 60_000 };
const post = (path, content) =>
  `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: ${content.length}\r\n\r\n${content}`;

/** What the stream has been written so far is told to `onAnswer`, each time. */
function answersOf(stream, onAnswer) {
  let text = '';
  stream.on('data', (chunk) => {
    text += chunk.toString('latin1');
    onAnswer(text);
  });
}

test(
  'each handler feeds the next connection, 50 deep: every content is its own',
  limit,
  async () => {
    const depth = 50;
    const ends = [];
    const seen = [];
    const server = http.createServer((req, res) => {
      const level = Number(req.url.slice(1));
      if (level + 1 < depth) ends[level + 1].write(post(`/${level + 1}`, `content ${level + 1}`));
      let text = '';
      req.on('data', (chunk) => {
        text += chunk;
      });
      req.on('end', () => {
        seen[level] = text;
        res.end('ok');
      });
    });
    const answered = Array.from({ length: depth }, (_, level) => {
      const [near, far] = duplexPair();
      ends[level] = near;
      server.emit('connection', far);
      return new Promise((resolve) => answersOf(near, (text) => text.endsWith('ok') && resolve()));
    });
    ends[0].write(post('/0', 'content 0'));
    await Promise.all(answered);
    assert.deepStrictEqual(
      seen,
      Array.from({ length: depth }, (_, level) => `content ${level}`),
    );
  },
);

test('a head larger than what records have room for', limit, async () => {
  const value = 'v'.repeat(200_000);
  const server = http.createServer({ maxHeaderSize: 1 << 20 }, (req, res) =>
    res.end(`${req.headers['x-a'].length};${req.headers['x-b'].length};`),
  );
  const [near, far] = duplexPair();
  server.emit('connection', far);
  const done = new Promise((resolve) =>
    answersOf(near, (text) => /;$/.test(text) && resolve(text)),
  );
  near.write(`GET / HTTP/1.1\r\nHost: a\r\nX-A: ${value}\r\nX-B: b\r\n\r\n`);
  assert.match(await done, /200000;1;$/);
});

test(
  'a handler that transfers the memory of the chunk fails its connection alone',
  limit,
  async () => {
    const chunk = Buffer.from(new ArrayBuffer(200));
    const text = post('/', 'content');
    const bytes = chunk.subarray(0, chunk.write(text));
    const server = http.createServer((req, res) => {
      if (chunk.buffer.byteLength > 0) structuredClone(chunk.buffer, { transfer: [chunk.buffer] });
      req.resume();
      req.on('end', () => res.end('ok'));
    });
    const [, far] = duplexPair();
    server.emit('connection', far);
    server.on('clientError', (_error, socket) => socket.destroy());
    const closed = new Promise((resolve) => {
      far.on('error', (error) => resolve(error));
    });
    far.push(bytes);
    assert.strictEqual((await closed).code, 'EFAULT');

    const [near, other] = duplexPair();
    server.emit('connection', other);
    const answered = new Promise((resolve) =>
      answersOf(near, (answer) => answer.endsWith('ok') && resolve()),
    );
    near.write(text);
    await answered;
  },
);

/** Who hears first that the socket of a response closes: listeners that came before it, or behind. */
async function closeOrder({ createServer }, when) {
  const order = [];
  const listen = (socket) => socket.on('close', () => order.push('socket'));
  const server = createServer((req, res) => {
    res.on('close', () => order.push('response'));
    if (when === 'behind') listen(req.socket);
    res.write('x');
    setImmediate(() => req.socket.destroy());
  });
  const [near, far] = duplexPair();
  if (when === 'before') listen(far);
  server.emit('connection', far);
  if (when === 'between') listen(far);
  near.resume();
  near.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  await once(far, 'close');
  await new Promise((resolve) => setImmediate(resolve));
  return order;
}

for (const when of ['before', 'between', 'behind']) {
  test(
    `a response and a listener on its socket that came ${when} hear of its end as in Node`,
    limit,
    async () => {
      assert.deepStrictEqual(await closeOrder(http, when), await closeOrder(nodeHttp, when));
    },
  );
}
