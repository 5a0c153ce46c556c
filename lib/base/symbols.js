'use strict';
// Private fields that more than one module touches. Those shared with the host's classes are in
// `internal/host`.
module.exports = {
  /** On requests: the error they were destroyed with. */
  kError: Symbol('rust-http.error'),
  /** On requests: seconds of the answer's `Keep-Alive: timeout=`, -1 if there are none. */
  kKeepAliveTimeout: Symbol('rust-http.keepAliveTimeout'),
  /** On agents: the proxy their requests go through. */
  kProxyConfig: Symbol('rust-http.proxyConfig'),
  /** On sockets and messages: the connection of ours they belong to, or null. */
  kConnection: Symbol('rust-http.connection'),
  /** On servers: the open connections, and the native listener. */
  kConnections: Symbol('rust-http.connections'),
  kListener: Symbol('rust-http.listener'),
  /** On servers and agents: counts since they were made. */
  kTotals: Symbol('rust-http.totals'),
  kOptions: Symbol('rust-http.options'),
  kOptimizeEmptyRequests: Symbol('rust-http.optimizeEmptyRequests'),
};
