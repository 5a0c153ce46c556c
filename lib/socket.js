'use strict';
// The net.Socket of a native connection. A server's begins "bare": a small object with the prototype of a
// socket and none of its state, enough to send responses and to tell addresses. The first touch of
// anything else makes it a complete net.Socket in place, so that its identity never changes.
// May use Node, `errors`, `symbols`, `validate` and `internal/native-connection`.
const { closeSync } = require('node:fs');
const net = require('node:net');
const { codes } = require('./errors');
const { writeHeld } = require('./internal/held-writing');
const native = require('./internal/native');
const { onSocketClose } = require('./internal/response-close');
const { kConnection } = require('./symbols');
const { timerDuration, validateFunction } = require('./validate');

const { ERR_SOCKET_CLOSED, ERR_HTTP_SOCKET_ENCODING } = codes;

/** A complete socket on a native connection. Made by `complete` alone. */
function NativeSocket() {}
Object.setPrototypeOf(NativeSocket.prototype, net.Socket.prototype);
Object.setPrototypeOf(NativeSocket, net.Socket);

/**
 * Where `net` keeps the handle that `_handle` shows. A native socket has none there; what stands in its
 * place says only whether the socket is open.
 */
const kHandle = Object.getOwnPropertySymbols(new net.Socket()).find(
  (symbol) => symbol.description === 'kHandle',
);
const OPEN = Object.freeze({ __proto__: null });

const { prototype } = NativeSocket;

Object.defineProperty(prototype, 'isBare', { __proto__: null, value: false });
writeHeld(prototype);

/**
 * Whoever looks at the handle may give it to Node's C++ (to send the socket to another process, to put
 * TLS over it), which has to get a real one: the descriptor goes to a handle of Node's own, and the
 * connection goes on over that, as a stream.
 */
Object.defineProperty(prototype, '_handle', {
  __proto__: null,
  configurable: true,
  enumerable: true,
  get() {
    if (this[kHandle] !== OPEN) return this[kHandle];
    this[kConnection].becomeStream();
    // If it is closed already, its end is on the way.
    return this[kHandle] === OPEN ? null : this._handle;
  },
  set(handle) {
    this[kHandle] = handle;
  },
});

// What `net.Socket` would ask its handle.

prototype.setNoDelay = function setNoDelay(enable) {
  if (this[kHandle]) this[kConnection].setNoDelay(enable === undefined ? true : Boolean(enable));
  return this;
};

prototype.setKeepAlive = function setKeepAlive(enable, initialDelay) {
  if (enable !== null && typeof enable === 'object') ({ enable, initialDelay } = enable);
  if (this[kHandle]) this[kConnection].setKeepAlive(Boolean(enable), ~~(initialDelay / 1000));
  return this;
};

prototype.ref = function ref() {
  if (this[kHandle]) this[kConnection].setRef(true);
  return this;
};

prototype.unref = function unref() {
  if (this[kHandle]) this[kConnection].setRef(false);
  return this;
};

prototype._getpeername = function _getpeername() {
  return this[kConnection].remoteAddress() ?? {};
};

prototype._getsockname = function _getsockname() {
  return this[kConnection].localAddress() ?? {};
};

for (const [name, get] of [
  [
    'pending',
    function () {
      return !this[kHandle] || this.connecting;
    },
  ],
  [
    'bufferSize',
    function () {
      return this[kHandle] ? this.writableLength : undefined;
    },
  ],
])
  Object.defineProperty(prototype, name, { __proto__: null, configurable: true, get });

prototype._read = function _read() {}; // the parser reads; see `leaveHttp` for everything else

prototype._writeGeneric = function _writeGeneric(writev, data, encoding, callback) {
  const connection = this[kConnection];
  if (connection.destroyed) {
    callback(new ERR_SOCKET_CLOSED());
    return;
  }
  let chunks = [data];
  let encodings = [encoding];
  if (writev) {
    chunks = data.map((piece) => (data.allBuffers ? piece : piece.chunk));
    encodings = data.map((piece) => piece.encoding);
  }
  if (connection.send(chunks, encodings, callback)) callback(null);
};

prototype._final = function _final(callback) {
  const connection = this[kConnection];
  if (connection.destroyed) callback();
  else connection.shutdown(callback);
};

prototype._destroy = function _destroy(error, callback) {
  const connection = this[kConnection];
  this.connecting = false;
  connection.hadError = !!error;
  connection.close(this.resetAndClosing === true);
  this._handle = null;
  callback(error);
};

prototype.resetAndDestroy = function resetAndDestroy() {
  if (this[kHandle]) {
    this.resetAndClosing = true;
    this.destroy();
  } else {
    this.destroy(new ERR_SOCKET_CLOSED());
  }
  return this;
};

