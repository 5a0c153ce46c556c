'use strict';
// Two ends of an in-memory connection, with backpressure: a write is complete when the other end
// has asked for more.
const { Duplex } = require('node:stream');

class End extends Duplex {
  constructor(options) {
    super({ allowHalfOpen: true, ...options });
    this.other = null;
    this.taken = null;
    this.wasReset = false;
  }

  _read() {
    const { taken } = this;
    this.taken = null;
    taken?.();
  }

  _write(chunk, _encoding, callback) {
    if (this.other.destroyed) {
      callback();
    } else if (chunk.length === 0) {
      process.nextTick(callback);
    } else {
      this.other.taken = callback;
      // As a kernel does: the memory is the writer's again.
      this.other.push(Buffer.from(chunk));
    }
  }

  _final(callback) {
    if (!this.other.destroyed) this.other.push(null);
    callback();
  }

  _destroy(error, callback) {
    const { other, taken } = this;
    this.taken = null;
    taken?.();
    // As over a network: what was sent arrives, and then the end.
    if (!other.destroyed && !this.writableFinished && !this.wasReset) other.push(null);
    callback(error);
  }

  /** What a peer does that breaks the connection off: the other end gets ECONNRESET. */
  resetAndDestroy() {
    this.wasReset = true;
    this.other.destroy(Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }));
    return this.destroy();
  }
}

/** `[one, another]`; `options` are those of both streams. */
module.exports = function duplexPair(options) {
  const one = new End(options);
  const another = new End(options);
  one.other = another;
  another.other = one;
  return [one, another];
};
