'use strict';
// The Date field's value, rendered once a second. May use Node only.
const { setTimeout } = require('node:timers');
const { Date: SystemDate } = globalThis;

let cached;

/** The current date in the form of RFC 9110, section 5.6.7. */
function utcDate() {
  if (cached === undefined) {
    const now = new SystemDate();
    cached = now.toUTCString();
    setTimeout(forget, 1000 - now.getMilliseconds()).unref();
  }
  return cached;
}

function forget() {
  cached = undefined;
}

module.exports = { utcDate };
