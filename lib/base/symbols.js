'use strict';
// Private fields that more than one file touches. Those shared with the host's classes are in
// `node/http`.
module.exports = {
  /** On requests: the error they were destroyed with; on sockets that are lazy yet: the one they failed with. */
  kError: Symbol('rust-http.error'),
  /** On requests: seconds of the answer's `Keep-Alive: timeout=`, -1 if there are none. */
  kKeepAliveTimeout: Symbol('rust-http.keepAliveTimeout'),
  /** On requests: host and port that they were made for, and the beginning of their performance entry. */
  kAuthority: Symbol('rust-http.authority'),
  kBeginning: Symbol('rust-http.beginning'),
  /** On requests: their target, where the host has an accessor for it. */
  kPath: Symbol('rust-http.path'),
  /** On agents: the proxy their requests go through. */
  kProxyConfig: Symbol('rust-http.proxyConfig'),
  /** On a `getName` of ours: what makes the same keys of options that are not merged with the agent's yet. */
  kUnmergedKey: Symbol('rust-http.unmergedKey'),
  /** On a socket to a proxy that an agent has made: the agent's callback will get the one through it. */
  kAwaitsTunnel: Symbol('rust-http.awaitsTunnel'),
  /** On messages: the connection that reads them, asked by `resumeFor(message)`; or null. */
  kConnection: Symbol('rust-http.connection'),
  /** On sockets of native connections: the transport below them; null once it is given away. */
  kTransport: Symbol('rust-http.transport'),
  /** On such sockets: what waits while they are corked. */
  kHeld: Symbol('rust-http.held'),
  /** On such sockets of clients: their listeners of HTTP. */
  kHttpListeners: Symbol('rust-http.httpListeners'),
  /** On sockets of a server: lets their response hear of their end; null where the connection tells it. */
  kAttach: Symbol('rust-http.attachResponse'),
  /** On sockets of native connections: methods that messages use instead of those of any stream. */
  kSendWhole: Symbol('rust-http.sendWhole'),
  kWillEnd: Symbol('rust-http.willEnd'),
  /** On servers: the HTTP connections that are open, and the native listener. */
  kConnections: Symbol('rust-http.connections'),
  kListener: Symbol('rust-http.listener'),
  /** On servers: whether they were closed, and do not listen again. */
  kIsClosing: Symbol('rust-http.isClosing'),
  /** On responses of a server that was closed: they end their connection, unless their handler says otherwise. */
  kEndsConnection: Symbol('rust-http.endsConnection'),
  /** On servers: what of `overload` and `health` was asked for, or null. */
  kGuard: Symbol('rust-http.guard'),
  /** On servers: the `Drain` under way, else null. */
  kDrain: Symbol('rust-http.drain'),
  /** On servers: sockets of theirs that do not speak HTTP any more, or not yet. */
  kUnserved: Symbol('rust-http.unserved'),
  /** On servers of https: who speaks TLS. */
  kServerTls: Symbol('rust-http.serverTls'),
  /** On sockets that an agent of https dials: how the native side can go on with them. */
  kDial: Symbol('rust-http.dial'),
  /** On servers and agents: counts since they were made. */
  kTotals: Symbol('rust-http.totals'),
  /** On servers: the values of options that may change while they listen, and of `optimizeEmptyRequests`. */
  kOptions: Symbol('rust-http.options'),
  kOptimizeEmptyRequests: Symbol('rust-http.optimizeEmptyRequests'),
};
