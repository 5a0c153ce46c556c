'use strict';
// http.Server: a net.Server whose listener and connections are native.
const {
  ArrayPrototypeIncludes,
  ObjectSetPrototypeOf,
  ReflectApply,
} = require('../base/primordials');
const EventEmitter = require('node:events');
const net = require('node:net');
const { promisify } = require('node:util');
const host = require('../node/http');
const { defineOptions } = require('./live-options');
const { connectionsOf } = require('./open-connections');
const { define } = require('../base/define');
const { later } = require('../base/later');
const { kDrain, kGuard, kIsClosing, kListener, kOptions } = require('../base/symbols');
const { validateObject } = require('../base/validate');

const optionStore = later(() => require('./options'));
const listener = later(() => require('./listener'));
const serving = later(() => require('./serving'));
const streams = later(() => require('./stream-connections'));
const draining = later(() => require('./drain'));
const { STATUS_CODES } = host;
/** Windows has no descriptors to share: there the stream transport serves. */
const acceptsNatively = process.platform !== 'win32';

/** The arguments of a server's constructor: both may be left out. */
function readArguments(options, requestListener) {
  if (typeof options === 'function') return [{}, options];
  if (options == null) return [{}, requestListener];
  validateObject(options, 'options');
  return [options, requestListener];
}

/** What a server of HTTP has before it is a server of connections. */
function prepare(server, options) {
  server[kListener] = null;
  server[kIsClosing] = false;
  server[kDrain] = null;
  server[kGuard] = null;
  optionStore().storeOptions(server, options);
}

/** `new Server([options][, requestListener])`; callable without `new`, as in Node. */
function Server(options, requestListener) {
  if (!(this instanceof Server)) return new Server(options, requestListener);
  [options, requestListener] = readArguments(options, requestListener);
  prepare(this, options);
  net.Server.call(this, {
    allowHalfOpen: true,
    noDelay: options.noDelay ?? true,
    keepAlive: options.keepAlive,
    keepAliveInitialDelay: options.keepAliveInitialDelay,
    highWaterMark: options.highWaterMark,
  });
  if (requestListener) this.on('request', requestListener);
  this.httpAllowHalfOpen = false;
  this.on('connection', connectionListener);
  this.on('listening', onListening);
  this.timeout = 0;
  this.maxHeadersCount = null;
  this.maxRequestsPerSocket = 0;
}
ObjectSetPrototypeOf(Server.prototype, host.Server.prototype);
ObjectSetPrototypeOf(Server, host.Server);

defineOptions(Server.prototype);

/** Tells the native listener of a server when a listener for one of `events` is added or removed. */
function watchListeners(prototype, events) {
  for (const name of [
    'on',
    'addListener',
    'prependListener',
    'once',
    'prependOnceListener',
    'removeListener',
    'off',
    'removeAllListeners',
  ]) {
    define(prototype, {
      [name](...args) {
        const [event] = args;
        const result = ReflectApply(EventEmitter.prototype[name], this, args);
        if (event === undefined || ArrayPrototypeIncludes(events, event)) this[kListener]?.update();
        return result;
      },
    });
  }
}

// Whether connections are held back depends on the listeners for them.
watchListeners(Server.prototype, ['connection']);

/** `_listen2` of servers whose connections are native. */
function _listen2(...args) {
  listener().listen(this, ...args);
}

if (acceptsNatively) Server.prototype._listen2 = _listen2;

/** Makes a server serve HTTP on `socket`, ours or any Duplex. `this` is the server. */
function connectionListener(socket) {
  // A server that is not made by us, as http2's with `allowHTTP1`, has its options for Node's own.
  if (this[kOptions] === undefined) {
    host._connectionListener.call(this, socket);
    return;
  }
  serving().serve(this, socket);
}

/** Listener for 'listening': of each server of HTTP there is one, as with Node. */
function onListening() {
  this[kIsClosing] = false;
}

Server.prototype.close = function close(...args) {
  this.closeIdleConnections();
  // Node would not have accepted them yet: it takes connections from the backlog on this thread.
  for (const connection of connectionsOf(this))
    if (connection.isUnused()) connection.socket.destroy();
  if (this._handle) {
    this[kIsClosing] = true;
    for (const connection of connectionsOf(this)) connection.announceClose();
  }
  streams().unwatchStreams(this);
  ReflectApply(net.Server.prototype.close, this, args);
  return this;
};

if (Symbol.asyncDispose) {
  Server.prototype[Symbol.asyncDispose] = async function () {
    await promisify(this.close).call(this);
  };
}

/** Closes every connection, requests under way included. */
Server.prototype.closeAllConnections = function closeAllConnections() {
  for (const connection of connectionsOf(this)) connection.socket.destroy();
};

/** Closes the connections on which neither a request arrives nor one waits for its answer. */
Server.prototype.closeIdleConnections = function closeIdleConnections() {
  for (const connection of connectionsOf(this))
    if (connection.isIdle() || (host.closesFresh && isFresh(connection)))
      connection.socket.destroy();
};

/** Nothing has arrived on it. */
const isFresh = ({ resource, transport }) =>
  resource === null && transport.isQuiet() && !transport.holdsInput();

// Node has no such methods.
define(Server.prototype, {
  /** Whether only we look at new connections: they need no socket object before a request. */
  isPlainConnection() {
    return (
      this._events.connection === connectionListener && this.emit === EventEmitter.prototype.emit
    );
  },
  /** What goes on, and what went on since the server was made; see `ServerStats` in index.d.ts. */
  stats() {
    return serving().stats(this);
  },
  /** Closes the server without losing a request; resolves with what was answered and what was cut off. */
  drain(options) {
    return draining().drain(this, options);
  },
});

/** Timeout of sockets in milliseconds; `callback` is added to 'timeout'. */
Server.prototype.setTimeout = function setTimeout(msecs, callback) {
  this.timeout = msecs;
  if (callback) this.on('timeout', callback);
  return this;
};

Server.prototype[EventEmitter.captureRejectionSymbol] = function (error, event, ...args) {
  if (event !== 'request') {
    net.Server.prototype[EventEmitter.captureRejectionSymbol].call(this, error, event, ...args);
    return;
  }
  const res = args[1];
  if (res.headersSent || res.writableEnded) {
    res.destroy();
    return;
  }
  for (const name of res.getHeaderNames()) res.removeHeader(name);
  res.statusCode = 500;
  res.end(STATUS_CODES[500]);
};

module.exports = {
  Server,
  _connectionListener: connectionListener,
  acceptsNatively,
  listenNatively: _listen2,
  onListening,
  prepare,
  readArguments,
  watchListeners,
};
