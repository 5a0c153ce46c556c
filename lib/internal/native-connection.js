'use strict';
// A server's connection whose socket belongs to the native side: records in, sends out.
// As long as nobody touches its socket as a stream ("bare"), nothing but this object exists of it.
// May use Node, `errors`, `symbols` and `internal`.
const { errnoException } = require('../errors');
const layout = require('./ring-layout');
const native = require('./native');
const { readHead, readMalformed, readTrailers } = require('./records');
const { ServerConnection } = require('./server-connection');
const { parserOptions } = require('./server-options');

const { WRITE_DEFER, WRITE_IDLE, WRITE_LAST, WRITE_LATIN1, WRITE_MORE } = layout;
/** Answers longer than this are sent at once even when more requests wait. */
const DEFER_LIMIT = 16 * 1024;
/** Characters and bytes that answers of one group may hold back. */
const GROUP_LIMIT = 64 * 1024;

class NativeConnection extends ServerConnection {
  constructor(server, id, socket) {
    super(server, socket);
    this.id = id;
    /** Bytes the kernel has not taken yet. */
    this.pending = 0;
    /** Callbacks of writes that are not complete. */
    this.waiting = [];
    /** More requests of the same read are to come: their answers are held back to leave together. */
    this.grouped = false;
    this.heldBack = 0;
    /** The response that ends with what is being sent, and what the native side did for it then. */
    this.ending = null;
    this.idleBegun = false;
    this.closeBegun = false;
    this.reading = true;
    this.readEnded = false;
    this.writeEnded = false;
    this.destroyed = false;
    this.closed = false;
    this.tracked = true;
    /** The record with the bytes behind a declined upgrade is still to come. */
    this.declined = false;
    this.refused = false;
    this.hadError = false;
    this.tapped = false;
    this.pushed = undefined;
    this.referenced = true;
    this.afterShutdown = null;
    this.remote = undefined;
    this.local = undefined;
    this.bytesRead = 0;
    this.bytesWritten = 0;
    this.timeout = server.timeout || 0;
    native.register(this);
    native.ref();
  }

  // ---- records ----

  onRecord(kind, flags, words, at, buffer) {
    switch (kind) {
      case layout.HEAD:
        if (!this.destroyed) this.onHead(flags, readHead(words, at, buffer));
        break;
      case layout.CONTENT:
        if (!this.destroyed)
          this.inContext(
            this.onContent,
            native.takeBytes(buffer, (at + layout.CONTENT_WORDS) << 2, words[at + 3]),
          );
        break;
      case layout.COMPLETE:
        if (!this.destroyed) this.inContext(this.onComplete, readTrailers(words, at, buffer));
        break;
      case layout.RAW:
        if (!this.destroyed)
          this.onRaw(native.takeBytes(buffer, (at + layout.CONTENT_WORDS) << 2, words[at + 3]));
        break;
      case layout.DRAIN:
        this.onDrained();
        break;
      case layout.SHUTDOWN:
        this.onDrained();
        this.onShutdown();
        break;
      case layout.END:
        this.onInputEnd();
        break;
      case layout.TIMEOUT:
        if (!this.destroyed) this.inContext(this.onIdle);
        break;
      case layout.EXPIRED:
        if (!this.destroyed && this.http) this.inContext(this.onExpired);
        break;
      case layout.MALFORMED:
        if (!this.destroyed) this.inContext(this.onMalformed, readMalformed(words, at, buffer));
        break;
      case layout.CLOSE:
        this.onClose(words[at + 3], words[at + 4]);
        break;
    }
  }

  /** Bytes that are not HTTP: those behind an upgrade, or all when JavaScript asked for them. */
  onRaw(bytes) {
    if (this.declined) {
      this.declined = false;
    } else if (this.upgrading !== null) {
      this.inContext(this.onUpgradeHead, bytes);
    } else {
      this.socket.push(bytes); // someone listens on the socket beside the parser
    }
  }

  /** Someone listens on the socket: lets them have the bytes, too. */
  tap() {
    this.tapped = true;
    if (!this.closed) native.io.tap(this.id);
  }

