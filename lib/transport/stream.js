'use strict';
// The transport of a connection over any Duplex: a TLS socket, a pipe, what an agent's
// `createConnection` returned, `server.emit('connection', duplex)`. Its bytes are fed to the same
// parser as a native connection's, and the records are handled at once. See `native` for the role.
const { ArrayPrototypeReverse, BufferFrom } = require('../base/primordials');
const { shadow, unshadow } = require('../base/define');
const { errnoException, systemErrors } = require('../base/errors');
const { FedParser } = require('../wire/feed');
const { tellReaders } = require('./mirror');

class StreamTransport {
  /** See `receiver`. */
  #receiver = null;

  constructor(socket, parser) {
    this.socket = socket;
    this.parser = parser;
    this.input = new FedParser(parser, this);
    this.role = null;
    this.origin = null;
    /** Node parses what comes out of one of its own handles outside JavaScript, where ticks run. */
    this.ticksBehindContent = socket._handle?.isStreamBase === true;
    this.ticksBeforeHeads = false;
    /** What was wrong with the input; nothing behind it can be understood. */
    this.failure = null;
    /** Records that the native side made before it gave the socket away are still to come. */
    this.isTrailing = false;
    /** It has seen the end, and parsed all there was. */
    this.hasParsedEnd = false;
    this.isGuarded = false;
    /** A stream that is destroyed feeds no more. */
    this.isDestroyed = false;
    /** Used by the native transport alone. */
    this.heardIn = 0;
    this.alongside = 0;
    /** What the socket counted on another transport. */
    this.bytesReadBefore = 0;
    this.bytesWrittenBefore = 0;
  }

  /** HTTP is spoken from now on. */
  join(role, receiver = role) {
    this.role = role;
    this.#receiver = receiver;
  }

  /** Who hears of what is parsed: the role, a reader in its place, or null. */
  get receiver() {
    // What came behind the request whose socket was sent away is lost, as in Node.
    if (this.#receiver !== null && this.isSentAway()) this.role.onSentAway();
    return this.#receiver;
  }

  set receiver(receiver) {
    this.#receiver = receiver;
  }

  // ---- reading ----

  feed(chunk) {
    this.input.execute(typeof chunk === 'string' ? this.encode(chunk) : chunk);
  }

  /** The same for what was read into memory that is used again. */
  feedRead(memory, length) {
    this.input.executeRead(memory, length);
  }

  encode(text) {
    return BufferFrom(text, this.socket.readableEncoding ?? 'utf8');
  }

  /** Another stream gets the parser: nothing is fed any more. */
  loseParser() {
    this.parser = null;
    this.input = null;
  }

  finish() {
    this.input.finish();
  }

  /** A handler has transferred the memory of what was fed. */
  onLost() {
    this.receiver = null;
    this.socket.destroy(errnoException(systemErrors().EFAULT, 'read'));
  }

  /** Until a stream with malformed bytes is destroyed, each further piece is an error again, as in Node. */
  tellFailure(rawPacket) {
    this.receiver?.onMalformed({ ...this.failure, bytesParsed: 0, rawPacket });
  }

  pause() {
    this.socket.pause?.();
  }

  pauseReading() {
    this.pause();
  }

  resumeReading() {
    this.resume();
  }

  resume() {
    const { socket } = this;
    if (socket && this.#receiver !== null && !socket._paused && socket.readable) socket.resume?.();
  }

  /** Whatever else the peer sends is thrown away. */
  stop() {
    this.receiver = null;
  }

  /** Bytes behind an upgrade; or what the native side has read, for listeners beside the parser. */
  onRaw(bytes) {
    if (this.receiver?.takeRaw(bytes)) return;
    if (this.isTrailing && this.role !== null) this.socket.emit('data', bytes);
  }

  beginMirrored() {
    return this.socket.rawListeners('data');
  }

  onMirrored(bytes, readers) {
    tellReaders(this.socket, bytes, readers);
  }

  onMalformed(failure) {
    this.failure = failure;
    this.receiver?.onMalformed(failure);
  }

  onEnd() {
    // One that the native side has seen, the socket will see again.
    if (this.isTrailing) this.hasParsedEnd = true;
    // One amid a message was told as an error: whoever handles that decides on the socket.
    else if (this.failure?.code !== 'HPE_INVALID_EOF_STATE') this.role?.onEnd();
  }

  /** The last record of the native side, which had the socket before: from now on it is read here. */
  onClose() {
    this.isTrailing = false;
    if (this.socket.destroyed) return;
    try {
      const isReadable = !this.hasParsedEnd && this.failure === null;
      if (this.role !== null && isReadable) this.input.takeRest();
    } finally {
      this.beginReading();
    }
  }

  /** Reads nothing, whatever lets the stream flow, before the native side's records were handled. */
  holdReading() {
    this.isTrailing = true;
    shadow(this.socket, '_read', () => {});
  }

  beginReading() {
    const { role, socket } = this;
    if (socket.destroyed) return;
    unshadow(socket, '_read');
    role?.onStreamReady();
    // Also where another owner has got the socket meanwhile.
    socket._read?.(0);
  }

  /** Behind an exception: a stream whose loop was left by it flows on. */
  flowOn() {
    const { socket } = this;
    while (socket.readableFlowing && socket.readableLength > 0 && socket.read() !== null);
  }

  // The native side, which had the socket before, may have told these of itself.
  onDrained() {}
  onStarved() {}
  onShutdown() {}
  onTimeout() {}

  // ---- what HTTP asks of its transport ----

  readContent(upgrades) {
    this.input.readContent(upgrades);
  }

  endResponse() {}

  /** The role gives the socket up. */
  leaveHttp() {
    this.role = null;
    this.receiver = null;
    this.parser.leaveHttp();
    // What came behind is the next owner's.
    for (const bytes of ArrayPrototypeReverse(this.input.takeArrived()))
      if (!this.socket.readableEnded) this.socket.unshift(bytes);
  }

  /** The timeout between requests begins, or makes way for the server's with the next request. */
  changeTimeout(timeout) {
    if (typeof this.socket.setTimeout === 'function') this.socket.setTimeout(timeout);
  }

  /** Bytes read and written so far, where the socket counts them. */
  traffic() {
    const { bytesRead, bytesWritten } = this.socket;
    return [bytesRead - this.bytesReadBefore, bytesWritten - this.bytesWrittenBefore, 0];
  }

  requireHost(required) {
    this.parser.setRequireHostHeader(required);
  }

  holdsInput() {
    return false;
  }

  holdsRequests() {
    return false;
  }

  isQuiet() {
    return this.parser.isQuiet;
  }

  isBetweenMessages() {
    return this.parser.isBetweenMessages;
  }

  /** Node took the handle for another process: there will be no 'close' of the socket. */
  isSentAway() {
    return this.socket._handle === null && !this.socket.destroyed;
  }

  /** Whether a message takes longer to arrive than the timeouts (in milliseconds) allow; once. */
  isExpired(headersTimeout, requestTimeout) {
    return this.parser.isExpired(headersTimeout, requestTimeout);
  }
}

module.exports = { StreamTransport };
