'use strict';
// Looks from time to time at the connections of a server that JavaScript feeds: whether a message takes
// too long to arrive, and whether the socket was sent to another process.
const { later } = require('../base/later');
const { kConnections } = require('../base/symbols');
const { clearInterval, setInterval } = require('../node/timers');

const options = later(() => require('./options'));
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
  const { milliseconds } = options();
  const headersTimeout = milliseconds(server.headersTimeout);
  const requestTimeout = milliseconds(server.requestTimeout);
  for (const connection of server[kConnections]) {
    const { transport } = connection;
    if (transport.isSentAway()) connection.onSentAway();
    else if (transport.isExpired?.(headersTimeout, requestTimeout)) connection.onExpired();
  }
}

module.exports = { unwatchStreams, watchStreams };
