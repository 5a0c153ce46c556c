'use strict';
// 'close' of a connection that is not kept: the response, the request, then who listens to the socket.
const assert = require('node:assert');
const { once } = require('node:events');
const { test } = require('node:test');
const nodeHttp = require('node:http');
const http = require('../support/subject');

for (const method of ['GET', 'HEAD', 'POST']) {
  test(`'close' of ${method} without keep-alive`, { timeout: 60_000 }, async (t) => {
    const server = nodeHttp.createServer((req, res) => req.resume().on('end', () => res.end('x')));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.after(() => server.close());
    const log = [];
    const target = { port: server.address().port, host: '127.0.0.1', agent: false, method };
    const socketClosed = new Promise((resolve) => {
      const req = http.request(target, (res) => {
        res.on('close', () => log.push('response'));
        res.resume();
      });
      req.on('close', () => log.push('request'));
      req.on('socket', (socket) =>
        socket.on('close', () => {
          log.push('socket');
          resolve();
        }),
      );
      req.end(method === 'POST' ? 'content' : undefined);
    });
    await socketClosed;
    assert.deepStrictEqual(log, ['response', 'request', 'socket']);
  });
}
