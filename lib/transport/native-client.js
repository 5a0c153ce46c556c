'use strict';
// A client's connection whose socket belongs to the native side: sends requests, and hands the
// records of the answers to the exchange that is under way.
// May use Node, `errors` and `internal`.
const { parseError, systemErrors } = require('../base/errors');
const layout = require('../wire/layout');
const native = require('../wire/loop');
const { nativeTransport } = require('./native');
const { readHead, readMalformed, readTrailers } = require('../wire/reader');

const { WRITE_EXPECT, WRITE_EXPECT_CONNECT, WRITE_EXPECT_HEAD, WRITE_MORE } = layout;

/** Stages of a request on its connection: it has none; it will begin in a tick; it has begun. */
const IDLE = 0;
const ASSIGNED = 1;
const BEGUN = 2;

/** What is told to the native side with the first piece of a request of this method. */
function announcementOf(method) {
  if (method === 'HEAD') return WRITE_EXPECT | WRITE_EXPECT_HEAD;
  if (method === 'CONNECT') return WRITE_EXPECT | WRITE_EXPECT_CONNECT;
  return WRITE_EXPECT;
}

class ClientConnection extends nativeTransport(Object) {
  /** Takes over the descriptor of a connected socket. Throws if the system has none to spare. */
  constructor(socket, fd, exchange) {
    super();
    const { maxHeaderSize, shownFields, validation } = exchange;
    this.socket = socket;
    /** The request that is under way, and its answer. */
    this.exchange = null;
    /** Whether bytes are read as HTTP; false once the socket has been handed over. */
    this.http = true;
    this.ticksInGroup = false;
    /** How far the current request has come. */
    this.stage = IDLE;
    /** More records of the same read follow. */
    this.amidRead = false;
    /** Flags for the first piece of the next request. */
    this.announcement = 0;
    this.maxHeaderSize = maxHeaderSize;
    this.validation = validation;
    this.shownFields = shownFields;
    const flags = announcementOf(exchange.outgoing.method);
    this.join(native.io.adoptClient(fd, maxHeaderSize, validation, shownFields, flags), 0);
  }

  /** A request is about to be sent, whose answer is for `exchange`. */
  begin(exchange) {
    const { maxHeaderSize, shownFields, validation } = exchange;
    if (
      maxHeaderSize !== this.maxHeaderSize ||
      validation !== this.validation ||
      shownFields !== this.shownFields
    ) {
      this.maxHeaderSize = maxHeaderSize;
      this.validation = validation;
      this.shownFields = shownFields;
      native.io.setReader(this.id, maxHeaderSize, validation, shownFields);
    }
    this.exchange = exchange;
    this.stage = BEGUN;
    this.announcement = announcementOf(exchange.outgoing.method);
  }

  /** The exchange is over, or nobody wants to hear of it any more. */
  finish(exchange) {
    if (this.exchange === exchange) this.exchange = null;
  }

  // ---- records ----

  onRecord(kind, flags, words, at, buffer) {
    switch (kind) {
      case layout.DRAIN:
        this.onDrained();
        return;
      case layout.STARVED:
        this.onStarved();
        return;
      case layout.SHUTDOWN:
        this.onDrained();
        this.onShutdown();
        return;
      case layout.CLOSE:
        if (this.staysRegistered) this.inContext(this.onLastRecord);
        else this.inContext(this.onCloseRecord, words, at);
        return;
    }
    // What one read brought is handled whole, even if somebody destroys the request meanwhile: an
    // answer that has arrived is complete.
    if (this.destroyed && !this.amidRead && !this.staysRegistered) return;
    this.amidRead = (flags & layout.GROUP_END) === 0;
    switch (kind) {
      case layout.HEAD:
        this.onHead(flags, readHead(words, at, buffer));
        this.completeBehind(flags);
        break;
      case layout.CONTENT:
        this.exchange?.runWith('onContent', native.readContent(flags, words, at, buffer));
        break;
      case layout.COMPLETE:
        this.exchange?.runWith('onComplete', readTrailers(words, at, buffer));
        this.completeBehind(flags);
        break;
      case layout.RAW:
        this.onRaw(native.readContent(flags, words, at, buffer));
        break;
      case layout.MALFORMED: {
        const { code, reason, bytesParsed, rawPacket } = readMalformed(words, at, buffer);
        this.exchange?.runWith('onMalformed', parseError(code, reason, bytesParsed, rawPacket));
        break;
      }
      case layout.END:
        // One that comes behind a hand-over, the socket will see again.
        if (!this.staysRegistered) this.inContext(this.onInputEnd);
        break;
      case layout.TIMEOUT:
        if (native.io.isTimedOut(this.id)) this.inContext(this.onTimeout);
        break;
    }
  }

