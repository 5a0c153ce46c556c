'use strict';
// The https module under test. RUST_HTTP_TEST_MODE=http puts Node's own in its place, as for http.
module.exports =
  process.env.RUST_HTTP_TEST_MODE === 'http' ? require('node:https') : require('../../https');