/** Timeout without traffic in milliseconds, kept by the native side; 0 switches it off. */
prototype.setTimeout = function setTimeout(msecs, callback) {
  if (this.destroyed) return this;
  this.timeout = msecs;
  msecs = timerDuration(msecs, 'msecs');
  this[kConnection].setTimeout(Math.ceil(msecs));
  if (callback !== undefined) {
    validateFunction(callback, 'callback');
    if (msecs === 0) this.removeListener('timeout', callback);
    else this.once('timeout', callback);
  }
  return this;
};

prototype.pause = function pause() {
  if (this[kConnection].http) this[kConnection].pauseReading();
  return net.Socket.prototype.pause.call(this);
};

prototype.resume = function resume() {
  const connection = this[kConnection];
  if (connection.http && !connection.paused) connection.resumeReading();
  return net.Socket.prototype.resume.call(this);
};

// While HTTP is spoken, the parser consumes the bytes; who listens for them gets them, too.
for (const name of ['on', 'addListener', 'prependListener']) {
  prototype[name] = function (event, listener) {
    const result = net.Socket.prototype[name].call(this, event, listener);
    if ((event === 'data' || event === 'readable') && this[kConnection]?.http) {
      const connection = this[kConnection];
      connection.tap();
    }
    return result;
  };
}

prototype.setEncoding = function setEncoding(encoding) {
  if (this[kConnection].http) throw new ERR_HTTP_SOCKET_ENCODING();
  return net.Socket.prototype.setEncoding.call(this, encoding);
};

// What HTTP listens to on a complete socket, as on Node's.
const httpListeners = {
  __proto__: null,
  // The parser has what arrived; what someone pushed into the stream it gets from here.
  data(chunk) {
    this[kConnection].onPushed(chunk);
  },
  end() {}, // known from the connection
  close() {
    this[kConnection]?.inContext(this[kConnection].onClosed);
  },
  drain() {
    this[kConnection].onSocketDrain();
  },
  error: onSocketError,
  timeout() {
    this[kConnection].onTimeout();
  },
};

/** The connection speaks HTTP. */
prototype.joinHttp = function joinHttp() {
  for (const event in httpListeners)
    net.Socket.prototype.on.call(this, event, httpListeners[event]);
  if (this._httpMessage) this.on('close', onSocketClose);
};

/**
 * The connection does not speak HTTP (any more): its descriptor becomes a handle of Node's own, and
 * this a plain net.Socket on it, for TLS, WebSockets and whatever else works on those. What was not
 * sent goes first through the new handle. If the connection is closed already, its end is on the way.
 */
prototype.leaveHttp = function leaveHttp() {
  this.quitHttp();
  const connection = this[kConnection];
  connection.http = false;
  if (handOver(this)) startAsSocket(this);
};

/** The connection speaks HTTP on, over a handle of Node's own; or as before, if it is closed. */
prototype.exchangeTransport = function exchangeTransport() {
  this.quitHttp();
  if (handOver(this)) return true;
  this.joinHttp();
  return false;
};

/** Gives the descriptor to a handle of Node's, and the socket that handle. False if it is closed. */
function handOver(socket) {
  const connection = socket[kConnection];
  socket.flushHeld();
  const handed = connection.handOver();
  if (handed === null) return false;
  const { held, isBare } = socket;
  const { handle, error } = openHandle(handed.fd);
  if (isBare) becomeSocket(socket, net.Socket.prototype, handle);
  else exchangeHandle(socket, handle);
  socket[kConnection] = null;
  if (error) {
    socket.destroy(error);
    return true;
  }
  sendFirst(socket, handed.unsent, connection.waiting.splice(0), held?.needDrain === true);
  for (let i = held?.corked ?? 0; i > 0; i--) socket.cork();
  if (connection.timeout > 0) socket.setTimeout(connection.timeout);
  endBehind(socket, connection, isBare);
  return true;
}

/** A handle of Node's on the descriptor; if the system refuses it, the error. */
function openHandle(fd) {
  try {
    const opener = new net.Socket({ fd, manualStart: true });
    const handle = opener._handle;
    opener._handle = null;
    return { handle, error: undefined };
  } catch (error) {
    closeSync(fd);
    return { handle: undefined, error };
  }
}

/** Makes a complete socket one on `handle`; the state of its streams stays. */
function exchangeHandle(socket, handle) {
  Object.setPrototypeOf(socket, net.Socket.prototype);
  socket._handle = handle ?? null;
  if (!handle) return;
  const owner = Object.getOwnPropertySymbols(handle).find((s) => s.description === 'owner_symbol');
  if (owner) handle[owner] = socket;
}

/** Writes what the old owner of the descriptor has not sent, then tells those who wait for it. */
function sendFirst(socket, unsent, waiting, needDrain) {
  const done = (error) => {
    for (const callback of waiting) callback(error);
    if (needDrain && !error) socket.emit('drain');
  };
  if (unsent) net.Socket.prototype._writeGeneric.call(socket, false, unsent, 'buffer', done);
  else if (waiting.length > 0 || needDrain) process.nextTick(done, null);
}

