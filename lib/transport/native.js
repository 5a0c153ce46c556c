'use strict';
// The transport of a connection whose socket is native. HTTP on top of it is its `role`: a connection of a
// server or a client. It offers a role the methods that `stream` has: pause, stop, leaveHttp, endResponse, …
const { ArrayPrototypeSplice, BufferFrom } = require('../base/primordials');
const { define } = require('../base/define');
const { errnoException, systemErrors } = require('../base/errors');
const layout = require('../wire/layout');
const native = require('../wire/loop');
const { Context } = require('../node/async-contexts');
const { process } = require('../wire/realm');
const { ends } = require('./ends');
const { socketTimeout } = require('./socket-timeout');
const { mirror } = require('./mirror');
const { Input, Life, Output, keepsProcessAlive } = require('./states');
const { StreamTransport } = require('./stream');

const { WRITE_CLOSED, WRITE_DEFER, WRITE_END, WRITE_LATIN1, WRITE_MORE } = layout;
const { ECONNRESET, EPIPE } = systemErrors();
/** More than this is sent at once even when more records wait. */
const DEFER_LIMIT = 16 * 1024;

class NativeTransport {
  /** `isClient`: what was sent on a connection that died meanwhile may be tried again (ECONNRESET). */
  constructor(id, socket, isClient) {
    this.id = id;
    this.socket = socket;
    /** The connection of HTTP on top; null where there is none, not yet or not any more. */
    this.role = null;
    /** Who hears of what is parsed: the role, a reader in its place, or null. */
    this.receiver = null;
    /** The async resource that its requests begin in, or null. */
    this.origin = null;
    this.outputContext = null; // see `inOutputContext`
    this.isClient = isClient;
    /** The native side refuses a server's requests beyond `overload` before JavaScript hears of them. */
    this.isGuarded = true;
    this.ticksBehindContent = !isClient;
    /** See `deliver` in `wire/records`. */
    this.ticksBeforeHeads = false;
    this.closedErrno = isClient ? ECONNRESET : EPIPE;
    this.life = Life.OPEN;
    this.isDestroyed = false; // `life` is OPEN no longer
    this.input = Input.OPEN;
    this.output = Output.OPEN;
    /** HTTP has begun in this tick. */
    this.isBeginning = false;
    this.pending = 0; // bytes the kernel has not taken yet
    this.waiting = []; // callbacks of writes that are not complete
    this.afterShutdown = null;
    this.destroysSoon = false;
    this.hasError = false; // it closes because of one
    this.firstFlags = 0; // for the next piece
    /** How many complete responses leave with the current one. */
    this.alongside = 0;
    /** Of how many responses the native side knows the end before their 'finish'. */
    this.endsTold = 0;
    /** A program listens on the socket for the bytes that the parser reads. */
    this.isMirrored = false;
    /** What was wrong with the input; nothing behind it can be understood. */
    this.failure = null;
    /** The parser's error when the input ended inside a message. */
    this.cutShort = null;
    /** The input has ended, and will be told when HTTP reads again. */
    this.endWaits = false;
    this.pushed = null; // a parser for bytes that were pushed into the socket's stream
    this.heardIn = 0; // the turn of the event loop that brought its last record
    this.referenced = true;
    /** Whether it counts among what keeps the process alive. */
    this.counted = true;
    this.remote = undefined;
    this.local = undefined;
    this.bytesRead = 0;
    this.bytesWritten = 0;
    /** What the socket says; undefined until one was set. */
    this.timeout = undefined;
    this.timer = null;
    this.timerEnd = 0;
    /** It was set since the native side knows of the end of a response. */
    this.isTimeoutNew = false;
    native.register(this);
    native.ref();
    this.timeoutContext = null; // that in which it was set; null if not by a program
  }

  get isClosed() {
    return this.life === Life.CLOSED || this.life === Life.HANDED_OVER;
  }

  get isPaused() {
    return this.input === Input.PAUSED;
  }

  get hasInputEnded() {
    return this.input === Input.ENDED;
  }

  canSend() {
    return this.life === Life.OPEN && this.output === Output.OPEN;
  }

  get hasOutputEnded() {
    return this.output === Output.ENDING || this.isOutputOver;
  }

  get isOutputOver() {
    return this.output === Output.ENDED;
  }

  /** HTTP is spoken from now on. */
  join(role) {
    this.role = role;
    this.receiver = role;
  }

  /** The async context of the connection, whatever is spoken on it. */
  ownContext() {
    return (this.origin ??= new Context());
  }

  inOwnContext(method, ...args) {
    this.ownContext().runInAsyncScope(method, this, ...args);
  }

  /** Runs a method in the async context of the role, if there is one. */
  inContext(method, argument) {
    if (this.role === null) this.inOwnContext(method, argument);
    else this.role.runInContext(method, this, argument);
  }

  // ---- reading ----

  pauseReading() {
    if (this.input !== Input.OPEN || this.isClosed) return;
    this.input = Input.PAUSED;
    native.io.pause(this.id, true);
    this.count();
  }

