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

module.exports = { kBuffer, kHandle, setOwner };