/** What was to end behind what is sent, still does. */
function endBehind(socket, connection, wasBare) {
  const { afterShutdown, closesSoon, writeEnded } = connection;
  connection.afterShutdown = null;
  if (!wasBare) {
    if (afterShutdown !== null) net.Socket.prototype._final.call(socket, afterShutdown);
  } else if (closesSoon) {
    socket.destroySoon();
  } else if (writeEnded) {
    socket.end();
  }
}

/** Reads as Node's handle does, from the start: the peer's end is seen. */
function startAsSocket(socket) {
  if (socket.destroyed) return;
  // Called itself: a stream that waited for the parser's bytes thinks that it is reading already.
  socket._read(0);
}

prototype.quitHttp = function quitHttp() {
  for (const event in httpListeners) this.removeListener(event, httpListeners[event]);
  this.removeListener('close', onSocketClose);
};

/** The native side has closed the socket. */
prototype.onClosed = function onClosed() {
  if (!this.destroyed) this.destroy();
  process.nextTick(emitClose, this); // behind the 'error' that may be on its way
};

function emitClose(socket) {
  socket.emit('close', socket[kConnection].hadError === true);
}

/** The response is about to end with what is held. */
prototype.willEnd = function willEnd(response) {
  if (this._httpMessage === response) this[kConnection].ending = response;
};

/** A getter that answers from the connection, before and after the socket is closed. */
function counter(name, saved) {
  Object.defineProperty(prototype, name, {
    __proto__: null,
    configurable: true,
    enumerable: true,
    get() {
      const connection = this[kConnection];
      return connection.destroyed ? connection[saved] : native.io[saved](connection.id);
    },
  });
}
counter('bytesRead', 'bytesRead');
counter('_bytesDispatched', 'bytesWritten');

Object.defineProperty(prototype, 'bytesWritten', {
  __proto__: null,
  configurable: true,
  enumerable: true,
  get() {
    return this._bytesDispatched + this.writableLength;
  },
});

for (const [name, end, field] of [
  ['remoteAddress', 'remoteAddress', 'address'],
  ['remoteFamily', 'remoteAddress', 'family'],
  ['remotePort', 'remoteAddress', 'port'],
  ['localAddress', 'localAddress', 'address'],
  ['localFamily', 'localAddress', 'family'],
  ['localPort', 'localAddress', 'port'],
]) {
  Object.defineProperty(prototype, name, {
    __proto__: null,
    configurable: true,
    enumerable: true,
    get() {
      return this[kConnection][end]()?.[field];
    },
  });
}

prototype.address = function address() {
  const local = this[kConnection].localAddress();
  return local ? { ...local } : {};
};

function onSocketError(error) {
  const connection = this[kConnection];
  // Ignore further errors.
  this.removeListener('error', onSocketError);
  if (this.listenerCount('error') === 0) this.on('error', () => {});
  connection.inContext(connection.onError, error);
}

/** Makes `socket`, bare or not, a net.Socket on `handle` with the methods of `proto`. */
function becomeSocket(socket, proto, handle) {
  const { _httpMessage, _paused, _server, parser, server } = socket;
  const { readableHighWaterMark, writableHighWaterMark } = socket;
  const allowHalfOpen = socket.isBare || socket.allowHalfOpen;
  Object.setPrototypeOf(socket, proto);
  const endListeners = socket._events?.end;
  net.Socket.call(socket, {
    handle,
    allowHalfOpen,
    manualStart: true,
    readableHighWaterMark,
    writableHighWaterMark,
  });
  // A second initialisation adds the constructor's own listener once more.
  if (endListeners !== undefined) socket._events.end = endListeners;
  Object.assign(socket, { _httpMessage, parser });
  if (server) Object.assign(socket, { _paused, _server, server });
}

/** Marks a socket whose handle was taken from it as one of ours that is open. */
function nativeHandle(socket) {
  socket[kHandle] = OPEN;
}

/** Makes a bare socket a complete one. */
function complete(socket) {
  const connection = socket[kConnection];
  socket.flushHeld();
  becomeSocket(socket, prototype, undefined);
  if (!connection.destroyed) nativeHandle(socket);
  if (connection.timeout > 0) socket.timeout = connection.timeout;
  if (connection.http) {
    socket._readableState.flowing = true; // it has been flowing all the time: no 'resume' now
    socket.joinHttp();
    socket.read(0);
  }
  catchUp(socket, connection);
}

/** Brings the stream's state to where the connection is. */
function catchUp(socket, connection) {
  if (connection.destroyed) {
    for (const state of [socket._readableState, socket._writableState]) {
      state.destroyed = true;
      state.closed = connection.closed;
      state.closeEmitted = connection.closed;
    }
    socket._handle = null;
    return;
  }
  if (connection.readEnded) {
    if (connection.http) {
      // HTTP has read all there was, and 'end' has passed while nobody could listen.
      const state = socket._readableState;
      state.ended = true;
      state.endEmitted = true;
    } else {
      socket.push(null);
      socket.read(0);
    }
  }
  if (connection.writeEnded) socket.end();
}

module.exports = { NativeSocket, complete, nativeHandle };
