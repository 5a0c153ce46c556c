'use strict';
// The net.Socket of a native connection. A server's begins lazy (see `lazy-socket`); the first touch of
// anything but what responses need materializes it. How it gets a handle of Node's own is in `hand-over`.
const {
  ArrayPrototypeMap,
  ObjectFreeze,
  ObjectSetPrototypeOf,
  ReflectApply,
} = require('../base/primordials');
const { define } = require('../base/define');
const { ERR_HTTP_SOCKET_ENCODING, ERR_SOCKET_CLOSED } = require('../base/errors');
const { onSocketClose } = require('../message/server-response');
const { kError, kHeld, kSendWhole, kTransport, kWillEnd } = require('../base/symbols');
const { validateFunction } = require('../base/validate');
const { Socket } = require('../node/builtins');
const { kHandle } = require('../node/net');
const { setImmediate } = require('../node/timers');
const {
  isUnusedWritable,
  noteDestroyed,
  noteEndEmitted,
  noteFinished,
  noteFlowing,
} = require('../node/streams');
const { directWrite, sendWhole, willEnd } = require('./direct-write');
const { becomeSocket, handOver, startAsSocket } = require('./hand-over');
const { setKeepAlive, setNoDelay } = require('./tcp-options');
const { defineMethods } = require('./taken-methods');
const { process } = require('../wire/realm');

/** A complete socket on a native connection. Made by `materialize` and of a client's socket alone. */
function NativeSocket() {}
ObjectSetPrototypeOf(NativeSocket.prototype, Socket.prototype);

/** Stands in the place of the handle, and says only that the socket is open. */
const OPEN = ObjectFreeze({ __proto__: null });

const { prototype } = NativeSocket;
/** Defined below, not assigned: what they inherit may be frozen by now. */
const methods = { __proto__: null };

define(prototype, directWrite);
define(prototype, {
  isLazy: false,

  /** Who looks at the handle may give it to Node's C++: it becomes a real one, and the connection a stream. */
  get _handle() {
    if (this[kHandle] !== OPEN) return this[kHandle];
    this[kTransport].becomeStream();
    // If it is closed already, its end is on the way.
    return this[kHandle] === OPEN ? null : this._handle;
  },
  set _handle(handle) {
    this[kHandle] = handle;
  },

  get timeout() {
    return this[kTransport].timeout;
  },
  set timeout(msecs) {
    this[kTransport].timeout = msecs;
  },
  get pending() {
    return !this[kHandle] || this.connecting;
  },
  get bufferSize() {
    return this[kHandle] ? this.writableLength : undefined;
  },
  get bytesRead() {
    return bytesOf(this, 'bytesRead');
  },
  get _bytesDispatched() {
    return bytesOf(this, 'bytesWritten');
  },
  get bytesWritten() {
    const { [kHeld]: held } = this;
    return this._bytesDispatched + this.writableLength - held.length + held.byteLength();
  },
});

/** What the connection counts, before and after it is closed. */
function bytesOf({ [kTransport]: transport }, name) {
  if (!transport.isDestroyed) transport.saveCounts();
  return transport[name];
}

for (const end of ['remote', 'local'])
  for (const part of ['Address', 'Family', 'Port']) {
    const [ends, field] = [`${end}Address`, part.toLowerCase()];
    define(prototype, {
      get [end + part]() {
        return this[kTransport][ends]()?.[field];
      },
    });
  }

// What `net.Socket` would ask its handle.

methods.setNoDelay = setNoDelay;
methods.setKeepAlive = setKeepAlive;

methods.ref = function ref() {
  this[kTransport].setRef(true);
  return this;
};

methods.unref = function unref() {
  this[kTransport].setRef(false);
  return this;
};

methods._getpeername = function _getpeername() {
  return this[kTransport].remoteAddress() ?? {};
};

methods._getsockname = function _getsockname() {
  return this[kTransport].localAddress() ?? {};
};

methods._read = function _read() {}; // the parser reads; see `leaveHttp` for everything else

methods._writeGeneric = function _writeGeneric(writev, data, encoding, callback) {
  const transport = this[kTransport];
  // What waited for the connection waits no more; its bytes would be kept, and be counted twice.
  this._pendingData = null;
  this._pendingEncoding = '';
  if (transport.isDestroyed) {
    callback(new ERR_SOCKET_CLOSED());
    return;
  }
  let chunks = [data];
  let encodings = [encoding];
  if (writev) {
    chunks = ArrayPrototypeMap(data, (piece) => (data.allBuffers ? piece : piece.chunk));
    encodings = ArrayPrototypeMap(data, (piece) => piece.encoding);
  }
  if (transport.sendAll(chunks, encodings, 0, callback)) callback(null);
};

