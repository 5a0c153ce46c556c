'use strict';
// Node's queues of ticks and microtasks.

/**
 * Runs `process.nextTick` callbacks and promise jobs that wait, as Node does behind each callback
 * from its event loop. Node offers it to its own C++ and to embedders as `process._tickCallback`.
 */
const runTicks = process._tickCallback.bind(process);

module.exports = { runTicks };
