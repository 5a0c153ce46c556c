'use strict';
// What every connection has whose socket belongs to the native side: its writes and their
// callbacks, pausing, timeouts, references, the end. Mixed into the server's and the client's.
// May use Node, `errors` and `internal/native`.
const { errnoException, systemErrors } = require('../base/errors');
const layout = require('../wire/layout');
const native = require('../wire/loop');

const {
  CALL_READ,
  CLOSE_CALL,
  CLOSE_ERRNO,
  CLOSE_READ_HIGH,
  CLOSE_READ_LOW,
  CLOSE_WRITTEN_HIGH,
  CLOSE_WRITTEN_LOW,
  WRITE_CLOSED,
  WRITE_DEFER,
  WRITE_LATIN1,
} = layout;
/** More than this is sent at once even when more records wait. */
const DEFER_LIMIT = 16 * 1024;
/** What the high word of a count is worth. */
const WORD = 2 ** 32;

/**
 * `Base` with a native connection below it. What it needs of the class that uses it: `socket`,
 * `http` (the bytes are still read as HTTP), `inContext`, `onClosed`.
 */
const nativeTransport = (Base) =>
  class NativeTransport extends Base {
    /** Takes up the records of the connection with this id. */
    join(id, timeout) {
      this.id = id;
      /** Bytes the kernel has not taken yet. */
      this.pending = 0;
      /** Callbacks of writes that are not complete. */
      this.waiting = [];
      this.reading = true;
      this.readEnded = false;
      this.writeEnded = false;
      this.destroyed = false;
      this.closed = false;
      this.hadError = false;
      this.tapped = false;
      this.referenced = true;
      /** Its last records are wanted though the descriptor is given away. */
      this.staysRegistered = false;
      /** Whether it counts among what keeps the process alive just now. */
      this.counted = true;
      this.afterShutdown = null;
      this.remote = undefined;
      this.local = undefined;
      this.bytesRead = 0;
      this.bytesWritten = 0;
      this.timeout = timeout;
      native.register(this);
      native.ref();
    }

    // What a class may want to do at these points.
    /** What writing on a closed connection fails with: EPIPE. */
    get closedErrno() {
      return systemErrors.EPIPE;
    }
    onGone() {}

    // ---- reading ----

    pauseReading() {
      if (!this.reading || this.closed) return;
      this.reading = false;
      native.io.pause(this.id, true);
    }

    resumeReading() {
      if (this.reading || this.closed) return;
      this.reading = true;
      native.io.pause(this.id, false);
    }

    /** Someone listens on the socket: lets them have the bytes, too. */
    tap() {
      if (this.tapped) return;
      this.tapped = true;
      if (!this.closed) native.io.mirror(this.id, true);
    }

    /** Nobody does any more. */
    untap() {
      this.tapped = false;
      if (!this.closed) native.io.mirror(this.id, false);
    }

    // ---- writing ----

    /** Sends one piece with these flags; the result is that of the native function. */
    sendPiece(chunk, encoding, flags) {
      if (typeof chunk !== 'string') return native.fast.sendBytes(this.id, chunk, flags);
      switch (encoding) {
        case 'latin1':
        case 'binary':
        case 'ascii':
          return native.fast.sendText(this.id, chunk, flags | WRITE_LATIN1);
        case undefined:
        case null:
        case '':
        case 'utf8':
        case 'utf-8':
          return native.fast.sendText(this.id, chunk, flags);
        default:
          return native.fast.sendBytes(this.id, Buffer.from(chunk, encoding), flags);
      }
    }

    /** The flag that leaves so much to the I/O thread: while more records wait, it does the sending. */
    deferFlag(length) {
      return length < DEFER_LIMIT && native.hasMore() ? WRITE_DEFER : 0;
    }

    /** What follows from the result of a send. True when the kernel has all of it. */
    sent(result, callback) {
      if (result === 0) {
        this.pending = 0;
        return true;
      }
      if (result > 0) {
        this.pending = result;
        if (this.readEnded) this.count();
        if (callback) this.waiting.push(callback);
        return false;
      }
      // The I/O side will say so, too; whoever wrote hears it from here.
      const error = errnoException(result === WRITE_CLOSED ? this.closedErrno : result, 'write');
      if (callback) process.nextTick(callback, error);
      if (!this.closed) process.nextTick(failLater, this, error);
      return false;
    }

    onDrained() {
      // What was written since the record was made may wait again.
      this.pending = this.closed ? 0 : native.io.pending(this.id);
      if (this.pending > 0) return;
      if (this.readEnded) this.count();
      if (this.waiting.length > 0) for (const callback of this.waiting.splice(0)) callback(null);
      this.socket.onDrained();
    }

    /** What is to be sent next is in memory that only this thread reads. */
    onStarved() {
      if (this.closed) return;
      const result = native.fast.flush(this.id, 0);
      if (result < 0) this.sent(result, null);
    }

    /** Ends the writing side behind what was written. */
    shutdown(callback) {
      this.writeEnded = true;
      if (this.closed || native.io.shutdown(this.id)) process.nextTick(callback);
      else this.afterShutdown = callback;
      this.count();
    }

    onShutdown() {
      const callback = this.afterShutdown;
      this.afterShutdown = null;
      this.count();
      callback?.();
    }

    // ---- the end ----

    onCloseRecord(words, at) {
      this.bytesRead = words[at + CLOSE_READ_LOW] + words[at + CLOSE_READ_HIGH] * WORD;
      this.bytesWritten = words[at + CLOSE_WRITTEN_LOW] + words[at + CLOSE_WRITTEN_HIGH] * WORD;
      this.onClose(words[at + CLOSE_ERRNO], words[at + CLOSE_CALL]);
    }

    onClose(errno, call) {
      this.closed = true;
      if (!this.destroyed && errno !== 0) {
        this.fail(errnoException(-errno, call === CALL_READ ? 'read' : 'write'));
      }
      this.destroyed = true;
      this.onGone();
      this.count();
      for (const callback of this.waiting.splice(0))
        callback(errnoException(errno ? -errno : systemErrors.EPIPE, 'write'));
      this.socket.onClosed();
    }

    /** Something failed: the socket gets an 'error'. */
    fail(error) {
      if (!this.destroyed) this.socket.destroy(error);
    }

    /** Closes the socket; `reset` lets the peer see a reset. */
    close(reset) {
      if (this.destroyed) return;
      this.destroyed = true;
      this.onGone();
      if (!this.closed) {
        if (!this.socket.isBare) this.saveCounts();
        native.io.destroy(this.id, reset);
        this.count();
      }
    }

    /**
     * Gives the descriptor away; nothing of the connection is left here. Returns the descriptor and what
     * was not sent, or null if the connection is closed: then its end is on the way, as a record.
     */
    handOver() {
      this.saveCounts();
      const handed = native.io.handOver(this.id);
      if (handed === null) return null;
      if (!this.staysRegistered) native.forget(this);
      this.destroyed = true;
      this.closed = true;
      this.count();
      return handed;
    }

    saveCounts() {
      this.bytesRead = native.io.bytesRead(this.id);
      this.bytesWritten = native.io.bytesWritten(this.id);
    }

    // ---- what a socket is asked ----

    setTimeout(timeout) {
      this.timeout = timeout;
      if (!this.closed) native.io.setTimeout(this.id, timeout);
    }

    setNoDelay(enable) {
      native.io.setNoDelay(this.id, enable);
    }

    /** Probes an idle peer after `delay` seconds; 0 leaves the system's delay. */
    setKeepAlive(enable, delay) {
      native.io.setKeepAlive(this.id, enable, delay);
    }

    remoteAddress() {
      this.remote ??= this.closed ? undefined : native.io.remoteAddress(this.id);
      return this.remote;
    }

    localAddress() {
      this.local ??= this.closed ? undefined : native.io.localAddress(this.id);
      return this.local;
    }

    /** Whether the connection keeps the process alive. */
    setRef(referenced) {
      if (this.referenced === referenced) return;
      this.referenced = referenced;
      this.count();
    }

    /**
     * What can neither receive nor has anything to send keeps no process alive; what is being closed
     * does, whether it is referenced or not.
     */
    count() {
      const isEnding = this.destroyed || this.afterShutdown !== null;
      const isInUse = this.referenced && !(this.readEnded && this.pending === 0);
      const counts = !this.closed && (isEnding || isInUse);
      if (counts === this.counted) return;
      this.counted = counts;
      if (counts) native.ref();
      else native.unref();
    }
  };

function failLater(connection, error) {
  connection.fail(error);
}

module.exports = { nativeTransport };
