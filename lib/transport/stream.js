'use strict';
// The transport of a connection over any Duplex: a TLS socket, a pipe, what an agent's
// `createConnection` returned, `server.emit('connection', duplex)`. Its bytes are fed to the same
// parser as a native connection's, and the records are handled at once. See `native` for the role.
const { now } = require('../node/timers');
const native = require('../wire/loop');
const { FLAG_SHIFT, KIND_MASK, RECORD_SIZE } = require('../wire/layout');
const { Batch, dispatch } = require('../wire/reader');

/** The end of what arrives. */
const END = Symbol('end');

class StreamTransport {
  constructor(socket, parser) {
    this.socket = socket;
    this.parser = parser;
    this.role = null;
    this.parsedFor = null;
    this.origin = null;
    /** Node parses what comes out of one of its own handles outside JavaScript, where ticks run. */
    this.ticksBehindContent = socket._handle?.isStreamBase === true;
    /** Records that are not handled yet… */
    this.batches = [];
    /** …and what has arrived since: a head among the records may say how it is to be read. */
    this.arrived = [];
    this.isHandling = false;
    /** What was wrong with the input; nothing behind it can be understood. */
    this.failure = null;
    /** Records that the native side made before it gave the socket away are still to come. */
    this.isTrailing = false;
    this.hasStopped = false;
    this.timesIdle = false;
  }

  /** HTTP is spoken from now on. */
  join(role) {
    this.role = role;
    this.parsedFor = role;
  }

  /** The role, as long as what is parsed is for it. */
  get receiver() {
    // What came behind the request whose socket was sent away is lost, as in Node.
    if (this.parsedFor !== null && this.isSentAway()) this.role.onSentAway();
    return this.parsedFor;
  }

  set receiver(role) {
    this.parsedFor = role;
  }

  // ---- reading ----

  feed(chunk) {
    this.take(typeof chunk === 'string' ? this.encode(chunk) : chunk);
  }

  encode(text) {
    return Buffer.from(text, this.socket.readableEncoding ?? 'utf8');
  }

  /** The peer sends no more. */
  finish() {
    this.take(END);
  }

  take(input) {
    if (this.batches.length > 0 || this.arrived.length > 0 || this.isTrailing) {
      this.arrived.push(input);
    } else {
      this.parse(input);
      if (!this.isHandling) this.handleBatches();
    }
  }

  parse(input) {
    if (input === END) {
      this.batches.push(new Batch(this.parser.finish()));
    } else if (this.failure === null) {
      this.batches.push(new Batch(this.parser.execute(input, now())));
    } else {
      // As long as nobody destroys the stream, each further piece is told, as in Node.
      this.receiver?.onMalformed({ ...this.failure, bytesParsed: 0, rawPacket: input });
    }
  }

  /**
   * Handles records, behind those that the native side still has to tell; when a handler throws, the
   * rest is handled before the next callback.
   */
  execute(bytes) {
    this.batches.push(new Batch(bytes));
    if (!this.isHandling && !this.isTrailing) this.handleBatches();
  }

  handleBatches() {
    const { batches, arrived } = this;
    let hasThrown = true;
    this.isHandling = true;
    try {
      while (batches.length > 0 || arrived.length > 0) {
        if (batches.length === 0) this.parse(arrived.shift());
        else if (batches[0].cursor === batches[0].end) batches.shift();
        else this.handleRecord(batches[0]);
      }
      hasThrown = false;
    } finally {
      this.isHandling = false;
      if (hasThrown) process.nextTick(goOn, this);
    }
  }

  handleRecord(batch) {
    const { words } = batch;
    const at = batch.cursor >>> 2;
    batch.cursor += words[at + RECORD_SIZE];
    dispatch(this, words[at] & KIND_MASK, words[at] >>> FLAG_SHIFT, batch, at);
  }

  pause() {
    this.socket.pause?.();
  }

  resume() {
    const { socket } = this;
    if (socket && !this.hasStopped && !socket._paused && socket.readable) socket.resume?.();
  }

  /** Nothing more that the peer sends is of interest. */
  stop() {
    this.hasStopped = true;
    this.receiver = null;
  }

  /** Those behind an upgrade, or what the native side has read, for those who listen beside the parser. */
  onRaw(bytes) {
    if (this.receiver?.takeRaw(bytes)) return;
    if (this.isTrailing && this.role !== null) this.socket.emit('data', bytes);
  }

  onMalformed(failure) {
    this.failure = failure;
    this.receiver?.onMalformed(failure);
  }

  onEnd() {
    // One that the native side has seen, the socket will see again.
    if (!this.isTrailing) this.role?.onEnd();
  }

  /** The last record of the native side, which had the socket before: from now on it is read here. */
  onClose() {
    this.isTrailing = false;
    if (this.socket.destroyed) return;
    try {
      if (this.role !== null) this.execute(this.parser.takeRest());
    } finally {
      this.beginReading();
    }
  }

  beginReading() {
    const { role, socket } = this;
    if (socket.destroyed) return;
    role?.onStreamReady();
    // Also for one who has got the socket meanwhile.
    socket._read?.(0);
  }

  // The native side, which had the socket before, may have told these of itself.
  onDrained() {}
  onStarved() {}
  onShutdown() {}
  onTimeout() {}

  // ---- what HTTP asks of its transport ----

  declineUpgrade() {
    this.execute(this.parser.verdict(false));
  }

  endResponse() {}

  /** The role gives the socket up. */
  leaveHttp() {
    this.role = null;
    this.receiver = null;
    this.parser.verdict(true);
    // What came behind is the next owner's.
    for (const input of this.arrived.splice(0).reverse())
      if (input !== END && !this.socket.readableEnded) this.socket.unshift(input);
  }

  /** The timeout between requests begins, or ends. */
  setIdleTimeout(timeout) {
    if (typeof this.socket.setTimeout === 'function') this.socket.setTimeout(timeout);
  }

  /** Bytes read and written so far, where the socket counts them. */
  traffic() {
    return [this.socket.bytesRead, this.socket.bytesWritten];
  }

  requireHost(required) {
    this.parser.setRequireHostHeader(required);
  }

  isUnused() {
    return false;
  }

  isBetweenMessages() {
    return this.parser.isBetweenMessages;
  }

  /** Node took the handle for another process; nobody will say that the socket closes. */
  isSentAway() {
    return this.socket._handle === null && !this.socket.destroyed;
  }

  /** Whether a message takes longer to arrive than the timeouts (in milliseconds) allow; once. */
  isExpired(time, headersTimeout, requestTimeout) {
    return this.parser.isExpired(time, headersTimeout, requestTimeout);
  }
}

/** Behind an exception: handles the rest, and lets a stream flow on whose loop was left by it. */
function goOn(transport) {
  const { socket } = transport;
  transport.handleBatches();
  while (socket.readableFlowing && socket.readableLength > 0 && socket.read() !== null);
}

module.exports = { StreamTransport, StreamParser: native.StreamParser };
