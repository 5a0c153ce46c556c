'use strict';
// A socket that somebody asks for and nobody takes is closed, and never handed over.
const assert = require('node:assert');
const { once } = require('node:events');
const http = require('../support/subject');
const { deferred, logEvents } = require('../support/events');
const { onNodeHttp } = require('../support/mode');
const { onBoth, onNative } = require('../support/transports');

const get = (path) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;
const CONNECT = 'CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n';
const UPGRADE = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n';

onBoth('the answer under way ends with the connection', async ({ connect }) => {
  const log = [];
  const closed = deferred();
  const server = http.createServer((_req, res) => {
    logEvents(res, ['finish', 'close'], log);
    res.on('close', closed.resolve);
    res.write('begun');
  });
  const client = await connect(server);
  client.send(get('/'), CONNECT);
  await closed.promise;
  await client.untilEnd();
  assert.deepStrictEqual(log, ['close']);
});

const keepsLater = onNodeHttp && "Node's own tells the first answer alone";

onBoth('so do those that wait for their turn', { skip: keepsLater }, async ({ connect }) => {
  const log = [];
  const closed = deferred();
  const server = http.createServer((req, res) => {
    req.on('aborted', () => log.push(`${req.url} aborted`));
    req.on('error', () => {});
    res.on('close', () => {
      log.push(`${req.url} closed`);
      if (log.length === 6) closed.resolve();
    });
    res.write('begun');
  });
  const client = await connect(server);
  client.send(get('/1') + get('/2') + get('/3') + CONNECT);
  await client.untilEnd();
  await closed.promise;
  assert.deepStrictEqual(log.sort(), [
    '/1 aborted',
    '/1 closed',
    '/2 aborted',
    '/2 closed',
    '/3 aborted',
    '/3 closed',
  ]);
});

const leavesOpen = onNodeHttp && "Node's own leaves such a socket open, and older ones do not ask";

onBoth(
  'a server whose callback wants what nobody listens for',
  { skip: leavesOpen },
  async ({ connect }) => {
    const server = http.createServer({ shouldUpgradeCallback: () => true }, () =>
      assert.fail('no request'),
    );
    const client = await connect(server);
    client.send(UPGRADE);
    assert.strictEqual(await client.untilEnd(), '');
  },
);

onBoth('a peer that reads no answer is not waited for', async ({ connect }) => {
  const closed = deferred();
  const server = http.createServer((_req, res) => {
    res.on('close', closed.resolve);
    res.end(Buffer.alloc(32_000_000));
  });
  const client = await connect(server);
  client.stream.pause();
  client.send(get('/') + CONNECT);
  await closed.promise;
  client.destroy();
});

onNative('the server counts it no more', async ({ connect }) => {
  const server = http.createServer();
  const client = await connect(server);
  const other = await connect(server);
  client.send(CONNECT);
  await client.untilEnd();
  other.send(get('/'));
  other.destroy();
  const closed = once(server, 'close');
  server.close();
  await closed;
  const count = await new Promise((resolve) => server.getConnections((_, n) => resolve(n)));
  assert.strictEqual(count, 0);
});

onBoth("the socket's own listeners hear its end", async ({ connect }) => {
  const log = [];
  const closed = deferred();
  const server = http.createServer();
  server.on('connection', (socket) => {
    logEvents(socket, ['end', 'error', 'close'], log);
    socket.on('close', closed.resolve);
  });
  server.on('clientError', () => assert.fail('no error'));
  const client = await connect(server);
  client.send(CONNECT);
  await closed.promise;
  assert.deepStrictEqual(log, ['close']);
});
