'use strict';
// The module under test. RUST_HTTP_TEST_MODE=http puts Node's own in its place: what passes there
// as well is known to ask for Node's behaviour.
module.exports =
  process.env.RUST_HTTP_TEST_MODE === 'http' ? require('node:http') : require('../..');