  /** An answer is over once all that was read with it has been seen: what is behind it, is wrong. */
  completeBehind(flags) {
    const { exchange } = this;
    if (flags & layout.GROUP_END && exchange?.isDone) exchange.handlers.onComplete(exchange);
  }

  onHead(flags, head) {
    const { exchange } = this;
    // An answer to nothing: whoever sent it is not to be trusted.
    if (exchange === null || exchange.isDone) this.socket.destroy();
    else exchange.resource.runInAsyncScope(exchange.onHead, exchange, flags, head);
  }

  /** The bytes behind a head that hands the socket over, or those that someone listens for. */
  onRaw(bytes) {
    const { exchange, socket } = this;
    if (exchange?.upgrade) exchange.runWith('onUpgradeHead', bytes);
    else if (socket.listenerCount('data') > 0 || socket.listenerCount('readable') > 0)
      socket.push(bytes);
    else this.untap();
  }

  // What a socket may be asked after its end, the system forgets.

  saveCounts() {
    super.saveCounts();
    this.saveAddresses();
  }

  shutdown(callback) {
    this.saveAddresses();
    super.shutdown(callback);
  }

  saveAddresses() {
    this.remoteAddress();
    this.localAddress();
  }

  /** Goes on over a handle of Node's own; what was read before comes as records, until the last one. */
  becomeStream() {
    const { exchange, socket } = this;
    if (exchange === null || exchange.isDone) {
      socket.leaveHttp();
      return;
    }
    this.staysRegistered = true;
    if (socket.exchangeTransport()) exchange.goOn(native.io.takeParser(native.now()));
    else this.staysRegistered = false;
  }

  onLastRecord() {
    this.staysRegistered = false;
    if (this.exchange !== null && !this.exchange.isDone)
      this.exchange.handlers.onStream(this.exchange);
    this.finish(this.exchange);
  }

  /** Runs `handler` in the async context of the request that is under way, if one is. */
  inContext(handler, ...args) {
    if (this.exchange === null) Reflect.apply(handler, this, args);
    else this.exchange.resource.runInAsyncScope(handler, this, ...args);
  }

  onTimeout() {
    this.socket.emit('timeout');
  }

  onInputEnd() {
    this.readEnded = true;
    this.count();
    if (this.stage !== BEGUN) this.socket.once('end', this.socket.http.onEnd);
    this.socket.push(null);
    this.socket.read(0);
  }

  /** `res` is being read: content may go on arriving. */
  resumeFor(res) {
    if (this.exchange?.incoming === res) this.resumeReading();
  }

  // ---- writing ----

  /** The connection died while nobody looked: ECONNRESET, by which users know that they may retry. */
  get closedErrno() {
    return systemErrors.ECONNRESET;
  }

  /**
   * Sends pieces of text and bytes in one go. Returns true when the kernel has taken all of it;
   * else `callback` is called when it has, or when it fails.
   */
  send(chunks, encodings, callback) {
    const last = chunks.length - 1;
    const announcement = this.takeAnnouncement();
    for (let i = 0; i < last; i++)
      this.sendPiece(chunks[i], encodings[i], announcement | WRITE_MORE);
    return this.sendLast(chunks[last], encodings[last], announcement, callback);
  }

  sendOne(chunk, encoding, callback) {
    return this.sendLast(chunk, encoding, this.takeAnnouncement(), callback);
  }

  takeAnnouncement() {
    const { announcement } = this;
    this.announcement = 0;
    return announcement;
  }

  sendLast(chunk, encoding, announcement, callback) {
    const flags = announcement | this.deferFlag(chunk.length);
    return this.sent(this.sendPiece(chunk, encoding, flags), callback);
  }
}

module.exports = { ASSIGNED, BEGUN, ClientConnection, IDLE };
