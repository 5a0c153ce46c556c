'use strict';
// What the tests of this tree share: which http they were given.
const assert = require('node:assert');
const ours = require('../../../..');

const isOurs = (http) => http.Server === ours.Server;

module.exports = {
  /** Throws unless `http` is what the runner was told to test. */
  check(http) {
    assert.strictEqual(isOurs(http), process.env.RUST_HTTP !== 'off');
  },
  isOurs,
};
