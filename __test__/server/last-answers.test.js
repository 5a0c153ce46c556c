'use strict';
// What a closed server answers says that the connection closes behind it, and it does. A client that sends on
// meanwhile is told of that end, and not of a reset alone.
const assert = require('node:assert');
const http = require('../support/subject');
const { deferred } = require('../support/events');
const { onNodeHttp } = require('../support/mode');
const { onNative } = require('../support/transports');

const get = (path) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;
const skip = onNodeHttp && "Node's own http keeps such connections until their timeout";

/** A server whose answers wait for the test; `asked` has the responses. */
function waiting(count) {
  const asked = [];
  const all = deferred();
  const server = http.createServer((_req, res) => {
    asked.push(res);
    if (asked.length === count) all.resolve();
  });
  server.keepAliveTimeout = 60_000;
  return { all: all.promise, asked, server };
}

onNative('an answer that was due when its server was closed', { skip }, async ({ connect }) => {
  const { all, asked, server } = waiting(1);
  const client = await connect(server);
  client.send(get('/'));
  await all;
  const closed = deferred();
  server.close(closed.resolve);
  asked[0].end('last');
  const { headers, text } = await client.response();
  assert.deepStrictEqual([text, headers.connection], ['last', 'close']);
  await client.untilEnd();
  client.end();
  await closed.promise;
});

onNative('of several answers only the last says so', { skip }, async ({ connect }) => {
  const { all, asked, server } = waiting(3);
  const client = await connect(server);
  client.send(get('/1'), get('/2'), get('/3'));
  await all;
  server.close();
  for (const res of asked) res.end('x');
  const said = [];
  for (let i = 0; i < 3; i++) said.push((await client.response()).headers.connection);
  assert.deepStrictEqual(said, ['keep-alive', 'keep-alive', 'close']);
  await client.untilEnd();
});

onNative('a request that comes behind close()', { skip }, async ({ connect }) => {
  const { all, asked, server } = waiting(1);
  const second = deferred();
  const client = await connect(server);
  client.send(get('/1'));
  await all;
  asked[0].writeHead(200, { 'Content-Length': 1 });
  server.on('request', () => second.resolve());
  server.close();
  client.send(get('/2'));
  await second.promise;
  for (const res of asked) res.end('x');
  assert.strictEqual((await client.response()).headers.connection, 'keep-alive');
  assert.strictEqual((await client.response()).headers.connection, 'close');
  await client.untilEnd();
});

onNative("a handler's own Keep-Alive field is heeded behind close()", async ({ connect }) => {
  const server = http.createServer((_req, res) => {
    server.close();
    res.setHeader('Keep-Alive', 'timeout=1');
    res.end('last');
  });
  server.keepAliveTimeout = 60_000;
  const client = await connect(server);
  const { headers } = await client.exchange(get('/'));
  assert.deepStrictEqual([headers.connection, headers['keep-alive']], ['keep-alive', 'timeout=1']);
});

onNative('a server that listens again keeps its connections', async ({ connect, listen }) => {
  const server = http.createServer((_req, res) => res.end());
  await listen(server);
  await new Promise((resolve) => server.close(resolve));
  const client = await connect(server);
  assert.strictEqual((await client.exchange(get('/'))).headers.connection, 'keep-alive');
});

const UPLOAD = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000000\r\n\r\n';
const ends = {
  'an answer that says so': (res) => res.writeHead(413, { Connection: 'close' }).end('too large'),
  'destroySoon()'(res) {
    res.on('close', () => res.req.socket.destroySoon());
    res.writeHead(413).end('too large');
  },
};

for (const [way, answer] of Object.entries(ends))
  onNative(`a client that sends on is told of the end: ${way}`, async ({ connect }) => {
    const server = http.createServer((req, res) => {
      req.on('error', () => {});
      req.on('readable', () => {
        if (req.readableLength >= req.readableHighWaterMark) answer(res);
      });
    });
    const client = await connect(server);
    const told = [];
    client.stream.on('end', () => told.push('end')).on('error', ({ code }) => told.push(code));
    client.send(UPLOAD, 'x'.repeat(1_000_000));
    const { status, text } = await client.response();
    assert.deepStrictEqual([status, text], [413, 'too large']);
    await client.untilEnd();
    assert.deepStrictEqual(told, ['end']);
  });
