'use strict';
// What Node's own http sees, which runs in the process's realm: test runners give the files of a test a realm
// of their own, with a copy of `process` whose ticks and clock they fake, and fakes may be there before us.
const { addon } = require('./addon');

const { Date: SystemDate, process } = addon.realm();
const { hrtime } = process;

/** Milliseconds since some moment in the past; never goes back. */
function now() {
  const [seconds, nanoseconds] = hrtime();
  return seconds * 1e3 + nanoseconds / 1e6;
}

module.exports = { SystemDate, now, process };
