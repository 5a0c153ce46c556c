'use strict';
// Writing on a native socket, past the Writable's machinery while nothing of that is in use: what is
// written is held while the socket is corked, and leaves in one call.
const { BufferIsEncoding, MathMax, ObjectHasOwn, ReflectApply } = require('../base/primordials');
const { ERR_UNKNOWN_ENCODING } = require('../base/errors');
const { kHeld, kTransport } = require('../base/symbols');
const { Socket, isUint8Array, socketMethods } = require('../node/builtins');
const { isUnusedWritable, lengthUnderWay } = require('../node/streams');
const { process } = require('../wire/realm');

const netDestroy = socketMethods.get('destroy');
const netEnd = socketMethods.get('end');
const netUncork = socketMethods.get('uncork');
const netWrite = socketMethods.get('write');

function write(chunk, encoding, callback) {
  if (!(typeof chunk === 'string' || isUint8Array(chunk)) || !isUnusedWritable(this)) {
    this.flushHeld();
    const more = netWrite.call(this, chunk, encoding, callback);
    if (!more) this.onStreamFull();
    return more;
  }
  return writeDirectly(this, chunk, encoding, callback);
}

/** Holds a piece, and sends it at once unless the socket is corked; returns what `write` does. */
function writeDirectly(socket, chunk, encoding, callback) {
  if (typeof encoding === 'function') {
    callback = encoding;
    encoding = undefined;
  }
  checkEncoding(encoding, chunk);
  const { [kHeld]: held } = socket;
  held.add(chunk, encoding, callback);
  const more = socket.writableLength < socket.writableHighWaterMark;
  if (!more) held.needDrain = true;
  if (held.corked === 0) socket.flushHeld();
  return more;
}

/** Throws what a Writable does, before anything is held that cannot be sent. */
function checkEncoding(encoding, chunk) {
  if (!encoding || encoding === 'latin1' || encoding === 'utf8') return;
  const isForBytes = encoding === 'buffer' && typeof chunk !== 'string';
  if (!isForBytes && !BufferIsEncoding(encoding)) throw new ERR_UNKNOWN_ENCODING(encoding);
}

/** Sends all of a response; false if something is in the way. `callback`: in a tick, or when the rest has left. */
function sendWhole(_response, head, chunk, encoding, callback) {
  const transport = this[kTransport];
  const { [kHeld]: held } = this;
  const isText =
    typeof chunk === 'string' && (!encoding || encoding === 'utf8' || encoding === 'latin1');
  if (!isText) checkEncoding(encoding, chunk);
  const isFree = held.corked === 0 && held.chunk === null && held.callback === null;
  if (!isFree || !transport.canSend() || !isWriteOriginal(this)) return false;
  const flags = transport.endFlags();
  const isSent = isText
    ? transport.send(head + chunk, encoding, flags, callback)
    : transport.sendAll([head, chunk], ['latin1', encoding], flags, callback);
  if (isSent) process.nextTick(callback, null);
  else if (transport.pending >= this.writableHighWaterMark) held.needDrain = true;
  return true;
}

/** The application has not replaced `write`. */
function isWriteOriginal(socket) {
  return !ObjectHasOwn(socket, 'write') && Socket.prototype.write === netWrite;
}

/** The response ends with what is held. */
function willEnd(response) {
  if (this._httpMessage === response) this[kHeld].ending = response;
}

function cork() {
  this[kHeld].corked++;
}

/** Undoes a cork: one of ours, or else one of the stream, from before the connection was native. */
function uncork() {
  const { [kHeld]: held, isLazy } = this;
  if (held.corked === 0) {
    if (!isLazy) netUncork.call(this);
  } else if (--held.corked === 0) {
    this.flushHeld();
  }
}

function end(...args) {
  this[kHeld].corked = 0;
  this.flushHeld();
  return ReflectApply(netEnd, this, args);
}

function destroy(...args) {
  if (!this.destroyed) this[kHeld].fail(this);
  return ReflectApply(netDestroy, this, args);
}

function flushHeld() {
  this[kHeld].flush(this, this[kTransport]);
}

/** All that was sent has left; what is held meanwhile has yet to be sent. */
function onDrained() {
  const { [kHeld]: held } = this;
  if (!held.needDrain || held.length > 0) return;
  held.needDrain = false;
  if (this.writable) this.tellDrained();
}

function tellDrained() {
  this.emit('drain');
}

/** The stream's own buffer is full; it will emit 'drain'. */
function onStreamFull() {}

/** What sockets have that write so. */
const directWrite = {
  write,
  cork,
  uncork,
  end,
  destroy,
  flushHeld,
  onDrained,
  onStreamFull,
  tellDrained,
  get writableLength() {
    // The stream counts what it has given to the transport until all of that has left.
    const direct = (this[kTransport]?.pending ?? 0) - lengthUnderWay(this);
    return this._writableState.length + MathMax(direct, 0) + this[kHeld].length;
  },
  get writableCorked() {
    return this._writableState.corked + this[kHeld].corked;
  },
  get writableNeedDrain() {
    return !this.destroyed && (this[kHeld].needDrain || this._writableState.needDrain);
  },
};

module.exports = { directWrite, sendWhole, willEnd, writeDirectly };
