'use strict';
// A server's connection whose socket belongs to the native side: records in, sends out.
// As long as nobody touches its socket as a stream ("bare"), nothing but this object exists of it.
// May use Node, `errors`, `symbols` and `internal`.
const layout = require('./ring-layout');
const native = require('./native');
const { nativeTransport } = require('./native-transport');
const { readHead, readMalformed, readTrailers } = require('./records');
const { ServerConnection } = require('./server-connection');
const { parserOptions } = require('./server-options');

const { WRITE_IDLE, WRITE_LAST, WRITE_MORE } = layout;
/** Characters and bytes that answers of one group may hold back. */
const GROUP_LIMIT = 64 * 1024;

class NativeConnection extends nativeTransport(ServerConnection) {
  constructor(server, id, socket) {
    super(server, socket);
    /** More requests of the same read are to come: their answers are held back to leave together. */
    this.grouped = false;
    this.ticksInGroup = true;
    this.heldBack = 0;
    /** What is to happen when that has been sent. */
    this.heldFlags = 0;
    /** The response that ends with what is being sent, and what the native side did for it then. */
    this.ending = null;
    this.idleBegun = false;
    this.closeBegun = false;
    this.tracked = true;
    /** The record with the bytes behind a declined upgrade is still to come. */
    this.declined = false;
    this.refused = false;
    this.pushed = undefined;
    /** The parser's error when the input ended inside a message. */
    this.cutShort = null;
    this.join(id, server.timeout || 0);
  }

  // ---- records ----

  onRecord(kind, flags, words, at, buffer) {
    switch (kind) {
      case layout.HEAD:
        // Answers to requests that came together leave together.
        if (!(flags & layout.GROUP_END)) this.grouped = true;
        // Not idle after all.
        this.heldFlags &= ~WRITE_IDLE;
        this.idleBegun = false;
        if (!this.destroyed && !this.refused) this.onHead(flags, readHead(words, at, buffer));
        break;
      case layout.CONTENT:
        if (!this.destroyed)
          this.inContext(this.onContent, native.readContent(flags, words, at, buffer));
        break;
      case layout.COMPLETE:
        if (!this.destroyed) this.inContext(this.onComplete, readTrailers(words, at, buffer));
        break;
      case layout.RAW:
        if (!this.destroyed) this.onRaw(native.readContent(flags, words, at, buffer));
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
        if (!this.destroyed && native.io.isTimedOut(this.id)) this.inContext(this.onIdle);
        break;
      case layout.EXPIRED:
        if (!this.destroyed && this.http) this.inContext(this.onExpired);
        break;
      case layout.MALFORMED:
        if (!this.destroyed && !this.refused) this.onFailure(readMalformed(words, at, buffer));
        break;
      case layout.CLOSE:
        this.onCloseRecord(words, at);
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

  /** Bytes that did not come from the peer: someone pushed them into the socket's stream. */
  onPushed(chunk) {
    // With listeners beside the parser, they may be the parser's own.
    if (this.tapped || !this.http) return;
    const { maxFields, maxHeaderSize, validation } = parserOptions(this.server);
    this.pushed ??= new native.StreamParser(false, maxHeaderSize, validation, maxFields);
    const records = this.pushed.execute(Buffer.from(chunk));
    const words = new Uint32Array(records.buffer, records.byteOffset, records.length >>> 2);
    for (let at = 0; at < words.length; at += words[at + 1] >>> 2)
      this.onRecord(words[at] & 0xff, words[at] >>> 8, words, at, records);
  }

  onInputEnd() {
    if (this.destroyed) return;
    this.readEnded = true;
    this.count();
    const { socket } = this;
    if (!socket.isBare) {
      socket.push(null);
      socket.read(0);
    }
    if (this.cutShort === null) {
      if (this.http) this.inContext(this.onEnd);
    } else if (socket.isBare || socket.readableEnded) {
      this.onCutShort();
    } else {
      socket.prependOnceListener('end', () => this.onCutShort());
    }
  }

  onFailure(failure) {
    // The end itself comes first: its listeners find a socket that is no longer readable.
    if (failure.code === 'HPE_INVALID_EOF_STATE') this.cutShort = failure;
    else this.inContext(this.onMalformed, failure);
  }

  /** The input has ended inside a message. */
  onCutShort() {
    if (!this.destroyed && this.http) this.inContext(this.onMalformed, this.cutShort);
  }

  onIdle() {
    if (!this.socket.isBare) this.socket.emit('timeout');
    else if (this.http) this.onTimeout();
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
      const ending = this.endingFlags();
      this.heldFlags |= ending;
      if (ending !== 0) this.noteBegun(ending);
      return true;
    }
    let flags = this.endingFlags();
    if (flags !== 0 && chunk.length === this.heldBack) flags |= this.deferFlag(chunk.length);
    this.heldBack = 0;
    const result = this.sendPiece(chunk, encoding, flags);
    if (result === 0 && flags !== 0) this.noteBegun(flags);
    return this.sent(result, callback);
  }

  /** The native side sees to what follows a response. */
  noteBegun(flags) {
    this.idleBegun = (flags & WRITE_IDLE) !== 0;
    this.closeBegun = (flags & WRITE_LAST) !== 0;
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
    const { heldBack, heldFlags: flags } = this;
    this.heldBack = 0;
    this.heldFlags = 0;
    const defer = flags !== 0 ? this.deferFlag(heldBack) : 0;
    const result = native.fast.flush(this.id, flags | defer);
    this.sent(result, null);
    if (result <= 0 || flags === 0) return;
    // It waits for the kernel, and nothing has begun.
    if (flags & WRITE_LAST) native.io.destroySoon(this.id);
    else native.io.beginKeepAlive(this.id);
  }

  // ---- the transport's side of ServerConnection ----

  resumeReading() {
    if (!this.refused) super.resumeReading();
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
    this.tracked = false; // `net.Socket` counts down when it is destroyed
    const fd = super.detach();
    this.totals.addTraffic(this.bytesRead, this.bytesWritten);
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

  /** Bytes read and written so far. */
  traffic() {
    if (this.closed) return [0, 0]; // they are among the server's
    return [native.io.bytesRead(this.id), native.io.bytesWritten(this.id)];
  }

  isBetweenMessages() {
    return native.io.isIdle(this.id);
  }

  // ---- the end ----

  onCloseRecord(words, at) {
    super.onCloseRecord(words, at);
    this.totals.addTraffic(this.bytesRead, this.bytesWritten);
  }

  /** Something failed: the socket gets an 'error', which is for `onError` unless it was taken over. */
  fail(error) {
    if (this.destroyed) return;
    if (this.http && this.socket.isBare) this.inContext(this.onError, error);
    else this.socket.destroy(error);
  }

  /** Closes the socket when all output has left. */
  closeSoon() {
    this.flushBack();
    this.writeEnded = true;
    if (!this.closed && !this.closeBegun) native.io.destroySoon(this.id);
  }

  /** Not one of the server's connections any more. */
  onGone() {
    if (!this.tracked) return;
    this.tracked = false;
    this.server._connections--;
    this.server._emitCloseIfDrained();
  }
}

module.exports = { NativeConnection };