methods._final = function _final(callback) {
  const transport = this[kTransport];
  if (transport.isDestroyed) callback();
  else transport.shutdown(callback);
};

methods._destroy = function _destroy(error, callback) {
  const transport = this[kTransport];
  this.connecting = false;
  transport.hasError = Boolean(error);
  transport.close(this.resetAndClosing === true);
  this._handle = null;
  callback(error);
};

methods.resetAndDestroy = function resetAndDestroy() {
  if (this[kHandle]) {
    this.resetAndClosing = true;
    this.destroy();
  } else {
    this.destroy(new ERR_SOCKET_CLOSED());
  }
  return this;
};

/** Timeout without traffic in milliseconds, kept by the native side; 0 switches it off. */
methods.setTimeout = function setTimeout(msecs, callback) {
  if (this.destroyed) return this;
  this.timeout = msecs; // a client's socket has it of its own, from before it was native
  this[kTransport].setTimeout(msecs);
  if (callback !== undefined) {
    validateFunction(callback, 'callback');
    if (msecs === 0) this.removeListener('timeout', callback);
    else this.once('timeout', callback);
  }
  return this;
};

// While HTTP is spoken, the parser consumes the bytes; listeners of the program get them, too.
for (const name of ['on', 'addListener', 'prependListener']) {
  methods[name] = function (event, listener) {
    const result = Socket.prototype[name].call(this, event, listener);
    if ((event === 'data' || event === 'readable') && this[kTransport]?.role) {
      this[kTransport].mirror(true);
      if (event === 'readable') resumeReading(this); // there has to be something to tell
    }
    return result;
  };
}

methods.setEncoding = function setEncoding(encoding) {
  if (this[kTransport].role !== null) throw new ERR_HTTP_SOCKET_ENCODING();
  return Socket.prototype.setEncoding.call(this, encoding);
};

// What HTTP listens to on a complete socket, as on Node's.
const httpListeners = {
  __proto__: null,
  // The parser has what arrived. What a program pushes into the stream it gets from here.
  data(chunk) {
    this[kTransport]?.role?.onPushed(chunk);
  },
  end() {}, // known from the connection
  // A program may emit 'close' itself, when there is no role any more.
  close() {
    this[kTransport]?.role?.onClosed();
  },
  drain() {
    this[kTransport].role?.onSocketDrain();
  },
  error(error) {
    this[kTransport].role?.onSocketError(error);
  },
  timeout() {
    this[kTransport].role?.onTimeout();
  },
  // In a tick, also behind a pause() in the same tick: that is undone then. Not so where the program reads, too:
  // it gets what is read as long as the stream flows.
  resume() {
    if (this._paused) {
      this.pause();
    } else if (this.readableFlowing) {
      resumeReading(this);
    } else if (!this[kTransport].isMirrored) {
      resumeReading(this);
      flowAlong(this);
    }
  },
  pause() {
    this[kTransport].pauseReading();
  },
};

/** The stream flows as the parser reads. */
function flowAlong(socket) {
  if (socket.readableFlowing === false && socket.listenerCount('readable') === 0) socket.resume();
}

function resumeReading(socket) {
  if (!socket._paused) socket[kTransport].resumeReading();
}

methods.joinHttp = function joinHttp() {
  for (const event in httpListeners) Socket.prototype.on.call(this, event, httpListeners[event]);
  if (this._httpMessage) this.on('close', onSocketClose);
};

/** The socket becomes a plain net.Socket, for TLS, WebSockets and the like. If it is closed, its end is on the way. */
methods.leaveHttp = function leaveHttp() {
  const transport = this[kTransport];
  if (!tellMirrored(this, transport)) return;
  this.quitHttp();
  if (handOver(this)) startAsSocket(this);
  else transport.role?.onGone(transport.bytesRead, transport.bytesWritten);
  transport.role = null;
  transport.receiver = null;
};

/** HTTP goes on over a handle of Node's own, and its listeners stay; false if the connection is closed. */
methods.exchangeTransport = function exchangeTransport() {
  return tellMirrored(this, this[kTransport]) && handOver(this);
};

/** Tells readers what a paused stream has kept: the next owner must not see it. False if one took the socket away. */
function tellMirrored(socket, transport) {
  const isHere = () => socket[kTransport] === transport;
  if (transport.isMirrored) while (isHere() && socket.readableLength > 0 && socket.read() !== null);
  return isHere();
}

