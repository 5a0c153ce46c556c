'use strict';
// Writing on a complete native socket, past the Writable's machinery while nothing of that is in use:
// what is written is held while the socket is corked, and leaves in one call.
// May use Node, `symbols` and `internal`.
const net = require('node:net');
const {
  types: { isUint8Array },
} = require('node:util');
const { kConnection } = require('../symbols');
const { Held, callAll, failDestroyed } = require('./held-output');

const mayHold = (socket) => {
  const state = socket._writableState;
  return state.length === 0 && !state.ending && !state.destroyed && !state.errored;
};

function write(chunk, encoding, callback) {
  if (!(typeof chunk === 'string' || isUint8Array(chunk)) || !mayHold(this)) {
    this.flushHeld();
    const more = net.Socket.prototype.write.call(this, chunk, encoding, callback);
    if (!more) this.onStreamFull();
    return more;
  }
  return hold(this, chunk, encoding, callback);
}

/** Holds a piece, and sends it at once unless the socket is corked; returns what `write` does. */
function hold(socket, chunk, encoding, callback) {
  if (typeof encoding === 'function') {
    callback = encoding;
    encoding = undefined;
  }
  socket.held ??= new Held();
  const { held } = socket;
  held.add(chunk, encoding, callback);
  const more = socket.writableLength < socket.writableHighWaterMark;
  if (!more) held.needDrain = true;
  if (held.corked === 0) socket.flushHeld();
  return more;
}

function cork() {
  this.held ??= new Held();
  this.held.corked++;
}

function uncork() {
  const { held } = this;
  if (held?.corked > 0 && --held.corked === 0) this.flushHeld();
}

function end(...args) {
  if (this.held) this.held.corked = 0;
  this.flushHeld();
  return net.Socket.prototype.end.apply(this, args);
}

function destroy(...args) {
  if (!this.destroyed) dropHeld(this);
  return net.Socket.prototype.destroy.apply(this, args);
}

/** The socket is about to be destroyed: what it holds is not sent any more. */
function dropHeld(socket) {
  const { held } = socket;
  if (held && !held.isEmpty()) process.nextTick(failDestroyed, socket, held.drop());
}

function flushHeld() {
  if (this.held) this.held.flush(this[kConnection], afterSend);
}

function afterSend(socket, callbacks) {
  // One that has become a plain net.Socket since has been told already.
  if (socket[kConnection]?.pending === 0) socket.onDrained?.();
  callAll(callbacks, null);
}

/** All that was written has left. */
function onDrained() {
  const { held } = this;
  if (!held?.needDrain) return;
  held.needDrain = false;
  this.tellDrained();
}

function tellDrained() {
  this.emit('drain');
}

/** The stream's own buffer is full; it will emit 'drain'. */
function onStreamFull() {}

const methods = {
  write,
  cork,
  uncork,
  end,
  destroy,
  flushHeld,
  onDrained,
  onStreamFull,
  tellDrained,
};
const getters = {
  writableLength() {
    return (
      this._writableState.length + (this[kConnection]?.pending ?? 0) + (this.held?.length ?? 0)
    );
  },
  writableCorked() {
    return this._writableState.corked + (this.held?.corked ?? 0);
  },
  writableNeedDrain() {
    return !!this.held?.needDrain || (this._writableState.needDrain && !this.destroyed);
  },
};

/** Lets sockets with this prototype write so. */
function writeHeld(prototype) {
  for (const name in methods) {
    const value = methods[name];
    Object.defineProperty(prototype, name, { configurable: true, writable: true, value });
  }
  for (const name in getters)
    Object.defineProperty(prototype, name, { configurable: true, get: getters[name] });
}

module.exports = { dropHeld, hold, writeHeld };
