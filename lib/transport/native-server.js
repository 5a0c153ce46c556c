'use strict';
// A server's connection whose socket belongs to the native side: records in, sends out.
// As long as nobody touches its socket as a stream ("bare"), nothing but this object exists of it.
// May use Node, `errors`, `symbols` and `internal`.
const layout = require('../wire/layout');
const native = require('../wire/loop');
const { nativeTransport } = require('./native');
const { readHead, readMalformed, readTrailers } = require('../wire/reader');
const { ServerConnection } = require('../server/connection');
const { StreamConnection, requestParser } = require('./stream-server');
const { kConnection, kConnections } = require('../base/symbols');

const { WRITE_CLOSE, WRITE_END, WRITE_MORE } = layout;

class NativeConnection extends nativeTransport(ServerConnection) {
  constructor(server, id, socket) {
    super(server, socket);
    this.ticksInGroup = true;
    /** The response whose last piece is written next. */
    this.ending = null;
    /** The native side knows that the response at the head of the line has ended… */
    this.endSent = false;
    /** …and that the connection is to be closed behind it. */
    this.closeSent = false;
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
      case layout.STARVED:
        this.onStarved();
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
    this.pushed ??= requestParser(this.server);
    const records = this.pushed.execute(Buffer.from(chunk));
    const words = new Uint32Array(records.buffer, records.byteOffset, records.length >>> 2);
    for (let at = 0; at < words.length; at += words[at + layout.RECORD_SIZE] >>> 2)
      this.onRecord(
        words[at] & layout.KIND_MASK,
        words[at] >>> layout.FLAG_SHIFT,
        words,
        at,
        records,
      );
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
    for (let i = 0; i < last; i++) this.sendPiece(chunks[i], encodings[i], WRITE_MORE);
    return this.sendOne(chunks[last], encodings[last], callback);
  }

  /** Sends one piece. The last one of an answer may be left to the I/O thread. */
  sendOne(chunk, encoding, callback) {
    let flags = this.endFlags();
    if (flags !== 0) flags |= this.deferFlag(chunk.length);
    return this.sent(this.sendPiece(chunk, encoding, flags), callback);
  }

  /** What the native side is told with the last piece of a response. */
  endFlags() {
    const response = this.ending;
    if (response === null) return 0;
    this.ending = null;
    if (this.socket._httpMessage !== response) return 0; // it ended with nothing left to send
    this.endSent = true;
    if (!response._last) return WRITE_END;
    this.closeSent = true;
    return WRITE_END | WRITE_CLOSE;
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

  /** The response at the head of the line is complete. */
  endResponse() {
    if (this.endSent) this.endSent = false;
    else if (!this.closed) native.io.endResponse(this.id);
  }

  /** The native side begins it, once the last answer has left. */
  startKeepAliveTimeout() {}

  /** The native side has lifted it with the head. */
  endKeepAliveTimeout(timeout) {
    this.timeout = timeout;
  }

  /** Bytes read and written so far. */
  traffic() {
    if (this.closed) return [0, 0]; // they are among the server's
    return [native.io.bytesRead(this.id), native.io.bytesWritten(this.id)];
  }

  /** Nothing has been received. */
  isUnused() {
    return this.resource === null && !this.closed && native.io.bytesRead(this.id) === 0;
  }

  isBetweenMessages() {
    return native.io.isIdle(this.id);
  }

  // ---- the end ----

  onCloseRecord(words, at) {
    super.onCloseRecord(words, at);
    this.server[kConnections].delete(this); // also if it was never HTTP
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
    this.writeEnded = true;
    if (!this.closed && !this.closeSent) native.io.destroySoon(this.id);
  }

  /** Gives the descriptor away; nothing of the connection is left here but the server's count. */
  handOver() {
    const handed = super.handOver();
    if (handed !== null) {
      this.tracked = false; // `net.Socket` counts down when it is destroyed
      this.server[kConnections].delete(this);
      this.totals.addTraffic(this.bytesRead, this.bytesWritten);
    }
    return handed;
  }

  leaveHttp() {
    this.socket.leaveHttp();
  }

  /** Goes on over a handle of Node's own; what was read before comes as records, until the last one. */
  becomeStream() {
    const { server, socket } = this;
    const { http } = this;
    this.staysRegistered = http;
    if (!socket.exchangeTransport() || !http) return;
    socket[kConnection] = this;
    server[kConnections].add(this);
    this.destroyed = false;
    Object.setPrototypeOf(this, StreamConnection.prototype);
    this.goOn(native.io.takeParser(native.now()));
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
