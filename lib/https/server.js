'use strict';
// https.Server: a tls.Server whose sockets are served as http.Server serves its own, by the stream
// transport. TLS is Node's.
const tls = require('node:tls');
const { serverStats } = require('../base/stats');
const { kIsClosing } = require('../base/symbols');
const host = require('../node/https');
const { guardStats } = require('../server/guard');
const { defineOptions } = require('../server/live-options');
const { addSecured } = require('../server/open-connections');
const {
  Server: HttpServer,
  _connectionListener,
  prepare,
  prepareToClose,
  readArguments,
} = require('../server/server');

/** `new Server([options][, requestListener])`; callable without `new`, as in Node. */
function Server(options, requestListener) {
  if (!(this instanceof Server)) return new Server(options, requestListener);
  [options, requestListener] = readArguments(options, requestListener);
  prepare(this, options);
  tls.Server.call(this, { noDelay: true, ...protocols(options), ...options }, _connectionListener);
  watchHandshakes(this);
  this.httpAllowHalfOpen = false;
  if (requestListener) this.on('request', requestListener);
  this.on('tlsClientError', onTlsClientError);
  this.timeout = 0;
  this.maxHeadersCount = null;
  this.on('listening', onListening);
}
Object.setPrototypeOf(Server.prototype, host.Server.prototype);
Object.setPrototypeOf(Server, host.Server);
defineOptions(Server.prototype);

/** What clients may choose by ALPN, if the options say nothing of it. */
function protocols({ ALPNCallback, ALPNProtocols }) {
  return ALPNCallback || ALPNProtocols ? {} : { ALPNProtocols: ['http/1.1'] };
}

/** Takes note of the sockets that TLS begins on: Node keeps none before their handshake is over. */
function watchHandshakes(server) {
  const { connection: secure } = server._events;
  server._events.connection = function (socket) {
    addSecured(this, socket);
    Reflect.apply(secure, this, [socket]);
  };
}

/** A connection that is none of TLS is an error of the client's like any other. */
function onTlsClientError(error, socket) {
  if (!this.emit('clientError', error, socket)) socket.destroy(error);
}

function onListening() {
  this[kIsClosing] = false;
}

/** What a server does with its connections, whatever they are made of. */
const SHARED = [
  'closeAllConnections',
  'closeIdleConnections',
  'drain',
  'setTimeout',
  Symbol.asyncDispose,
];
for (const name of SHARED)
  if (Object.hasOwn(HttpServer.prototype, name))
    Object.defineProperty(
      Server.prototype,
      name,
      Object.getOwnPropertyDescriptor(HttpServer.prototype, name),
    );

Server.prototype.close = function close(...args) {
  prepareToClose(this);
  Reflect.apply(tls.Server.prototype.close, this, args);
  return this;
};

/** As that of http.Server. Node has nothing of the kind. */
Object.defineProperty(Server.prototype, 'stats', {
  __proto__: null,
  configurable: true,
  writable: true,
  value: function stats() {
    return { ...serverStats(this, 'javascript'), ...guardStats(this) };
  },
});

module.exports = { Server };