methods.quitHttp = function quitHttp() {
  for (const event in httpListeners) this.removeListener(event, httpListeners[event]);
  this.removeListener('close', onSocketClose);
};

/** The native side has closed the socket; `wasOpen`: JavaScript had not. */
methods.onClosed = function onClosed(wasOpen) {
  // Behind the 'finish' that is on its way, as with Node, which closes a socket in answer to that.
  if (awaitsFinish(this)) setImmediate(closeSocket, this, false);
  else closeSocket(this, wasOpen);
};

function awaitsFinish(socket) {
  const { writableEnded, writableFinished, destroyed } = socket;
  return writableEnded && !writableFinished && !destroyed && socket[kTransport].hasOutputEnded;
}

function closeSocket(socket, wasOpen) {
  if (!socket.destroyed) socket.destroy();
  // A write that fails because the socket was closed is none of its errors, though `errored` has it.
  const { hasError } = socket[kTransport];
  // Behind the 'error' that is on its way if it was just told, and what follows from it in ticks.
  if (hasError && wasOpen) setImmediate(emitClose, socket, true);
  else process.nextTick(emitClose, socket, hasError);
}

function emitClose(socket, isError) {
  socket.emit('close', isError);
}

/** Listens to what a socket of Node's does before HTTP is spoken on it. */
methods.listenAsNodes = function listenAsNodes() {};

// ---- what the transport calls ----

// A materialized socket says by 'pause' that its input stops.

methods.pauseInput = function pauseInput() {
  this[kTransport].pauseReading();
  this.pause();
};

methods.resumeInput = function resumeInput() {
  resumeReading(this);
  if (this.readable) this.resume();
};

methods.endInput = function endInput() {
  this.push(null);
  this.read(0);
};

/** HTTP's listener among those of 'data'. */
methods.httpReader = () => httpListeners.data;

/** Bytes for listeners beside the parser. */
methods.pushMirrored = function pushMirrored(bytes) {
  this.push(bytes);
};

methods.onTimeout = function onTimeout() {
  this.emit('timeout');
};

methods.fail = function fail(error) {
  this.destroy(error);
};

// ---- what messages call ----

methods[kWillEnd] = willEnd;

/** Not what fills the stream's buffer: that is followed by a 'drain'. */
methods[kSendWhole] = function sendWholeOnSocket(...args) {
  const isSmall = args[2].length < this.writableHighWaterMark;
  return isSmall && isUnusedWritable(this) && ReflectApply(sendWhole, this, args);
};

methods.address = function address() {
  const local = this[kTransport].localAddress();
  return local ? { ...local } : {};
};

defineMethods(prototype, methods, (socket) => Boolean(socket[kTransport]));

/** Marks a socket whose handle was taken from it as one of ours that is open. */
function standInForHandle(socket) {
  socket[kHandle] = OPEN;
}

/** Makes a lazy socket a complete one. */
function materialize(socket) {
  const transport = socket[kTransport];
  becomeSocket(socket, socket.complete, undefined);
  socket.listenAsNodes();
  if (transport.role !== null) {
    // It has been flowing all the time, unless it is about to begin, or stands.
    if (!transport.isBeginning) noteFlowing(socket, !transport.isPaused);
    socket.joinHttp();
    socket.read(0);
  }
  // Only now: these may call a method that the program has replaced, which would exchange the handle for Node's.
  if (!transport.isDestroyed) standInForHandle(socket);
  catchUp(socket, transport);
}

/** Brings the stream's state to where the connection is. */
function catchUp(socket, transport) {
  const { destroysSoon, hasInputEnded, hasOutputEnded, isDestroyed, isOutputOver, role } =
    transport;
  if (hasInputEnded) {
    // HTTP has read all there was, and 'end' has passed before there could be a listener.
    if (role !== null || isDestroyed) noteEndEmitted(socket);
    else socket.endInput();
  }
  if (hasOutputEnded) {
    // Where the input has ended, too, it is the end of the output that destroys the socket.
    if (isDestroyed || (isOutputOver && !destroysSoon && !hasInputEnded)) noteFinished(socket);
    else if (destroysSoon) socket.destroySoon();
    else socket.end();
  }
  if (!isDestroyed) return;
  noteDestroyed(socket, socket[kError]);
  socket._handle = null;
}

module.exports = {
  NativeSocket,
  flowAlong,
  httpListeners,
  materialize,
  standInForHandle,
  tellMirrored,
};
