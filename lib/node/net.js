'use strict';
// What `net` keeps to itself, found by the description of its symbols.
const net = require('node:net');

const symbols = Object.getOwnPropertySymbols(new net.Socket());
const find = (description) => symbols.find((symbol) => symbol.description === description);

/** Where a socket keeps the handle that its `_handle` shows. */
const kHandle = find('kHandle');
/** Where it keeps the buffer of the option `onread`. */
const kBuffer = find('kBuffer');

/** Makes `socket` the one that hears of what `handle` reads. */
function setOwner(handle, socket) {
  const owner = Object.getOwnPropertySymbols(handle).find((s) => s.description === 'owner_symbol');
  if (owner) handle[owner] = socket;
}

/** Whether `interceptReads` works: the socket reads by a handle of Node's, which goes on by itself. */
function canInterceptReads(socket) {
  const handle = socket._handle;
  return handle?.isStreamBase === true && typeof handle.onread === 'function' && !socket[kBuffer];
}

/**
 * Has `take(chunk, isNew)` told what is pushed into the socket's stream, which gets what `take` refuses by
 * returning false. `isNew`: the chunk has just been read, so that nobody else has it.
 */
function interceptReads(socket, take) {
  const handle = socket._handle;
  const { onread } = handle;
  const { push } = socket;
  let isNew = false;
  handle.onread = function (bytes) {
    isNew = true;
    try {
      return onread.call(this, bytes);
    } finally {
      isNew = false;
    }
  };
  socket.push = function (chunk, encoding) {
    const isRead = isNew;
    isNew = false;
    return take(chunk, isRead) || push.call(this, chunk, encoding);
  };
}

module.exports = { canInterceptReads, interceptReads, kBuffer, kHandle, setOwner };
