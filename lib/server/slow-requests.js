'use strict';
// `headersTimeout` and `requestTimeout` of connections whose bytes JavaScript feeds to the parser.
const { clearInterval, setInterval } = require('node:timers');
const { kConnections } = require('../base/symbols');
const { now } = require('../wire/loop');
const { milliseconds } = require('./options');

const kChecker = Symbol('rust-http.slowRequestChecker');

/** Looks at the server's stream connections every `connectionsCheckingInterval`. */
function watchSlowRequests(server) {
  if (server[kChecker]) return;
  const interval = server.connectionsCheckingInterval;
  server[kChecker] = setInterval(check, interval, new WeakRef(server)).unref();
}

/** Ends with the server, which may go without having been closed if it never listened. */
function check(reference) {
  const server = reference.deref();
  if (server === undefined) {
    clearInterval(this);
    return;
  }
  const headersTimeout = milliseconds(server.headersTimeout);
  const requestTimeout = milliseconds(server.requestTimeout);
  for (const connection of server[kConnections])
    connection.checkTimeouts?.(now(), headersTimeout, requestTimeout);
}

function unwatchSlowRequests(server) {
  clearInterval(server[kChecker]);
  server[kChecker] = undefined;
}

module.exports = { unwatchSlowRequests, watchSlowRequests };
