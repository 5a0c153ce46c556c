'use strict';
// A server's options as the native side takes them.
const { kGuard } = require('../base/symbols');
const { parserOptions } = require('../transport/parser');
const { connectionLimit, idleTimeout, milliseconds } = require('./options');

/** `deferReading`: new connections wait for JavaScript. */
function nativeOptions(server, deferReading) {
  return {
    ...parserOptions(server),
    timeout: milliseconds(server.timeout),
    headersTimeout: milliseconds(server.headersTimeout),
    requestTimeout: milliseconds(server.requestTimeout),
    keepAliveTimeout: idleTimeout(server),
    checkingInterval: milliseconds(server.connectionsCheckingInterval) || 1,
    maxConnections: connectionLimit(server),
    noDelay: server.noDelay,
    keepAliveProbe: server.keepAlive ? server.keepAliveInitialDelay : -1,
    deferReading,
    guard: server[kGuard]?.native,
  };
}

module.exports = { nativeOptions };
