'use strict';
// An idle socket of a pool: bytes that arrive on it answer no request, and would be taken for the
// answer to the next one. Such a socket is destroyed.
const { kTransport } = require('../base/symbols');

const kGuard = Symbol('rust-http.freeSocketGuard');

/** Stands in front of the stream's `push`: a listener of 'data' would be seen, by node-fetch among others. */
function pushOnIdle(...args) {
  delete this.push;
  // It ends, or an agent's own `reuseSocket` gave it a request.
  if (args[0] === null || this._httpMessage) return this.push(...args);
  this.destroy();
  return false;
}

/** Watches an idle socket; false when it had to be destroyed at once. */
function guardFreeSocket(socket) {
  if (socket.readableLength > 0) {
    socket.destroy();
    return false;
  }
  // The native side destroys its own.
  if (socket[kTransport] || typeof socket.resume !== 'function') return true;
  socket[kGuard] = true;
  Object.defineProperty(socket, 'push', {
    __proto__: null,
    configurable: true,
    writable: true,
    value: pushOnIdle,
  });
  return true;
}

/** The socket gets a request: what arrives now is an answer. */
function unguardFreeSocket(socket) {
  if (!socket[kGuard]) return;
  socket[kGuard] = false;
  delete socket.push;
}

module.exports = { guardFreeSocket, unguardFreeSocket };
