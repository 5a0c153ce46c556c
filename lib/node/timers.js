'use strict';
// Timers as Node has them. Applications and test runners fake the globals; the module's own work goes on
// meanwhile, so these are taken when it is loaded.
const timers = require('node:timers');
const { clearInterval, clearTimeout, setImmediate, setInterval, setTimeout } = timers;

/** Calls once the timers that are due now have run: they come between two rounds of immediates. */
function afterTimers(callback, argument) {
  setImmediate(setImmediate, callback, argument);
}

module.exports = {
  afterTimers,
  clearInterval,
  clearTimeout,
  setImmediate,
  setInterval,
  setTimeout,
};