  resumeReading() {
    const hasStopped = this.receiver === null && this.role !== null;
    if (this.input !== Input.PAUSED || this.isClosed || hasStopped) return;
    this.input = Input.OPEN;
    native.io.pause(this.id, false);
    this.count();
  }

  /** For the role. A complete socket emits 'pause' when its input stops. */
  pause() {
    if (this.life === Life.OPEN) this.socket.pauseInput();
  }

  resume() {
    if (this.input === Input.PAUSED && this.life === Life.OPEN) this.socket.resumeInput();
    if (this.endWaits) this.tellWaitingEnd();
  }

  /** Whatever else the peer sends is thrown away. */
  stop() {
    this.pauseReading();
    this.receiver = null;
  }

  /** Bytes behind an upgrade, or some of which the parser has nothing to tell yet. */
  onRaw(bytes) {
    if (!this.receiver?.takeRaw(bytes)) this.onMirrored(bytes);
  }

  onMalformed(failure) {
    if (this.receiver === null) return;
    this.failure = failure;
    // The end itself comes first: its listeners find a socket that is no longer readable.
    if (failure.code === 'HPE_INVALID_EOF_STATE') this.cutShort = failure;
    else this.receiver.onMalformed(failure);
  }

  // ---- writing ----

  /** Sends pieces in one go, the last with `flags`. If not all has left, returns false: `callback` hears of it. */
  sendAll(chunks, encodings, flags, callback) {
    const last = chunks.length - 1;
    for (let i = 0; i < last; i++) this.sendPiece(chunks[i], encodings[i], WRITE_MORE);
    return this.send(chunks[last], encodings[last], flags, callback);
  }

  /** Sends one piece. The last one of a message may be left to the I/O thread while records wait. */
  send(chunk, encoding, flags, callback) {
    const isLast = flags !== 0 || this.isClient;
    if (isLast && chunk.length < DEFER_LIMIT && native.batch.cursor < native.batch.end)
      flags |= WRITE_DEFER;
    const result = this.sendPiece(chunk, encoding, flags);
    if (result !== 0) return this.onPending(result, callback);
    this.pending = 0;
    return true;
  }

  sendPiece(chunk, encoding, flags) {
    const { id } = this;
    const { calls } = native;
    flags |= this.firstFlags;
    this.firstFlags = 0;
    if (typeof chunk !== 'string') return calls.sendBytes(id, chunk, flags);
    switch (encoding || 'utf8') {
      case 'latin1':
      case 'binary':
      case 'ascii':
        return calls.sendText(id, chunk, flags | WRITE_LATIN1);
      case 'utf8':
      case 'utf-8':
        return calls.sendText(id, chunk, flags);
      default:
        return calls.sendBytes(id, BufferFrom(chunk, encoding), flags);
    }
  }

  /** A send has not taken all, or it has failed. Returns false. */
  onPending(result, callback) {
    if (result > 0) {
      this.pending = result;
      this.outputContext ??= new Context();
      if (this.input !== Input.OPEN) this.count();
      if (callback) this.waiting.push(callback);
      return false;
    }
    if (this.isClosed) {
      const error = errnoException(result === WRITE_CLOSED ? this.closedErrno : result, 'write');
      if (callback) process.nextTick(callback, error);
      return false;
    }
    // What the peer had sent comes first, an early answer above all; the Close record behind it.
    if (callback) this.waiting.push(callback);
    this.output = Output.FAILED;
    this.count();
    return false;
  }

  /** What the native side is told with the last piece of a response, and of those that leave with it. */
  endFlags() {
    this.isTimeoutNew = false;
    const more = this.alongside;
    this.alongside = 0;
    this.endsTold += 1 + more;
    return WRITE_END | (more * layout.WRITE_MORE_ENDS);
  }

  endResponse() {
    if (this.endsTold === 0) return this.isClosed || native.io.endResponse(this.id);
    this.endsTold--;
    if (this.isTimeoutNew) this.resumeKeepAliveTimeout();
  }

  onDrained() {
    // What was written since the record was made may wait again.
    this.pending = this.isClosed ? 0 : native.io.pending(this.id);
    if (this.pending === 0) this.inOutputContext(this.tellDrained);
  }

  tellDrained() {
    if (this.input !== Input.OPEN) this.count();
    // 'drain' comes before the callbacks, as of a Writable: one that writes again waits for a 'drain' of its own.
    const callbacks = ArrayPrototypeSplice(this.waiting, 0);
    this.socket.onDrained();
    for (const callback of callbacks) callback(null);
  }

  /** What is to be sent next is in memory that only this thread reads. */
  onStarved() {
    if (this.isClosed) return;
    const result = native.calls.flush(this.id);
    if (result < 0) this.onPending(result, null);
  }

  // ---- the end ----

  onClose(end) {
    this.inContext(this.afterClose, end);
  }

