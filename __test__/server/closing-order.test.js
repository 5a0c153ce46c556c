'use strict';
// A connection that JavaScript has closed says so before the event loop waits again, as with Node: before the peer's
// end, where the peer is in the same process.
const assert = require('node:assert');
const { once } = require('node:events');
const net = require('node:net');
const { test } = require('node:test');
const http = require('../support/subject');

const HEAD = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';

for (const listens of [false, true]) {
  const what = listens ? 'a socket with listeners' : 'a socket without listeners';
  test(`a client ends amid its request: ${what} closes before the client sees the end`, async () => {
    const log = [];
    const server = http.createServer((req, res) => {
      for (const event of ['aborted', 'close']) req.on(event, () => log.push(`req ${event}`));
      res.on('close', () => log.push('res close'));
      if (listens) req.socket.on('close', () => log.push('socket close'));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const client = net.connect(server.address().port, '127.0.0.1');
    client.write(HEAD, () => client.end());
    client.on('end', () => log.push('client end'));
    client.resume();
    await once(client, 'close');
    server.close();
    await once(server, 'close');
    const seen = ['req aborted', 'res close', ...(listens ? ['socket close'] : []), 'req close'];
    assert.deepStrictEqual(log, [...seen, 'client end']);
  });
}
