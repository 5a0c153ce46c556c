'use strict';
// Output of a native socket that waits while it is corked, and leaves in one go. Stands in for the
// buffer of a Writable, whose machinery costs more than the send.
const { ArrayPrototypeUnshift, BufferByteLength } = require('../base/primordials');
const { ERR_STREAM_DESTROYED } = require('../base/errors');
const { kTransport } = require('../base/symbols');
const { process } = require('../wire/realm');

/** Pieces that leave together. Most often they are one piece of text, and one callback waits. */
class CorkBuffer {
  constructor() {
    this.corked = 0;
    this.length = 0;
    this.needDrain = false;
    this.chunk = null;
    this.encoding = undefined;
    /** The pieces before `chunk`, and their encodings. */
    this.chunks = null;
    this.encodings = null;
    this.callback = null;
    this.callbacks = null;
    /** The response that ends with the next flush. */
    this.ending = null;
  }

  /** Adds a piece. Neighbours become one where that changes no byte: each is encoded by itself. */
  add(chunk, encoding, callback) {
    if (typeof callback === 'function') this.addCallback(callback);
    const { length } = chunk;
    if (length === 0) return;
    this.length += length;
    if (this.chunk === null) {
      this.chunk = chunk;
      this.encoding = encoding;
    } else if (
      typeof chunk === 'string' &&
      typeof this.chunk === 'string' &&
      mayJoin(this.encoding, encoding, chunk)
    ) {
      this.chunk += chunk;
    } else {
      this.chunks ??= [];
      this.encodings ??= [];
      this.chunks.push(this.chunk);
      this.encodings.push(this.encoding);
      this.chunk = chunk;
      this.encoding = encoding;
    }
  }

  addCallback(callback) {
    if (this.callback === null) this.callback = callback;
    else (this.callbacks ??= []).push(callback);
  }

  /** Sends what is held; its callbacks are told in a tick, or later by the transport. */
  flush(socket, transport) {
    if (this.isEmpty()) return;
    if (transport.isDestroyed) {
      this.fail(socket);
      return;
    }
    const flags = this.takeEndFlags(socket, transport);
    const { chunk, chunks, encoding, encodings } = this;
    const callbacks = this.drop();
    let done;
    if (chunk === null) {
      done = transport.pending === 0;
      if (!done) transport.waiting.push(asOne(callbacks));
    } else if (chunks === null) {
      done = transport.send(chunk, encoding, flags, asOne(callbacks));
    } else {
      chunks.push(chunk);
      encodings.push(encoding);
      done = transport.sendAll(chunks, encodings, flags, asOne(callbacks));
    }
    if (done) process.nextTick(afterSend, socket, callbacks);
  }

  /** What the native side is told with the last piece. */
  takeEndFlags(socket, transport) {
    const { ending } = this;
    this.ending = null;
    const ends = ending !== null && this.chunk !== null && socket._httpMessage === ending;
    return ends ? transport.endFlags() : 0;
  }

  /** The socket is or will be destroyed: what is held is not sent any more. */
  fail(socket) {
    if (!this.isEmpty()) process.nextTick(failDestroyed, socket, this.drop());
  }

  /** How many bytes are held; `length` counts the characters of text, as a Writable does. */
  byteLength() {
    const { chunk, chunks, encoding, encodings } = this;
    let bytes = chunk === null ? 0 : BufferByteLength(chunk, encoding);
    for (let i = 0; i < (chunks?.length ?? 0); i++)
      bytes += BufferByteLength(chunks[i], encodings[i]);
    return bytes;
  }

  isEmpty() {
    return this.chunk === null && this.callback === null;
  }

  /** Forgets what is held; returns its callbacks as a function or an array of them, null if there is none. */
  drop() {
    const { callback, callbacks } = this;
    this.chunk = null;
    this.chunks = null;
    this.encodings = null;
    this.length = 0;
    this.callback = null;
    this.callbacks = null;
    if (callbacks === null) return callback;
    ArrayPrototypeUnshift(callbacks, callback);
    return callbacks;
  }
}

/** One function for all callbacks, or null. */
function asOne(callbacks) {
  if (callbacks === null || typeof callbacks === 'function') return callbacks;
  return (error) => callAll(callbacks, error);
}

function afterSend(socket, callbacks) {
  // One that has become a plain net.Socket since has been told already.
  if (socket[kTransport]?.pending === 0) socket.onDrained?.();
  callAll(callbacks, null);
}

/** What was held when the socket was destroyed fails with what it was destroyed with, as in Node. */
function failDestroyed(socket, callbacks) {
  callAll(callbacks, socket.errored ?? new ERR_STREAM_DESTROYED('write'));
}

function callAll(callbacks, error) {
  if (typeof callbacks === 'function') callbacks(error);
  else if (callbacks !== null) for (const callback of callbacks) callback(error);
}

const isLatin1 = (encoding) =>
  encoding === 'latin1' || encoding === 'binary' || encoding === 'ascii';
const isUtf8 = (encoding) => !encoding || encoding === 'utf8' || encoding === 'utf-8';

/**
 * Whether `text` may be joined to what was `before`. Two halves of a character that come in two
 * pieces are two replacement characters, and were counted so; as neighbours they would be one
 * character. (Only the new piece is looked at: indexing the others would flatten them.) Encodings
 * in which characters go together, hex and base64, are left alone.
 */
function mayJoin(before, encoding, text) {
  if (isUtf8(encoding)) return isUtf8(before) && !beginsInCharacter(text);
  return isLatin1(encoding) && isLatin1(before);
}

function beginsInCharacter(text) {
  const unit = text.charCodeAt(0);
  return unit >= 0xdc00 && unit <= 0xdfff;
}

module.exports = { CorkBuffer };
