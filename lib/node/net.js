'use strict';
// What `net` keeps to itself, found by the description of its symbols.
const { later } = require('../base/later');
const { Socket } = require('./builtins');
const { symbolOf } = require('./runtime');

const example = new Socket();
/** Where a socket keeps the handle that its `_handle` shows. */
const kHandle = symbolOf(example, 'kHandle');
/** Where it keeps the buffer of the option `onread`. */
const kBuffer = symbolOf(example, 'kBuffer');
const kBufferGen = symbolOf(example, 'kBufferGen');
const kBufferCb = symbolOf(example, 'kBufferCb');
const kReader = Symbol('kReader');

/** What `net` puts on each handle: its owner, under a symbol, and the function that is told of what was read. */
const habitsOfNet = later(() => {
  const handle = {};
  new Socket({ handle, manualStart: true });
  return { __proto__: null, owner: symbolOf(handle, 'owner_symbol'), onread: handle.onread };
});

/** Makes `owner` the socket or server whose handle it is, as `process._getActiveHandles()` and the like show. */
function setOwner(handle, owner) {
  const symbol = habitsOfNet().owner;
  if (symbol) handle[symbol] = owner;
}

/** Whether `net` alone reads the handle for this socket: what mocks the network lends sockets handles of others. */
function isReadByNet(socket) {
  const { _handle: handle } = socket;
  const { owner, onread } = habitsOfNet();
  const isOwn = owner === undefined || handle[owner] === socket;
  return isOwn && (onread === undefined || handle.onread === onread);
}

/** Whether `readInto` works: TLS copies what it has decrypted, so that one memory serves many sockets. */
function canReadInto(socket) {
  const handle = socket._handle;
  return (
    kBufferGen !== undefined &&
    kBufferCb !== undefined &&
    socket[kBuffer] === null &&
    handle?.isStreamBase === true &&
    handle.constructor?.name === 'TLSWrap' &&
    typeof handle.useUserBuffer === 'function' &&
    isReadByNet(socket)
  );
}

/**
 * What the option `onread` of `net` does, for a socket that is open: what is read stands in `memory`, and
 * `callback` is told its length; it returns whether to go on. There is no way back. The memory has to
 * live as long as the handle, so `callback` must know it, and the handle knows that. It is not put where
 * the option has it, so that no other code finds it.
 */
function readInto(socket, memory, callback) {
  const handle = socket._handle;
  handle[kReader] = callback;
  socket[kBuffer] = true;
  socket[kBufferGen] = null;
  socket[kBufferCb] = callback;
  handle.useUserBuffer(memory);
}

module.exports = { canReadInto, isReadByNet, kBuffer, kHandle, readInto, setOwner };
