'use strict';
// https.Server: a tls.Server whose sockets are served as http.Server serves its own. TLS is spoken by the
// native side where that can (`server-tls`), and else by Node, over whose sockets HTTP is spoken by the stream
// transport.
const {
  BufferFrom,
  ObjectDefineProperty,
  ObjectGetOwnPropertyDescriptor,
  ObjectHasOwn,
  ObjectSetPrototypeOf,
  ReflectApply,
} = require('../base/primordials');
const tls = require('node:tls');
const { define } = require('../base/define');
const { kListener, kServerTls } = require('../base/symbols');
const host = require('../node/https');
const { defineOptions } = require('../server/live-options');
const { addBelowTls } = require('../server/open-connections');
const {
  Server: HttpServer,
  _connectionListener,
  acceptsNatively,
  listenNatively,
  onListening,
  prepare,
  readArguments,
  watchListeners,
} = require('../server/server');
const { NODES_EVENTS, ServerTls } = require('./server-tls');

const { stats: serverStats } = HttpServer.prototype;

/** `new Server([options][, requestListener])`; callable without `new`, as in Node. */
function Server(options, requestListener) {
  if (!(this instanceof Server)) return new Server(options, requestListener);
  [options, requestListener] = readArguments(options, requestListener);
  prepare(this, options);
  const serverTls = new ServerTls(this, options);
  tls.Server.call(this, { noDelay: true, ...protocols(options), ...options }, _connectionListener);
  watchHandshakes(this);
  serverTls.nodeListener = this._events.connection;
  ObjectDefineProperty(this, kServerTls, { __proto__: null, configurable: true, value: serverTls });
  this.httpAllowHalfOpen = false;
  if (requestListener) this.on('request', requestListener);
  this.on('tlsClientError', onTlsClientError);
  this.timeout = 0;
  this.maxHeadersCount = null;
  this.on('listening', onListening);
}
ObjectSetPrototypeOf(Server.prototype, host.Server.prototype);
ObjectSetPrototypeOf(Server, host.Server);
defineOptions(Server.prototype);

/** What clients may choose by ALPN, if the options say nothing of it. */
function protocols({ ALPNCallback, ALPNProtocols }) {
  return ALPNCallback || ALPNProtocols ? {} : { ALPNProtocols: ['http/1.1'] };
}

/** Takes note of the sockets that TLS begins on: Node keeps none before their handshake is over. */
function watchHandshakes(server) {
  const { connection: secure } = server._events;
  server._events.connection = function (socket) {
    addBelowTls(this, socket);
    ReflectApply(secure, this, [socket]);
  };
}

/** A connection that is none of TLS is an error of the client's like any other. */
function onTlsClientError(error, socket) {
  if (!this.emit('clientError', error, socket)) socket.destroy(error);
}

watchListeners(Server.prototype, ['connection', 'secureConnection', ...NODES_EVENTS]);

if (acceptsNatively) {
  Server.prototype._listen2 = function _listen2(...args) {
    const listen = this[kServerTls].isPossible() ? listenNatively : tls.Server.prototype._listen2;
    ReflectApply(listen, this, args);
  };
}

// The options of its TLS that may change while it listens. The constructor of tls.Server calls the first.

Server.prototype.setSecureContext = function setSecureContext(options) {
  tls.Server.prototype.setSecureContext.call(this, options);
  this[kServerTls]?.renew(options);
};

Server.prototype.addContext = function addContext(servername, context) {
  tls.Server.prototype.addContext.call(this, servername, context);
  this[kServerTls].add(servername, context);
};

Server.prototype.setTicketKeys = function setTicketKeys(keys) {
  tls.Server.prototype.setTicketKeys.call(this, keys);
  this[kServerTls].leave('setTicketKeys was called');
};

Server.prototype.getTicketKeys = function getTicketKeys() {
  this[kServerTls].leave('getTicketKeys was called');
  return tls.Server.prototype.getTicketKeys.call(this);
};

// In a cluster Node's workers share the keys of tickets; those of the native side are each worker's own.

Server.prototype._getServerData = function _getServerData() {
  return { ticketKeys: tls.Server.prototype.getTicketKeys.call(this).toString('hex') };
};

Server.prototype._setServerData = function _setServerData({ ticketKeys }) {
  tls.Server.prototype.setTicketKeys.call(this, BufferFrom(ticketKeys, 'hex'));
};

/** What a server does with its connections, whatever they are made of. */
const SHARED = [
  'close',
  'closeAllConnections',
  'closeIdleConnections',
  'drain',
  'setTimeout',
  Symbol.asyncDispose,
];
for (const name of SHARED)
  if (ObjectHasOwn(HttpServer.prototype, name))
    ObjectDefineProperty(
      Server.prototype,
      name,
      ObjectGetOwnPropertyDescriptor(HttpServer.prototype, name),
    );

// As those of http.Server. Node has no such methods.
define(Server.prototype, {
  isPlainConnection() {
    return this._events.secureConnection === _connectionListener;
  },
  stats() {
    return { ...serverStats.call(this), ...this[kServerTls].stats(this[kListener] !== null) };
  },
});

module.exports = { Server };
