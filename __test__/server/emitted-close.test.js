'use strict';
// 'close' that user code emits on a socket ends the exchange, as in Node: nothing that arrived with it is
// a request any more, and what happens on the socket afterwards reaches no code of HTTP's.
const assert = require('node:assert');
const http = require('../support/subject');
const { turn } = require('../support/events');
const { newerThanHost } = require('../support/mode');
const { onBoth } = require('../support/transports');

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';

const skip = newerThanHost(24);

onBoth("a handler emits 'close' amid two requests of one read", { skip }, async ({ connect }) => {
  const log = [];
  let closed = false;
  const server = http.createServer((req, res) => {
    log.push('request');
    res.on('close', () => log.push('response close'));
    req.on('error', (error) => log.push(error.code));
    req.on('close', () => {
      log.push('request close');
      closed = true;
    });
    req.socket.emit('close');
    res.end();
  });
  const client = await connect(server);
  client.send(GET + GET);
  while (!closed) await turn();
  assert.deepStrictEqual(log, ['request', 'response close', 'ECONNRESET', 'request close']);
});

for (const event of ['drain', 'timeout']) {
  onBoth(`'${event}' behind an emitted 'close'`, { skip }, async ({ connect }) => {
    let socket;
    const server = http.createServer((req) => {
      req.on('error', () => {});
      socket = req.socket;
      socket.emit('close');
    });
    const client = await connect(server);
    client.send(GET);
    while (!socket) await turn();
    await turn();
    assert.doesNotThrow(() => socket.emit(event));
    socket.destroy();
  });
}
