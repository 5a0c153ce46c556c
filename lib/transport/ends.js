'use strict';
// How the two sides of a native connection end: methods of its transport.
const { ArrayPrototypeSplice } = require('../base/primordials');
const { errnoException, systemErrors } = require('../base/errors');
const { setImmediate } = require('../node/timers');
const { Context } = require('../node/async-contexts');
const native = require('../wire/loop');
const { process } = require('../wire/realm');
const { Input, Life, Output } = require('./states');

const { ECANCELED } = systemErrors();

const ends = {
  /** The peer sends no more. Node reads that with its next poll: immediates of a server's handlers may answer before. */
  onEnd() {
    if (this.isClient || this.heardIn !== native.turn) this.takeEnd();
    else setImmediate(native.inPoll, takeEnd, this);
  },

  /** While HTTP reads nothing the end waits: it would end the socket before its answers. */
  takeEnd() {
    if (this.life !== Life.OPEN) return;
    this.endWaits = this.socket._paused === true;
    if (!this.endWaits) this.inContext(this.endInput);
  },

  /** HTTP reads again, and would find the end in the next turn of the event loop. */
  tellWaitingEnd() {
    this.endWaits = false;
    setImmediate(takeEnd, this);
  },

  endInput() {
    this.input = Input.ENDED;
    this.count();
    const { role, socket } = this;
    socket.endInput();
    if (this.cutShort === null) role?.onEnd();
    else if (socket.isLazy || socket.readableEnded) this.tellCutShort();
    else socket.prependOnceListener('end', () => this.tellCutShort());
  },

  /** The input ended inside a message. */
  tellCutShort() {
    if (this.life === Life.OPEN) this.receiver?.onMalformed(this.cutShort);
  },

  /** Ends the output behind what was written; `callback` is called as Node's, not within this turn of the loop. */
  shutdown(callback) {
    this.output = Output.ENDING;
    this.afterShutdown = callback;
    this.outputContext ??= new Context();
    if (this.isClosed || native.io.shutdown(this.id)) behindEnd(this, tellOutputEnd);
    this.count();
  },

  /** What waits is told in the async context of what has waited first, as by Node. */
  inOutputContext(method, argument) {
    const { outputContext: context } = this;
    this.outputContext = null;
    if (context === null) this.inContext(method, argument);
    else context.runInAsyncScope(method, this, argument);
  },

  /** The output has ended behind what waited. */
  onShutdown() {
    const context = this.outputContext ?? this.ownContext();
    this.onDrained();
    context.runInAsyncScope(this.tellOutputEnd, this);
  },

  /** Calls the callback that waits for the end of the output, once. */
  tellOutputEnd() {
    const callback = this.afterShutdown;
    this.afterShutdown = null;
    this.output = Output.ENDED;
    this.count();
    callback?.();
  },

  /**
   * Closes the connection when all output has left. Listeners for the last answer's end and the ticks behind them find
   * it open, as with Node, which closes it once the system has ended the output.
   */
  destroySoon() {
    this.output = Output.ENDED;
    this.destroysSoon = true;
    this.count();
    if (this.isClosed) return;
    if (native.io.shutdown(this.id)) behindEnd(this, close);
    else process.nextTick(() => native.io.destroySoon(this.id));
  },

  /** The connection has closed. Writes that wait are cancelled behind the error, unless it was a write that failed. */
  endOutput(wasOpen, errno, isWrite) {
    const { closedErrno, output, socket } = this;
    const { isLazy } = socket; // its error is told at once
    const error = errno === 0 ? closedErrno : -errno;
    const hasFailed = isWrite || output === Output.FAILED;
    const isError = wasOpen && (hasFailed || errno !== 0);
    const call = isWrite || errno === 0 ? 'write' : 'read';
    // A write that failed says so first; of the error of a stream the tick comes later.
    if (hasFailed && isLazy) failWrites(this, error);
    if (isError) socket.fail(errnoException(error, call));
    // It was closed behind its last byte, which ends what was to be ended.
    else if (wasOpen && output === Output.ENDING) setImmediate(tellOutputEnd, this);
    if (hasFailed) failWrites(this, error);
    else if (isLazy) failWrites(this, ECANCELED);
    else process.nextTick(failWrites, this, ECANCELED);
  },
};

function takeEnd(transport) {
  transport.takeEnd();
}

function tellOutputEnd(transport) {
  transport.inOutputContext(transport.tellOutputEnd);
}

/** Calls `next` when Node's socket would hear that its output has ended: of TLS that has a peer, a turn later. */
function behindEnd(transport, next) {
  if (transport.isSecured && !transport.hasInputEnded) setImmediate(setImmediate, next, transport);
  else native.aroundPoll(next, transport);
}

/** A socket that was completed meanwhile closes itself. */
function close(transport) {
  if (transport.socket.isLazy) transport.close(false);
}

function failWrites(transport, errno) {
  if (transport.waiting.length > 0) transport.inOutputContext(callFailed, errno);
}

function callFailed(errno) {
  for (const callback of ArrayPrototypeSplice(this.waiting, 0))
    callback(errnoException(errno, 'write'));
}

module.exports = { ends };
