'use strict';
// A kept connection that dies while JavaScript is busy, when the next request has got it already: its error must be
// the one by which users decide to ask again. A request that is made later gets another one: see `unasked-input`.
// @alone
const assert = require('node:assert');
const { test } = require('node:test');
const { startNode } = require('../support/child');
const http = require('../support/subject');
const { completeResponse, errorOf, untilEvent } = require('./observe');

const limit = { timeout: 60_000 };

/** A server in a process of its own that answers once, and ends the connection when it is told to. */
const program = (ending) => `
  const server = require('node:net').createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => {
      socket.write('HTTP/1.1 200 OK\\r\\nContent-Length: 1\\r\\n\\r\\nx');
      process.stdin.once('data', () => socket.${ending}());
    });
  });
  server.listen(0, '127.0.0.1', () => console.log('port ' + server.address().port));`;

for (const ending of ['end', 'destroy', 'resetAndDestroy']) {
  for (const method of ['GET', 'POST']) {
    test(`${method} after ${ending}()`, limit, async (t) => {
      const server = startNode(t, ['-e', program(ending)]);
      const [, port] = await server.line(/port (\d+)/);
      const agent = new http.Agent({ keepAlive: true });
      t.after(() => agent.destroy());
      const options = { agent, host: '127.0.0.1', port };
      const first = http.get(options);
      const closed = untilEvent(first, 'close');
      await completeResponse(first);
      await closed;
      await new Promise(setImmediate);
      const req = http.request({ ...options, method });
      assert.strictEqual(req.reusedSocket, true);
      server.stdin.write('end');
      const until = performance.now() + 150;
      while (performance.now() < until);
      const over = untilEvent(req, 'close');
      const error = errorOf(req);
      req.end(method === 'POST' ? 'content' : undefined);
      assert.strictEqual((await error).code, 'ECONNRESET');
      await over;
      assert.strictEqual(agent.totalSocketCount, 0);
    });
  }
}
