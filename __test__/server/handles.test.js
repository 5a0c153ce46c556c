'use strict';
// Somebody looks at the handle of a connection in the middle of an exchange, which goes on over it.
const assert = require('node:assert');
const { once } = require('node:events');
const { test } = require('node:test');
const http = require('../support/subject');
const { ResettingPeer } = require('../support/resetting-peer');
const { onBoth } = require('../support/transports');

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

/** The time in which a thread notices that the peer is gone, while this one is busy. */
function beBusy() {
  for (const end = performance.now() + 50; performance.now() < end; );
}

for (const behind of ['nothing', 'half a request', 'what is none'])
  test(`the handle of a connection that was reset behind ${behind}`, limit, async (t) => {
    const server = http.createServer().listen(0, '127.0.0.1');
    t.after(() => server.close());
    await once(server, 'listening');
    const tail = { nothing: '', 'half a request': 'GET /', 'what is none': '\0\0\r\n\r\n' }[behind];
    const peer = ResettingPeer.connect(t, server.address().port, GET + tail);
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