  /** Bytes that did not come from the peer: someone pushed them into the socket's stream. */
  onPushed(chunk) {
    // With listeners beside the parser, they may be the parser's own.
    if (this.tapped || !this.http) return;
    const { maxHeaderSize, validation } = parserOptions(this.server);
    this.pushed ??= new native.StreamParser(false, maxHeaderSize, validation);
    const records = this.pushed.execute(Buffer.from(chunk));
    const words = new Uint32Array(records.buffer, records.byteOffset, records.length >>> 2);
    for (let at = 0; at < words.length; at += words[at + 1] >>> 2)
      this.onRecord(words[at] & 0xff, words[at] >>> 8, words, at, records);
  }

  onInputEnd() {
    if (this.destroyed) return;
    this.readEnded = true;
    const { socket } = this;
    if (!socket.isBare) {
      socket.push(null);
      socket.read(0);
    }
    if (this.http) this.inContext(this.onEnd);
  }

  onIdle() {
    if (!this.socket.isBare) this.socket.emit('timeout');
    else if (this.http) this.onTimeout();
  }

  onClose(errno, call) {
    this.closed = true;
    if (!this.destroyed && errno !== 0) {
      this.fail(errnoException(-errno, call === 0 ? 'read' : 'write'));
    }
    this.destroyed = true;
    this.release();
    for (const callback of this.waiting.splice(0))
      callback(errnoException(errno ? -errno : -32, 'write'));
    this.socket.onClosed();
  }

  // ---- writing ----

  /**
   * Sends pieces of text and bytes in one go. Returns true when the kernel has taken all of it;
   * else `callback` is called when it has, or when it fails.
   */
  send(chunks, encodings, callback) {
    const last = chunks.length - 1;
    for (let i = 0; i < last; i++) {
      this.heldBack += chunks[i].length;
      this.sendPiece(chunks[i], encodings[i], WRITE_MORE);
    }
    return this.sendOne(chunks[last], encodings[last], callback);
  }

  /** Sends one piece behind those that are held back. */
  sendOne(chunk, encoding, callback) {
    this.heldBack += chunk.length;
    if (this.grouped && this.heldBack < GROUP_LIMIT) {
      this.sendPiece(chunk, encoding, WRITE_MORE);
      return true;
    }
    let flags = this.endingFlags();
    if (
      flags !== 0 &&
      chunk.length === this.heldBack &&
      chunk.length < DEFER_LIMIT &&
      native.hasMore()
    )
      flags |= WRITE_DEFER;
    this.heldBack = 0;
    const result = this.sendPiece(chunk, encoding, flags);
    if (result === 0 && flags !== 0) {
      this.idleBegun = (flags & WRITE_IDLE) !== 0;
      this.closeBegun = (flags & WRITE_LAST) !== 0;
    }
    return this.sent(result, callback);
  }

  /** What is to happen on the native side once the response that ends here has left. */
  endingFlags() {
    const response = this.ending;
    if (response === null) return 0;
    this.ending = null;
    if (this.socket._httpMessage !== response) return 0; // it ended with nothing left to send
    if (response._last) return WRITE_LAST;
    return this.outgoing.length === 0 && this.server.keepAliveTimeout > 0 ? WRITE_IDLE : 0;
  }

  /** All requests of one read have been handled: sends what their answers held back. */
  endGroup() {
    this.grouped = false;
    this.flushBack();
  }

  flushBack() {
    if (this.heldBack === 0 || this.closed) return;
    this.heldBack = 0;
    this.sent(native.fast.flush(this.id), null);
  }

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

  sent(result, callback) {
    if (result === 0) {
      this.pending = 0;
      return true;
    }
    if (result > 0) {
      this.pending = result;
      if (callback) this.waiting.push(callback);
      return false;
    }
    // The I/O side will say so, too; whoever wrote hears it from here.
    const error = errnoException(result === native.CLOSED ? -32 : result, 'write');
    if (callback) process.nextTick(callback, error);
    if (!this.closed) process.nextTick(failLater, this, error);
    return false;
  }

