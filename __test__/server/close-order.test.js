'use strict';
// The order of 'close' and of what was read before a destroy: as in Node.
const assert = require('node:assert');
const http = require('../support/subject');
const { deferred } = require('../support/events');
const { onNative } = require('../support/transports');

const POST = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc';

onNative(
  "'close' of a socket that was listened to comes before that of the response",
  async ({ connect }) => {
    const log = [];
    const closed = deferred();
    const server = http.createServer((_req, res) => {
      res.on('close', () => {
        log.push('response');
        closed.resolve();
      });
      client.destroy();
    });
    server.on('connection', (socket) => socket.on('close', () => log.push('socket')));
    const client = await connect(server);
    client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await closed.promise;
    assert.deepStrictEqual(log, ['socket', 'response']);
  },
);

for (const [how, destroy] of Object.entries({
  'req.socket.destroy()': (req) => req.socket.destroy(),
  'res.destroy()': (_req, res) => res.destroy(),
})) {
  onNative(`content that came with the head is there behind ${how}`, async ({ connect }) => {
    const log = [];
    const closed = deferred();
    const server = http.createServer((req, res) => {
      req.on('data', (chunk) => log.push(`${chunk}`));
      req.on('end', () => log.push('end'));
      req.on('aborted', () => log.push('aborted'));
      req.on('error', (error) => log.push(error.code));
      req.on('close', closed.resolve);
      destroy(req, res);
    });
    const client = await connect(server);
    client.send(POST);
    await closed.promise;
    assert.deepStrictEqual(log, ['abc', 'end']);
  });
}
