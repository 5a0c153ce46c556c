'use strict';
// The socket of a client's native connection. It was dialled by `net`, with all that `net` offers
// for that; once connected, its descriptor goes to the native side and the object changes its
// prototype. May use Node, `socket`, `symbols` and `internal`.
const net = require('node:net');
const { NativeSocket, nativeHandle } = require('../socket');
const { kConnection } = require('../symbols');
const { ClientConnection } = require('./client-connection');
const { Held } = require('./held-output');

function ClientSocket() {}
Object.setPrototypeOf(ClientSocket.prototype, NativeSocket.prototype);

const kBuffer = Object.getOwnPropertySymbols(new net.Socket()).find(
  (symbol) => symbol.description === 'kBuffer',
);

/** Whether `socket` is one of `net`'s own making, on which nobody but HTTP reads. */
function mayBeNative(socket) {
  return (
    Object.getPrototypeOf(socket) === net.Socket.prototype &&
    !socket.destroyed &&
    !socket[kBuffer] &&
    socket._readableState.length === 0 &&
    !socket._readableState.encoding &&
    socket._readableState.pipes.length === 0
  );
}

/**
 * Makes a connected socket of `net` a native one whose answers are for `exchange`; `http` has the
 * listeners of HTTP. False where that cannot be: the socket stays as it is.
 */
function becomeNative(socket, exchange, http) {
  const handle = socket._handle;
  if (!mayBeNative(socket) || !(handle?.fd >= 0) || socket.readableEnded || !socket.writable)
    return false;
  let connection;
  try {
    connection = new ClientConnection(socket, handle.fd, exchange);
  } catch {
    return false; // no descriptor to spare
  }
  const { timeout } = socket;
  const referenced = handle.hasRef?.() !== false;
  if (timeout) net.Socket.prototype.setTimeout.call(socket, 0);
  nativeHandle(socket);
  handle.close();
  socket[kConnection] = connection;
  socket.held = new Held();
  socket.http = http;
  socket.timeout = timeout;
  // Last: see `roomy` for what a property that is added afterwards would cost.
  Object.setPrototypeOf(socket, ClientSocket.prototype);
  if (timeout) socket.setTimeout(timeout);
  if (!referenced) connection.setRef(false);
  socket.joinHttp();
  // What was written before the connection was there is with the stream, which tells when it has left.
  if (socket._writableState.length > 0) socket.once('drain', http.onDrain);
  if (socket.listenerCount('data') > 0 || socket.listenerCount('readable') > 0) connection.tap();
  return true;
}

const { prototype } = ClientSocket;

// ---- writing ----

prototype.willEnd = function willEnd() {}; // that is for responses

prototype.onStreamFull = function onStreamFull() {
  const { onDrain } = this.http;
  if (onDrain && this.listenerCount('drain', onDrain) === 0) this.once('drain', onDrain);
};

prototype.tellDrained = function tellDrained() {
  this.http.onDrain.call(this);
  this.emit('drain');
};

// ---- reading ----

// Someone who is not of ours reads this socket: a request of the host's, for example. It is its.
for (const name of ['on', 'addListener', 'prependListener']) {
  prototype[name] = function (event, listener) {
    if ((event === 'data' || event === 'readable') && this[kConnection].exchange === null) {
      this.leaveHttp();
      return this[name](event, listener);
    }
    return NativeSocket.prototype[name].call(this, event, listener);
  };
}

prototype.setEncoding = net.Socket.prototype.setEncoding;

prototype.joinHttp = function joinHttp() {
  this[kConnection].http = true;
  const { listeners } = this.http;
  for (const event in listeners) this.on(event, listeners[event]);
};

prototype.quitHttp = function quitHttp() {
  this.flushHeld();
  this[kConnection].http = false;
  const { listeners, onDrain, onEnd } = this.http;
  for (const event in listeners) this.removeListener(event, listeners[event]);
  this.removeListener('drain', onDrain);
  this.removeListener('end', onEnd);
};

module.exports = { becomeNative, mayBeNative };
