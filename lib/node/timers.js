'use strict';
// Time as Node has it. Applications and test runners fake the globals, and freeze the clock behind
// them; the module's own work goes on meanwhile, so these are taken when it is loaded.
const { performance } = require('node:perf_hooks');
const { clearInterval, setImmediate, setInterval, setTimeout } = require('node:timers');

const { Date: SystemDate } = globalThis;
/** Milliseconds since the process began; never goes back. */
const now = performance.now.bind(performance);

module.exports = { SystemDate, clearInterval, now, setImmediate, setInterval, setTimeout };
