'use strict';
// An idle socket of a pool: bytes that arrive on it answer no request, and would be taken for the
// answer to the next one. Such a socket is destroyed. May use Node and `symbols`.
const { kConnection } = require('../symbols');

const kGuard = Symbol('rust-http.freeSocketGuard');

function onData() {
  this.destroy();
}

/** Watches an idle socket; false when it had to be destroyed at once. */
function guardFreeSocket(socket) {
  if (socket.readableLength > 0) {
    socket.destroy();
    return false;
  }
  // The native side destroys its own.
  if (socket[kConnection] || typeof socket.resume !== 'function') return true;
  socket[kGuard] = true;
  socket.on('data', onData);
  return true;
}

/** The socket gets a request: what arrives now is an answer. */
function unguardFreeSocket(socket) {
  if (!socket[kGuard]) return;
  socket[kGuard] = false;
  socket.removeListener('data', onData);
}

module.exports = { guardFreeSocket, unguardFreeSocket };
