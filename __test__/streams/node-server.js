'use strict';
// Node's own server, which judges a client.
const { once } = require('node:events');
const nodeHttp = require('node:http');

/**
 * Listens with `handler` until the test ends. Resolves to the options of a request that reaches it,
 * and `server`.
 */
async function serve(t, handler) {
  const server = nodeHttp.createServer(handler).listen(0, '127.0.0.1');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  return { server, host: '127.0.0.1', port: server.address().port };
}

module.exports = { serve };
