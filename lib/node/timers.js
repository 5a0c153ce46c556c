'use strict';
// Timers and ticks as Node has them. Applications and test runners fake the globals; the module's own work goes on
// meanwhile, so these are taken when it is loaded.
const { ObjectGetPrototypeOf } = require('../base/primordials');
const timers = require('node:timers');
const { clearInterval, clearTimeout, setImmediate, setInterval, setTimeout } = timers;

/** Calls once the timers that are due now have run: they come between two rounds of immediates. */
function afterTimers(callback, argument) {
  setImmediate(setImmediate, callback, argument);
}

/** Runs ticks and promise jobs that wait, as Node does behind each callback from its event loop. */
const runTicks = undeprecated(process._tickCallback).bind(process);

/** Under `--pending-deprecation` users are warned by a wrapper, whose prototype is the function itself. */
function undeprecated(tickCallback) {
  const wrapped = ObjectGetPrototypeOf(tickCallback);
  return wrapped === Function.prototype ? tickCallback : wrapped;
}

module.exports = {
  afterTimers,
  clearInterval,
  clearTimeout,
  runTicks,
  setImmediate,
  setInterval,
  setTimeout,
};
