'use strict';
// Looks at the connections of a server that JavaScript feeds, from time to time: whether a message takes
// too long to arrive, and whether the socket has been sent to another process.
// May use Node and `symbols`.
const { clearInterval, setInterval } = require('node:timers');
const { kConnections } = require('../symbols');

const kStreamChecker = Symbol('rust-http.streamChecker');

function watchStreams(server) {
  if (server[kStreamChecker]) return;
  const interval = server.connectionsCheckingInterval;
  server[kStreamChecker] = setInterval(checkStreams, interval, new WeakRef(server)).unref();
}

function unwatchStreams(server) {
  clearInterval(server[kStreamChecker]);
  server[kStreamChecker] = undefined;
}

/** Ends with the server, which may go without having been closed if it never listened. */
function checkStreams(reference) {
  const server = reference.deref();
  if (server === undefined) {
    clearInterval(this);
    return;
  }
  const now = Date.now();
  for (const connection of server[kConnections])
    connection.check?.(now, server.headersTimeout, server.requestTimeout);
}

module.exports = { unwatchStreams, watchStreams };