  onDrained() {
    // What was written since the record was made may wait again.
    this.pending = this.closed ? 0 : native.io.pending(this.id);
    if (this.pending > 0) return;
    if (this.waiting.length > 0) for (const callback of this.waiting.splice(0)) callback(null);
    if (this.socket.isBare) this.socket.onDrained();
  }

  /** Ends the writing side behind what was written. */
  shutdown(callback) {
    this.flushBack();
    this.writeEnded = true;
    if (this.closed || native.io.shutdown(this.id)) process.nextTick(callback);
    else this.afterShutdown = callback;
  }

  onShutdown() {
    const callback = this.afterShutdown;
    this.afterShutdown = null;
    callback?.();
  }

  // ---- the transport's side of ServerConnection ----

  pauseReading() {
    if (!this.reading || this.closed) return;
    this.reading = false;
    native.io.pause(this.id, true);
  }

  resumeReading() {
    if (this.reading || this.closed || this.refused) return;
    this.reading = true;
    native.io.pause(this.id, false);
  }

  /** Nothing more of this connection is of interest. */
  stopReading() {
    this.pauseReading();
    this.refused = true;
  }

  declineUpgrade() {
    this.declined = true;
    native.io.declineUpgrade(this.id);
  }

  handOver() {
    this.socket.leaveHttp();
  }

  /** Gives the descriptor away; nothing of the connection is left here but the server's count. */
  detach() {
    this.socket.flushHeld();
    this.flushBack();
    const fd = native.io.detach(this.id);
    native.forget(this);
    this.destroyed = true;
    this.closed = true;
    this.tracked = false; // `net.Socket` counts down when it is destroyed
    this.setRef(false);
    return fd;
  }

  startKeepAliveTimeout() {
    if (this.idleBegun) this.idleBegun = false;
    else if (!this.closed) native.io.beginKeepAlive(this.id);
  }

  /** The native side has lifted it with the head. */
  endKeepAliveTimeout(timeout) {
    this.timeout = timeout;
  }

  isBetweenMessages() {
    return native.io.isIdle(this.id);
  }

  setTimeout(timeout) {
    this.timeout = timeout;
    if (!this.closed) native.io.setTimeout(this.id, timeout);
  }

  // ---- the end ----

  /** Something failed: the socket gets an 'error', which is for `onError` unless it was taken over. */
  fail(error) {
    if (this.destroyed) return;
    if (this.http && this.socket.isBare) this.inContext(this.onError, error);
    else this.socket.destroy(error);
  }

  /** Closes the socket; `reset` lets the peer see a reset. */
  close(reset) {
    if (this.destroyed) return;
    if (!reset) this.flushBack();
    this.destroyed = true;
    this.untrack();
    if (!this.closed) {
      if (!this.socket.isBare) this.saveCounts();
      native.io.destroy(this.id, reset);
    }
  }

  /** Closes the socket when all output has left. */
  closeSoon() {
    this.flushBack();
    this.writeEnded = true;
    if (!this.closed && !this.closeBegun) native.io.destroySoon(this.id);
  }

  saveCounts() {
    this.bytesRead = native.io.bytesRead(this.id);
    this.bytesWritten = native.io.bytesWritten(this.id);
  }

  remoteAddress() {
    this.remote ??= this.closed ? undefined : native.io.remoteAddress(this.id);
    return this.remote;
  }

  localAddress() {
    this.local ??= this.closed ? undefined : native.io.localAddress(this.id);
    return this.local;
  }

  /** Not one of the server's connections any more. */
  untrack() {
    if (!this.tracked) return;
    this.tracked = false;
    this.server._connections--;
    this.server._emitCloseIfDrained();
  }

  release() {
    this.untrack();
    this.setRef(false);
  }

  /** Whether the connection keeps the process alive. */
  setRef(referenced) {
    if (this.referenced === referenced) return;
    this.referenced = referenced;
    if (referenced) native.ref();
    else native.unref();
  }
}

function failLater(connection, error) {
  connection.fail(error);
}

module.exports = { NativeConnection };
