'use strict';
// Tests that spend their time on waiting for processes of their own: as many at a time as there are cores.
// Not for those that measure time or memory.
const { availableParallelism } = require('node:os');
const { describe } = require('node:test');

/** `define` defines the tests; `title` says what they have in common. */
function sideBySide(title, define) {
  describe(title, { concurrency: availableParallelism() }, define);
}

module.exports = { sideBySide };
