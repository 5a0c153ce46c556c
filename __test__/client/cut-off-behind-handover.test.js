'use strict';
// A program takes the handle of a response's socket while the connection's end has been read: the rest of what the
// native side has read goes to the response, as Node's own parser would have it.
const assert = require('node:assert');
const { once } = require('node:events');
const { test } = require('node:test');
const http = require('../support/subject');

for (const event of ['socket', 'response'])
  test(`a response that is cut off is aborted where the handle was taken with '${event}'`, async () => {
    const server = http.createServer((_req, res) => {
      res.writeHead(200, { connection: 'close', 'content-length': 50 }).write('a part');
      process.nextTick(() => res.socket.destroy());
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const req = http.get({ port: server.address().port });
    req.on('error', assert.ifError);
    req.once(event, ({ socket }) => (socket ?? req.socket)._handle);
    const [res] = await once(req, 'response');
    const aborted = once(res, 'aborted');
    const [error] = await once(res.resume(), 'error');
    await aborted;
    assert.strictEqual(error.code, 'ECONNRESET');
    server.close();
  });
