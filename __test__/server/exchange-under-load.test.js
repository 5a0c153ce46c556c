'use strict';
// A handle is exchanged in the midst of much else: what the peer sends meanwhile is read behind what the
// native side still has to tell.
const assert = require('node:assert');
const { once } = require('node:events');
const net = require('node:net');
const { test } = require('node:test');
const http = require('../support/subject');
const { RawClient } = require('../support/raw-client');

const get = (path) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;

test('what arrives before the native side has told all', { timeout: 30_000 }, async (t) => {
  const server = http.createServer((req, res) => {
    res.end(req.url);
    if (req.url === '/look') assert.ok(req.socket._handle);
    // Longer than the turn of the native side's records: the event loop reads on meanwhile.
    const end = performance.now() + 0.5;
    while (req.url === '/busy' && performance.now() < end);
  });
  server.on('connection', (socket) => socket.on('data', () => {}));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const connect = () => new RawClient(net.connect(server.address().port, '127.0.0.1'));
  // So many records that they are handled in several turns of the event loop.
  const clients = Array.from({ length: 200 }, connect);
  for (const client of clients) await once(client.stream, 'connect');
  for (let round = 0; round < 3; round++) {
    const looking = connect();
    await once(looking.stream, 'connect');
    looking.stream.setNoDelay(true);
    looking.send(get('/look'));
    for (const client of clients) client.send(get('/busy'));
    assert.strictEqual((await looking.response()).text, '/look');
    looking.send(get('/next'));
    assert.strictEqual((await looking.response()).text, '/next');
    for (const client of clients) assert.strictEqual((await client.response()).text, '/busy');
    looking.stream.destroy();
  }
  for (const client of clients) client.stream.destroy();
});
