'use strict';
// Somebody looks at the handle of a connection in the middle of an exchange, which goes on over it.
const assert = require('node:assert');
const { fork } = require('node:child_process');
const { once } = require('node:events');
const net = require('node:net');
const path = require('node:path');
const { test } = require('node:test');
const { until } = require('../edge/program');
const http = require('../support/subject');
const { deferred, pattern, turn } = require('../support/events');
const { onNodeHttp } = require('../support/mode');
const { ResettingPeer } = require('../support/resetting-peer');
const { onBoth, onNative } = require('../support/transports');

const limit = { timeout: 60_000 };
const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';

const looks = {
  'before the answer': (req, res) => {
    assert.ok(req.socket._handle);
    res.end('all');
  },
  'amid the answer': (req, res) => {
    res.setHeader('Content-Length', 3);
    res.write('a');
    assert.ok(req.socket._handle);
    res.end('ll');
  },
  'behind the answer': (req, res) => {
    res.end('all');
    assert.ok(req.socket._handle);
  },
};

for (const [when, look] of Object.entries(looks))
  onBoth(`the handle is looked at ${when}`, async ({ connect, isNative }) => {
    const server = http.createServer((req, res) => {
      // A stream that is no socket has none.
      if (isNative) look(req, res);
      else res.end('all');
    });
    const client = await connect(server);
    assert.strictEqual((await client.exchange(GET)).text, 'all');
    assert.strictEqual((await client.exchange(GET)).text, 'all');
    client.send(GET + GET);
    for (let i = 0; i < 2; i++) assert.strictEqual((await client.response()).text, 'all');
  });

for (const isLookedAt of [false, true])
  onNative(
    `the handle is looked at while the end waits behind an answer, ${isLookedAt ? 'again' : 'first'}`,
    async ({ connect }) => {
      const large = pattern(8 * 1024 * 1024);
      const handled = deferred();
      const server = http.createServer((req, res) => {
        if (isLookedAt) req.socket.listenerCount('close');
        req.on('end', handled.resolve).resume();
        res.end(large);
        handled.req = req;
      });
      const client = await connect(server);
      client.stream.pause();
      client.send(GET).end();
      await handled.promise;
      // The end of the input is here a few turns later.
      for (let i = 0; i < 20; i++) await turn();
      assert.ok(handled.req.socket._handle);
      client.stream.resume();
      assert.ok((await client.response()).body.equals(large));
      assert.strictEqual(await client.untilEnd(), '');
      await client.untilClosed();
    },
  );

const takes = {
  upgrade: 'GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n',
  connect: 'CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n',
};

for (const [event, take] of Object.entries(takes))
  onNative(`the handle is looked at, and '${event}' comes behind it`, async ({ connect }) => {
    const server = http.createServer(looks['behind the answer']);
    server.on(event, (_req, socket, head) => {
      socket.unshift(head);
      socket.write('taken ');
      socket.pipe(socket);
    });
    const client = await connect(server);
    assert.strictEqual((await client.exchange(`${GET}${take}at once `)).text, 'all');
    await client.untilText('taken at once ');
    client.send('later').end();
    assert.strictEqual(await client.untilEnd(), 'taken at once later');
  });

/** The time in which a thread notices that the peer is gone, while this one is busy. */
function beBusy() {
  for (const end = performance.now() + 50; performance.now() < end; );
}

for (const behind of ['nothing', 'half a request'])
  test(`the handle of a connection that was reset behind ${behind}`, limit, async (t) => {
    const server = http.createServer().listen(0, '127.0.0.1');
    t.after(() => server.close());
    await once(server, 'listening');
    const text = behind === 'nothing' ? GET : `${GET}GET /`;
    const peer = ResettingPeer.connect(t, server.address().port, text);
    const [req, res] = await once(server, 'request');
    peer.reset();
    beBusy();
    // It may be there or not.
    assert.notStrictEqual(req.socket._handle, undefined);
    res.on('error', () => {});
    res.end('all');
    const { socket } = req;
    if (!socket.closed) await new Promise((resolve) => socket.once('close', resolve));
    assert.strictEqual(socket._handle, null);
  });

test("the handle of a client's connection that was reset", limit, async (t) => {
  const peer = await ResettingPeer.listen(t);
  const req = http.get({ port: peer.port, host: '127.0.0.1', agent: false });
  const failed = once(req, 'error');
  await peer.received();
  peer.reset();
  beBusy();
  assert.notStrictEqual(req.socket._handle, undefined);
  const [error] = await failed;
  assert.strictEqual(error.code, 'ECONNRESET');
});

const ours = { ...limit, skip: onNodeHttp && "Node's own server does not tell what it holds" };

test('a connection that was sent to another process is let go', ours, async (t) => {
  const receiver = path.join(__dirname, '..', 'edge', 'programs', 'receiver.js');
  const child = fork(receiver);
  t.after(() => child.disconnect());
  const options = { connectionsCheckingInterval: 20 };
  let requests = 0;
  const server = http.createServer(options, (req) => {
    requests++;
    child.send('end', req.socket);
  });
  t.after(() => server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = net.connect(server.address().port, '127.0.0.1');
  t.after(() => client.destroy());
  client.write(`${GET}${GET}\0\0\r\n\r\n`);
  const [text] = await once(client.setEncoding('latin1'), 'data');
  assert.strictEqual(text, 'from the child');
  await until(
    () => server.stats().connections,
    (count) => count === 0,
  );
  client.destroy();
  const count = () => new Promise((resolve) => server.getConnections((_, left) => resolve(left)));
  assert.strictEqual(await until(count, (left) => left <= 0), 0);
  assert.strictEqual(requests, 1);
});

test('a request that does not arrive, over a handle that was looked at', limit, async (t) => {
  const options = { connectionsCheckingInterval: 20, headersTimeout: 100, requestTimeout: 100 };
  const server = http.createServer(options, (req, res) => res.end(String(!!req.socket._handle)));
  t.after(() => server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = net.connect(server.address().port, '127.0.0.1');
  let text = '';
  client.setEncoding('latin1').on('data', (piece) => {
    text += piece;
    if (text.endsWith('true')) client.write('GET / HT');
  });
  client.write(GET);
  await once(client, 'close');
  assert.match(text, /true(HTTP\/1\.1 408 Request Timeout\r\n|$)/);
});
