'use strict';
// The socket of a client's native connection. It was dialled by `net`, with all that `net` offers
// for that; once connected, its descriptor goes to the native side and the object changes its
// prototype.
const {
  ArrayPrototypeIncludes,
  ObjectGetPrototypeOf,
  ObjectSetPrototypeOf,
} = require('../base/primordials');
const {
  kHeld,
  kHttpListeners,
  kDial,
  kSendWhole,
  kTransport,
  kWillEnd,
} = require('../base/symbols');
const { Socket, socketMethods } = require('../node/builtins');
const { isReadByNet, kBuffer } = require('../node/net');
const { isUnreadStream } = require('../node/streams');
const { CorkBuffer } = require('./cork-buffer');
const { NativeSocket, standInForHandle } = require('./socket');
const { areMethodsOriginal, defineMethods } = require('./taken-methods');

function ClientSocket() {}
ObjectSetPrototypeOf(ClientSocket.prototype, NativeSocket.prototype);

/** Whether `socket` was made by `net` or `tls`, and is read by HTTP alone. */
function mayBecomeNative(socket) {
  const { prototype } = socket[kDial] ?? Socket;
  return (
    ObjectGetPrototypeOf(socket) === prototype &&
    !socket.destroyed &&
    !socket[kBuffer] &&
    isUnreadStream(socket) &&
    areMethodsOriginal()
  );
}

/** Whether it can become native just now: it is connected, and open on both sides. */
function canBecomeNative(socket) {
  const isOpen = socket._handle?.fd >= 0 && !socket.readableEnded && socket.writable;
  return (
    !socket.connecting &&
    isOpen &&
    mayBecomeNative(socket) &&
    isReadByNet(socket) &&
    (socket[kDial]?.fits(socket) ?? true)
  );
}

/** Puts a connected socket of `net` on `transport`, which has its descriptor. */
function becomeNativeSocket(socket, transport, httpListeners) {
  const { _handle: handle, timeout } = socket;
  const isReferenced = (handle._parent ?? handle).hasRef?.() !== false;
  if (timeout) Socket.prototype.setTimeout.call(socket, 0);
  standInForHandle(socket);
  handle.close();
  socket[kTransport] = transport;
  socket[kHeld] = new CorkBuffer();
  socket[kHttpListeners] = httpListeners;
  socket.timeout = timeout;
  // Last: see `reparentable` for what a property that is added afterwards would cost.
  ObjectSetPrototypeOf(socket, socket[kDial]?.complete ?? ClientSocket.prototype);
  if (timeout) socket.setTimeout(timeout);
  if (!isReferenced) transport.setRef(false);
  socket.joinHttp();
  if (socket.readableFlowing === false && socket.listenerCount('readable') === 0)
    transport.pauseReading();
  // What was written before the connection was there is with the stream, which tells when it has left.
  if (socket.writableLength > 0) socket.prependOnceListener('drain', httpListeners.onDrain);
  if (socket.listenerCount('data') > 0 || socket.listenerCount('readable') > 0)
    transport.mirror(true);
}

const { prototype } = ClientSocket;
/** Defined below, not assigned: what they inherit may be frozen by now. */
const methods = { __proto__: null };

// ---- writing ----

// Responses use these, and a client's socket never has one.
methods[kWillEnd] = undefined;
methods[kSendWhole] = undefined;

methods.onStreamFull = function onStreamFull() {
  const { onDrain } = this[kHttpListeners];
  if (onDrain && this.listenerCount('drain', onDrain) === 0)
    this.prependOnceListener('drain', onDrain);
};

methods.tellDrained = function tellDrained() {
  const { onDrain } = this[kHttpListeners];
  // Twice it would tell a request that has written again meanwhile.
  if (this.listenerCount('drain', onDrain) === 0) onDrain.call(this);
  this.emit('drain');
};

/** A reset behind a complete answer only ends the connection, as for libuv, if all was sent or no more is to come. */
methods.fail = function fail(error) {
  const { hasOutputEnded, role } = this[kTransport];
  const isSent = hasOutputEnded || this._httpMessage?.writableFinished === true;
  const isOver = role !== null && (role.isIdle() || (isSent && role.hasAnswer()));
  if (error.syscall === 'read' && isOver) this.destroy();
  else this.destroy(error);
};

/** An idle socket has no request to tell of this: only the socket ends. */
methods.endInput = function endInput() {
  if (this[kTransport].role?.isIdle()) this.destroy();
  else NativeSocket.prototype.endInput.call(this);
};

// ---- reading ----

methods.pause = function pause() {
  this[kTransport].pauseReading();
  return Socket.prototype.pause.call(this);
};

methods.resume = function resume() {
  this[kTransport].resumeReading();
  return Socket.prototype.resume.call(this);
};

// Code outside of this module reads this socket, a request of the host's for example: it gets the socket.
for (const name of ['on', 'addListener', 'prependListener']) {
  methods[name] = function (event, listener) {
    const isRead = event === 'data' || event === 'readable';
    const { role } = this[kTransport];
    if (isRead && role?.isIdle()) {
      this.leaveHttp();
      return this[name](event, listener);
    }
    return NativeSocket.prototype[name].call(this, event, listener);
  };
}

/** HTTP has no listener for 'data' here. */
methods.httpReader = () => undefined;

/** Bytes for listeners beside the parser. Without any, the native side is told to send no more of them. */
methods.pushMirrored = function pushMirrored(bytes) {
  if (this.listenerCount('data') > 0 || this.listenerCount('readable') > 0) this.push(bytes);
  else this[kTransport].mirror(false);
};

methods.setEncoding = socketMethods.get('setEncoding');

methods.joinHttp = function joinHttp() {
  const { listeners } = this[kHttpListeners];
  for (const event in listeners) {
    const listener = listeners[event];
    if (!ArrayPrototypeIncludes(this.listeners(event), listener)) this.on(event, listener);
  }
};

methods.quitHttp = function quitHttp() {
  this.flushHeld();
  const { listeners, onDrain, onEnd } = this[kHttpListeners];
  for (const event in listeners) this.removeListener(event, listeners[event]);
  this.removeListener('drain', onDrain);
  this.removeListener('end', onEnd);
};

defineMethods(prototype, methods, (socket) => Boolean(socket[kTransport]));

module.exports = { ClientSocket, becomeNativeSocket, canBecomeNative, mayBecomeNative };