  afterClose({ bytesRead, bytesWritten, errno, isWrite }) {
    this.bytesRead = bytesRead;
    this.bytesWritten = bytesWritten;
    const wasOpen = this.life === Life.OPEN;
    this.leaveOpen(Life.CLOSED);
    this.stopTimer();
    this.receiver = null;
    if (wasOpen) this.leaveServer();
    this.endOutput(wasOpen, errno, isWrite);
    this.role?.onGone(this.bytesRead, this.bytesWritten);
    this.socket.onClosed(wasOpen);
    this.origin?.emitDestroy();
  }

  /** The connection is destroyed, closed or given away. */
  leaveOpen(life) {
    this.life = life;
    this.isDestroyed = true;
    this.count();
  }

  /** Closes the connection; `reset` lets the peer see a reset. */
  close(reset) {
    if (this.life !== Life.OPEN) return;
    this.leaveServer();
    this.saveCounts();
    native.io.destroy(this.id, reset);
    this.leaveOpen(Life.CLOSING);
  }

  /** The server's count of connections, as `net.Socket` keeps it. */
  leaveServer() {
    const server = this.socket._server;
    if (!server) return;
    server._connections--;
    server._emitCloseIfDrained();
  }

  /** Gives the descriptor away, with what was not sent. Null if the connection is closed: it tells so itself. */
  handOver() {
    this.saveCounts();
    const handed = native.io.handOver(this.id);
    if (handed === null) return null;
    native.forget(this);
    this.leaveOpen(Life.HANDED_OVER);
    this.stopTimer();
    this.receiver = null;
    this.role?.onGone(this.bytesRead, this.bytesWritten);
    this.origin?.emitDestroy();
    return handed;
  }

  /** The socket gets a handle of Node's own, and HTTP goes on over that, behind the records of what was read before. */
  becomeStream() {
    const { id, role, socket } = this;
    if (role !== null && !role.isUnderWay()) {
      socket.leaveHttp();
      return;
    }
    if (role === null) socket.quitHttp();
    if (!socket.exchangeTransport() || role === null) return;
    const stream = new StreamTransport(socket, native.io.takeParser());
    stream.id = id;
    stream.failure = this.failure;
    stream.holdReading();
    // The role has counted what came before.
    stream.bytesReadBefore = this.bytesRead;
    stream.bytesWrittenBefore = this.bytesWritten;
    native.register(stream);
    this.role = null;
    role.goOn(stream);
  }

  /** The role gives the socket up: it becomes a plain one. */
  leaveHttp() {
    this.socket.leaveHttp();
  }

  saveCounts() {
    if (this.isClosed) return;
    [this.bytesRead, this.bytesWritten] = native.io.traffic(this.id);
  }

  /** What a client's socket may be asked behind the end of its output, and the system forgets. */
  saveAddresses() {
    this.remoteAddress();
    this.localAddress();
  }

  // ---- what HTTP asks of its transport ----

  readContent(upgrades) {
    native.io.readContent(this.id, upgrades);
  }

  /** Bytes read and written so far, and requests that are not answered, or not even told. */
  traffic() {
    if (this.isClosed) return [0, 0, 0]; // the server has counted them
    return native.io.traffic(this.id);
  }

  requireHost() {} // the native side reads it with the listener's options

  /** More requests than the `told` unanswered ones that JavaScript knows of. */
  holdsRequests(told) {
    return this.traffic()[2] > told - this.endsTold;
  }

  isUnused() {
    return !this.isClosed && native.io.traffic(this.id)[0] === 0 && !this.holdsInput();
  }

  /** Something has arrived that is not read yet, or not to its end: a request, perhaps. */
  holdsInput() {
    return native.calls.hasUnaskedInput(this.id);
  }

  isQuiet() {
    return this.isClosed || native.io.isQuiet(this.id);
  }

  isSentAway() {
    return false;
  }

  isBetweenMessages() {
    return native.io.isIdle(this.id);
  }

  // ---- what a socket asks of its connection ----

  /** The native side has begun another timeout by itself. */
  changeTimeout(timeout) {
    this.timeout = timeout;
    this.timeoutContext = null;
  }

  tellTimeout() {
    this.socket.onTimeout();
  }

  // As of Node's, whose handle is gone once they are destroyed: they remember what they were asked for of the peer.

  remoteAddress() {
    this.remote ??= this.isDestroyed ? undefined : native.io.remoteAddress(this.id);
    return this.remote;
  }

  localAddress() {
    if (this.isDestroyed) return undefined;
    return (this.local ??= native.io.localAddress(this.id));
  }

  /** Whether the connection keeps the process alive. */
  setRef(referenced) {
    if (this.referenced === referenced) return;
    this.referenced = referenced;
    this.count();
  }

  /** Counts, or does not count any more, among what keeps the process alive. */
  count() {
    const counts = keepsProcessAlive(this);
    if (counts === this.counted) return;
    this.counted = counts;
    if (counts) native.ref();
    else native.unref();
  }
}

define(NativeTransport.prototype, { ...ends, ...socketTimeout, ...mirror });

module.exports = { NativeTransport };
