'use strict';
// An idle socket of a pool: bytes that arrive on it answer no request, and would be taken for the
// answer to the next one. Such a socket is destroyed, as is one of Node's that ends or fails; no request hears of it.
const { ObjectGetPrototypeOf, ObjectKeys } = require('../base/primordials');
const { shadow, unshadow } = require('../base/define');
const { kTransport } = require('../base/symbols');
const { debuglog } = require('../node/builtins');
const native = require('../wire/loop');

const debug = debuglog('http');
const kGuard = Symbol('rust-http.freeSocketGuard');

/** Stand in front of the stream's methods: a listener of 'data' would be seen, by node-fetch among others. */
const guards = {
  push(...args) {
    unguardFreeSocket(this);
    // It ends, or an agent's own `reuseSocket` gave it a request.
    if (this._httpMessage || (args[0] === null && !this._handle)) return this.push(...args);
    this.destroy();
    return false;
  },

  /** A read from a handle of Node's failed: there is no request to tell the error. */
  destroy(error) {
    unguardFreeSocket(this);
    const isRead = this._handle && !this._httpMessage && error?.syscall === 'read';
    return this.destroy(isRead ? null : error);
  },
};

/** Watches an idle socket; false when it had to be destroyed at once. */
function guardFreeSocket(socket) {
  if (socket.readableLength > 0) {
    socket.destroy();
    return false;
  }
  // The native side destroys its own.
  if (socket[kTransport] || typeof socket.resume !== 'function') return true;
  socket[kGuard] = true;
  for (const name of ObjectKeys(guards)) {
    const isOriginal = socket[name] === ObjectGetPrototypeOf(socket)[name];
    if (isOriginal) shadow(socket, name, guards[name]);
  }
  return true;
}

/** The socket gets a request: what arrives now is an answer. */
function unguardFreeSocket(socket) {
  if (!socket[kGuard]) return;
  socket[kGuard] = false;
  for (const name of ObjectKeys(guards)) if (socket[name] === guards[name]) unshadow(socket, name);
}

/** An idle socket failed, which is an error of no request. */
function dropIdle(socket, error) {
  debug('SOCKET ERROR on FREE socket:', error.message, error.stack);
  socket.destroy();
  socket.emit('agentRemove');
}

/** Whether something unread has arrived. What becomes of a socket that still connects is for its request to hear. */
function hasUnaskedInput(socket) {
  if (socket.connecting) return false;
  const transport = socket[kTransport];
  if (transport) return transport.isClosed || native.calls.hasUnaskedInput(transport.id);
  const handle = socket._handle;
  return handle?.fd >= 0 ? native.hasInput(handle.fd) : handle?.hasPendingRead?.() === true;
}

module.exports = { dropIdle, guardFreeSocket, hasUnaskedInput, unguardFreeSocket };
