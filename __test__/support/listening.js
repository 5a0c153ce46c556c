'use strict';
// A server of the module for one test.
const { once } = require('node:events');
const http = require('../..');

/** One that listens on a port of its own; when the test ends, it is closed with all its connections. */
async function listen(t, listener) {
  const server = http.createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return server;
}

module.exports = { listen };
