'use strict';
// A socket that is destroyed amid content which has arrived, and waits behind what is handled: the message is cut
// short there. The beginning of what is left out must not let its end through.
const assert = require('node:assert');
const { once } = require('node:events');
const net = require('node:net');
const { test } = require('node:test');
const http = require('../support/subject');
const { deferred, logEvents } = require('../support/events');
const { onNative } = require('../support/transports');

/** More than is read in one go. */
const LENGTH = 300 * 1024;
const content = 'x'.repeat(LENGTH);
const chunk = (text) => `${text.length.toString(16)}\r\n${text}\r\n`;
const framings = {
  'Content-Length': `Content-Length: ${LENGTH}\r\n\r\n${content}`,
  chunks: `Transfer-Encoding: chunked\r\n\r\n${chunk(content)}${chunk(content)}0\r\n\r\n`,
};
const EVENTS = ['aborted', 'end', 'error', 'close'];
const CUT_SHORT = ['aborted', 'error', 'close'];
const ways = {
  'socket.destroy()': ({ socket }) => socket.destroy(),
  'socket.resetAndDestroy()': ({ socket }) => socket.resetAndDestroy(),
};
const ofServers = {
  ...ways,
  'server.closeAllConnections()': (_req, server) => server.closeAllConnections(),
};

for (const [framing, rest] of Object.entries(framings)) {
  for (const [way, destroy] of Object.entries(ofServers))
    onNative(`a request with ${framing}, ${way}`, async ({ connect }) => {
      const log = [];
      const closed = deferred();
      const urls = [];
      const server = http.createServer((req) => {
        urls.push(req.url);
        logEvents(req, EVENTS, log);
        req.once('data', () => destroy(req, server));
        req.on('close', () => closed.resolve(req.complete));
      });
      const client = await connect(server);
      const next = 'GET /next HTTP/1.1\r\nHost: a\r\n\r\n';
      client.send(`POST / HTTP/1.1\r\nHost: a\r\n${rest}${next}${next}`);
      assert.strictEqual(await closed.promise, false);
      assert.deepStrictEqual(log, CUT_SHORT);
      assert.deepStrictEqual(urls, ['/']);
    });

  for (const [way, destroy] of Object.entries(ways))
    test(`a response with ${framing}, ${way}`, { timeout: 60_000 }, async (t) => {
      const peer = net.createServer((socket) => {
        socket.on('error', () => {});
        socket.once('data', () => socket.write(`HTTP/1.1 200 OK\r\n${rest}`));
      });
      peer.listen(0, '127.0.0.1');
      await once(peer, 'listening');
      t.after(() => peer.close());
      const log = [];
      const req = http.get({ port: peer.address().port, host: '127.0.0.1', agent: false });
      const [res] = await once(req, 'response');
      logEvents(res, EVENTS, log);
      res.once('data', () => destroy(res));
      await new Promise((resolve) => res.on('close', resolve));
      assert.deepStrictEqual(log, CUT_SHORT);
      assert.strictEqual(res.complete, false);
    });
}

onNative(
  "'close' of a response whose socket is looked at first behind the end",
  async (context) => {
    const log = [];
    const closed = deferred();
    const server = http.createServer((req, res) => {
      logEvents(res, ['finish', 'close'], log);
      res.on('close', closed.resolve);
      req.on('error', () => {});
      req.on('aborted', () => req.socket.pause());
      client.destroy();
    });
    const client = await context.connect(server);
    client.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc');
    await closed.promise;
    assert.deepStrictEqual(log, ['close']);
  },
);
