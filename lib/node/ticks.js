'use strict';
// Node's queues of ticks and microtasks.
const { ObjectGetPrototypeOf } = require('../base/primordials');

/**
 * Runs `process.nextTick` callbacks and promise jobs that wait, as Node does behind each callback
 * from its event loop. Node offers it to its own C++ and to embedders as `process._tickCallback`.
 */
const runTicks = undeprecated(process._tickCallback).bind(process);

/**
 * Under `--pending-deprecation` users of the property are warned, by a wrapper whose prototype is the
 * function that Node's own C++ goes on calling.
 */
function undeprecated(tickCallback) {
  const wrapped = ObjectGetPrototypeOf(tickCallback);
  return wrapped === Function.prototype ? tickCallback : wrapped;
}

module.exports = { runTicks };
