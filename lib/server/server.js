'use strict';
// http.Server: a net.Server whose listener and connections are native.
const EventEmitter = require('node:events');
const net = require('node:net');
const { promisify } = require('node:util');
const host = require('../node/http');
const { OPTIONS } = require('./option-names');
const { unwatchStreams } = require('./stream-checker');
const { later } = require('../base/later');
const { kConnections, kIsClosing, kListener, kOptions } = require('../base/symbols');
const { validateObject } = require('../base/validate');

const optionStore = later(() => require('./options'));
const listener = later(() => require('./listener'));
const serving = later(() => require('./serving'));
const { STATUS_CODES } = host;
/** Windows has no descriptors to share: there the stream transport serves. */
const isNative = process.platform !== 'win32';

/**
 * `new Server([options][, requestListener])`; callable without `new`, as in Node.
 */
function Server(options, requestListener) {
  if (!(this instanceof Server)) return new Server(options, requestListener);
  if (typeof options === 'function') {
    requestListener = options;
    options = {};
  } else if (options == null) {
    options = {};
  } else {
    validateObject(options, 'options');
  }
  this[kListener] = null;
  this[kIsClosing] = false;
  optionStore().storeOptions(this, options);
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
  this.timeout = 0;
  this.maxHeadersCount = null;
  this.maxRequestsPerSocket = 0;
}
Object.setPrototypeOf(Server.prototype, host.Server.prototype);
Object.setPrototypeOf(Server, host.Server);

// Options that may change while the server listens, and that the native side has to know. Each is a
// property of the server's own, as in Node, from its first assignment on.
for (const name of OPTIONS) {
  const accessor = {
    __proto__: null,
    configurable: true,
    enumerable: true,
    get() {
      return this[kOptions]?.[name];
    },
    set(value) {
      if (!Object.hasOwn(this, kOptions))
        Object.defineProperty(this, kOptions, { __proto__: null, value: { __proto__: null } });
      if (!Object.hasOwn(this, name)) Object.defineProperty(this, name, accessor);
      this[kOptions][name] = value;
      this[kListener]?.update();
      if (name === 'requireHostHeader')
        for (const connection of this[kConnections] ?? [])
          connection.transport.requireHost(Boolean(value));
    },
  };
  Object.defineProperty(Server.prototype, name, accessor);
}

/** No one but us looks at new connections: they need no socket object before a request. */
Object.defineProperty(Server.prototype, 'isPlainConnection', {
  __proto__: null,
  value: function isPlainConnection() {
    return (
      this._events.connection === connectionListener && this.emit === EventEmitter.prototype.emit
    );
  },
});

// Whether connections are held back depends on who listens for them.
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
  Object.defineProperty(Server.prototype, name, {
    __proto__: null,
    configurable: true,
    writable: true,
    value(...args) {
      const [event] = args;
      const result = Reflect.apply(EventEmitter.prototype[name], this, args);
      if (event === 'connection' || event === undefined) this[kListener]?.update();
      return result;
    },
  });
}

if (isNative) {
  Server.prototype._listen2 = function _listen2(address, port, addressType, backlog, fd, flags) {
    this[kIsClosing] = false;
    listener().listen(this, address, port, addressType, backlog, fd, flags);
  };
}

/** Makes a server serve HTTP on `socket`, ours or any Duplex. `this` is the server. */
function connectionListener(socket) {
  serving().serve(this, socket);
}

/** The connections of a server, as they are now, without those that were sent to other processes. */
function connectionsOf(server) {
  return [...(server[kConnections] ?? [])].filter(({ transport }) => !transport.isSentAway());
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
  unwatchStreams(this);
  Reflect.apply(net.Server.prototype.close, this, args);
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
    if (connection.isIdle()) connection.socket.destroy();
};

/**
 * What goes on, and what went on since the server was made: `connections`, `connectionsTotal`,
 * `requestsInFlight`, `requestsTotal`, `bytesRead`, `bytesWritten`, `driver`. Node has nothing of the
 * kind.
 */
Object.defineProperty(Server.prototype, 'stats', {
  __proto__: null,
  configurable: true,
  writable: true,
  value: function stats() {
    return serving().stats(this);
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

module.exports = { Server, _connectionListener: connectionListener };
