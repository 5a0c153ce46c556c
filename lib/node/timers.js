'use strict';
// Time as Node has it. Applications and test runners fake the globals, and freeze the clock behind
// them; the module's own work goes on meanwhile, so these are taken when it is loaded.
const timers = require('node:timers');
const { clearInterval, clearTimeout, setImmediate, setInterval, setTimeout } = timers;

const { Date: SystemDate } = globalThis;
const { hrtime } = process;

/** Milliseconds since some moment in the past; never goes back. */
function now() {
  const [seconds, nanoseconds] = hrtime();
  return seconds * 1e3 + nanoseconds / 1e6;
}

/** Calls once the timers that are due now have run: they come between two rounds of immediates. */
function afterTimers(callback, argument) {
  setImmediate(setImmediate, callback, argument);
}

module.exports = {
  SystemDate,
  afterTimers,
  clearInterval,
  clearTimeout,
  now,
  setImmediate,
  setInterval,
  setTimeout,
};
