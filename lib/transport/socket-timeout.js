'use strict';
// The timeout of a native connection without traffic: methods of its transport. Its end is waited for by a timer of
// Node's, so that it comes in its place among those of the program: from the beginning, if JavaScript has set the
// timeout, and if there was traffic since, from when the native side says that it is near.
const { MathCeil } = require('../base/primordials');
const { timerDuration } = require('../base/validate');
const { Context } = require('../node/async-contexts');
const native = require('../wire/loop');
const { afterTimers, clearTimeout, setTimeout } = require('../node/timers');
const { now } = require('../wire/realm');

/** A timer that ends up to this many milliseconds after the timeout is kept: clocks are rounded. */
const ROUNDED = 2;

const socketTimeout = {
  /** Milliseconds without traffic; 0 switches the timeout off. What is no duration throws, and is shown all the same. */
  setTimeout(msecs) {
    this.timeout = msecs;
    const timeout = timerDuration(msecs, 'msecs');
    this.timeoutContext = timeout > 0 ? new Context() : null;
    this.isTimeoutNew = true;
    this.stopTimer();
    if (this.isClosed) return;
    native.io.setTimeout(this.id, MathCeil(timeout));
    if (timeout > 0) wait(this, timeout);
  },

  /** The native timeout began with the answer's end, Node's with 'finish': one that was set in between makes way. */
  resumeKeepAliveTimeout() {
    this.isTimeoutNew = false;
    native.io.beginPause(this.id);
  },

  stopTimer() {
    if (this.timer === null) return;
    clearTimeout(this.timer);
    this.timer = null;
  },

  /** The timeout is near. A timer may be waiting for another one, which that between requests has replaced. */
  onTimeout() {
    if (this.isDestroyed) return;
    const left = native.io.timeLeft(this.id, false);
    if (this.timer !== null) {
      if (left < 0 || this.timerEnd - now() <= left + ROUNDED) return;
      this.stopTimer();
    }
    if (left > 0) wait(this, left);
    // It was told too late: the timers of the program that are due go first all the same.
    else if (left === 0) afterTimers(endWait, this);
  },
};

function wait(transport, timeout) {
  transport.timerEnd = now() + timeout;
  transport.timer = setTimeout(endWait, timeout, transport).unref();
}

function endWait(transport) {
  transport.stopTimer();
  if (transport.isDestroyed) return;
  // There may have been traffic since, or another timeout may have been set.
  const left = native.io.timeLeft(transport.id, true);
  if (left > 0) wait(transport, left);
  else if (left === 0) tell(transport);
}

/** In the async context in which it was set, if that is kept: it is not for the next request of a client's connection. */
function tell(transport) {
  const { tellTimeout, timeoutContext: context } = transport;
  if (context === null) transport.inContext(tellTimeout);
  else context.runInAsyncScope(tellTimeout, transport);
}

module.exports = { socketTimeout };
