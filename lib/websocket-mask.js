'use strict';
// The masking of WebSocket payloads (RFC 6455, section 5.3), as Node's http exports it from 26.12 on.
const { ERR_INVALID_ARG_VALUE, ERR_OUT_OF_RANGE } = require('./base/errors');
const { validateBuffer, validateInteger } = require('./base/validate');

function bytesOf(name, view) {
  validateBuffer(view, name);
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

function keyOf(mask) {
  const bytes = bytesOf('mask', mask);
  if (bytes.length !== 4) throw new ERR_INVALID_ARG_VALUE('mask', mask, 'must be 4 bytes long');
  return bytes;
}

/** Writes the first `length` bytes of `source`, masked with the 4 bytes of `mask`, to `output` from `offset` on. */
function websocketMask(source, mask, output, offset, length) {
  const from = bytesOf('source', source);
  const key = keyOf(mask);
  const to = bytesOf('output', output);
  validateInteger(offset, 'offset', 0, to.length);
  validateInteger(length, 'length', 0, from.length);
  if (length > to.length - offset)
    throw new ERR_OUT_OF_RANGE('length', `<= ${to.length - offset}`, length);
  for (let i = 0; i < length; i++) to[offset + i] = from[i] ^ key[i & 3];
}

/** Masks `buffer` in its place with the 4 bytes of `mask`, which also takes a mask off. */
function websocketUnmask(buffer, mask) {
  const bytes = bytesOf('buffer', buffer);
  const key = keyOf(mask);
  for (let i = 0; i < bytes.length; i++) bytes[i] ^= key[i & 3];
}

module.exports = { websocketMask, websocketUnmask };
