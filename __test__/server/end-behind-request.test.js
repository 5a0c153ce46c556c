'use strict';
// A client that ends its side with its last request: Node reads that end with its next poll, so that an answer of an
// immediate leaves before it ends the socket.
const assert = require('node:assert');
const { once } = require('node:events');
const net = require('node:net');
const { test } = require('node:test');
const http = require('../support/subject');

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
const ways = {
  __proto__: null,
  'one piece': (client) => client.end(GET),
  'a piece before it': (client) => client.write(GET, () => client.end()),
  'two requests': (client) => client.end(GET + GET),
};

/** Sends by `send` to a server that answers in an immediate; returns what happened, and what the client got. */
async function play(send) {
  const log = [];
  const server = http.createServer((req, res) => {
    log.push('request');
    if (log.length === 1) req.socket.on('end', () => log.push('end'));
    setImmediate(() => {
      log.push('answer');
      res.end();
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const client = net.connect(server.address().port, '127.0.0.1');
  let received = '';
  client.setEncoding('latin1').on('data', (text) => {
    received += text;
  });
  send(client);
  await once(client, 'close');
  server.close();
  return { answers: received.split('HTTP/1.1 200 OK').length - 1, log };
}

for (const way in ways)
  test(`an end behind ${way} is told behind the answer of an immediate`, async () => {
    const number = way === 'two requests' ? 2 : 1;
    const log = [...Array(number).fill('request'), ...Array(number).fill('answer'), 'end'];
    for (let i = 0; i < 20; i++)
      assert.deepStrictEqual(await play(ways[way]), { answers: number, log });
  });
