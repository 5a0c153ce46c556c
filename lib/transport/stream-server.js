'use strict';
// A server's connection over any Duplex: a TLS socket, a pipe, `server.emit('connection', duplex)`.
// Its bytes are fed to the same parser as a native connection's, and the records are handled at
// once. May use Node, `errors`, `symbols` and `internal`.
const layout = require('../wire/layout');
const native = require('../wire/loop');
const { readHead, readMalformed, readTrailers } = require('../wire/reader');
const { ServerConnection } = require('../server/connection');
const { parserOptions } = require('../server/options');
const { watchSlowRequests } = require('../server/slow-requests');

class StreamConnection extends ServerConnection {
  constructor(server, socket) {
    super(server, socket);
    this.initialize(requestParser(server));
    this.listen();
    socket._paused = false;
    socket.server = server;
    if (server.timeout && typeof socket.setTimeout === 'function')
      socket.setTimeout(server.timeout);
  }

  initialize(parser) {
    const { socket } = this;
    this.parser = parser;
    watchSlowRequests(this.server);
    /** Records that are not handled yet. */
    this.batches = [];
    this.handling = false;
    /** Node parses what comes out of one of its own handles outside JavaScript, where ticks run. */
    this.ticksInBatch = socket._handle?.isStreamBase === true;
    this.refused ??= false;
    /** What was wrong with the input; nothing behind it can be understood. */
    this.failure = null;
    /** Records that the native side made before the socket became a stream are still to come. */
    this.trailing = false;
    this.listeners = this.makeListeners();
  }

  /** The native side has given the socket away, and its parser. */
  goOn(parser) {
    this.initialize(parser);
    this.trailing = true;
    this.socket.parser = null;
    this.listen((event) => event !== 'data');
  }

  /** The last record of the native side is here: from now on the socket is read. */
  onLastRecord() {
    this.trailing = false;
    const { socket } = this;
    if (socket.destroyed || !this.http) return;
    this.execute(this.parser.takeRest());
    this.listen((event) => event === 'data');
    if (this.paused) socket.pause();
    else socket.resume();
    socket._read?.(0);
  }

  listen(wanted = () => true) {
    for (const [event, listener] of this.listeners)
      if (wanted(event)) this.socket.on(event, listener);
  }

  makeListeners() {
    return [
      [
        'data',
        (chunk) => {
          this.feed(chunk);
        },
      ],
      [
        'end',
        () => {
          this.execute(this.parser.finish());
        },
      ],
      [
        'close',
        () => {
          this.totals.addTraffic(...this.traffic());
          this.inContext(this.onClosed);
        },
      ],
      [
        'drain',
        () => {
          this.onSocketDrain();
        },
      ],
      [
        'error',
        (error) => {
          this.onSocketError(error);
        },
      ],
      [
        'timeout',
        () => {
          this.onTimeout();
        },
      ],
    ];
  }

  feed(chunk) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    if (this.failure !== null) {
      // As long as nobody destroys the stream, each further piece is told, as in Node.
      const failure = { ...this.failure, bytesParsed: 0, rawPacket: bytes };
      this.inContext(this.onMalformed, failure);
      return;
    }
    this.execute(this.parser.execute(bytes, native.now()));
  }

  /** Handles records; when a handler throws, the rest is handled before the next callback. */
  execute(buffer) {
    const words = new Uint32Array(buffer.buffer, buffer.byteOffset, buffer.length >>> 2);
    this.batches.push({ buffer, words, cursor: 0 });
    if (!this.handling) this.handleBatches();
  }

  handleBatches() {
    this.handling = true;
    try {
      while (this.batches.length > 0) {
        const batch = this.batches[0];
        const { buffer, cursor, words } = batch;
        if (cursor === words.length) {
          this.batches.shift();
          continue;
        }
        batch.cursor += words[cursor + layout.RECORD_SIZE] >>> 2;
        const kind = words[cursor] & layout.KIND_MASK;
        this.onRecord(kind, words[cursor] >>> layout.FLAG_SHIFT, words, cursor, buffer);
        if (this.ticksInBatch && kind === layout.CONTENT) process._tickCallback();
      }
    } finally {
      this.handling = false;
      if (this.batches.length > 0)
        process.nextTick(() => {
          this.handleBatches();
        });
    }
  }

  onRecord(kind, flags, words, at, buffer) {
    switch (kind) {
      case layout.HEAD:
        if (!this.refused) this.onHead(flags, readHead(words, at, buffer));
        break;
      case layout.CONTENT:
        this.inContext(this.onContent, native.readContent(flags, words, at, buffer));
        break;
      case layout.COMPLETE:
        this.inContext(this.onComplete, readTrailers(words, at, buffer));
        break;
      case layout.RAW:
        if (this.upgrading !== null)
          this.inContext(this.onUpgradeHead, native.readContent(flags, words, at, buffer));
        break;
      case layout.MALFORMED:
        this.failure = readMalformed(words, at, buffer);
        if (!this.refused) this.inContext(this.onMalformed, this.failure);
        break;
      case layout.END:
        // One that the native side has seen, the socket will see again.
        if (!this.trailing) this.inContext(this.onEnd);
        break;
      case layout.CLOSE:
        this.onLastRecord();
        break;
    }
  }

  onSocketError(error) {
    const { socket } = this;
    this.forget('error');
    if (socket.listenerCount('error') === 0) socket.on('error', () => {});
    this.inContext(this.onError, error);
  }

  forget(...events) {
    for (const [event, listener] of this.listeners)
      if (events.length === 0 || events.includes(event))
        this.socket.removeListener(event, listener);
  }

  // ---- the transport's side of ServerConnection ----

  /** `requireHostHeader` has changed. */
  requireHost(required) {
    this.parser.setRequireHostHeader(required);
  }

  pauseReading() {
    this.socket.pause?.();
  }

  resumeReading() {
    const { socket } = this;
    if (socket && !this.refused && socket.readable && this.http) socket.resume?.();
  }

  stopReading() {
    this.refused = true;
  }

  declineUpgrade() {
    this.execute(this.parser.verdict(false));
  }

  endResponse() {}

  leaveHttp() {
    this.forget();
    this.parser.verdict(true);
  }

  startKeepAliveTimeout(timeout) {
    if (typeof this.socket.setTimeout === 'function') this.socket.setTimeout(timeout);
  }

  endKeepAliveTimeout(timeout) {
    if (typeof this.socket.setTimeout === 'function') this.socket.setTimeout(timeout);
  }

  /** Bytes read and written so far, where the socket counts them. */
  traffic() {
    return [this.socket.bytesRead, this.socket.bytesWritten];
  }

  isUnused() {
    return false;
  }

  isBetweenMessages() {
    return this.parser.isBetweenMessages;
  }

  /** Reports a message that takes longer to arrive than the timeouts (in milliseconds) allow. */
  checkTimeouts(now, headersTimeout, requestTimeout) {
    if (this.parser.isExpired(now, headersTimeout, requestTimeout)) this.inContext(this.onExpired);
  }
}

/** A parser of the server's requests. */
function requestParser(server) {
  const options = parserOptions(server);
  const { maxFields, maxHeaderSize, requireHostHeader, shownFields, validation } = options;
  return new native.StreamParser(
    false,
    maxHeaderSize,
    validation,
    shownFields,
    maxFields,
    requireHostHeader,
    native.now(),
  );
}

module.exports = { StreamConnection, requestParser };
