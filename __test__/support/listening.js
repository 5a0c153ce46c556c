'use strict';
// A server for one test.
const { once } = require('node:events');
const http = require('../..');

/** A server of the module that listens on a port of its own, and ends with the test. */
async function listen(t, listener) {
  return await listening(t, http.createServer(listener));
}

/** Lets `server` listen on a port of its own; when the test ends, it is closed with all its connections. */
async function listening(t, server) {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return server;
}

module.exports = { listen, listening };
