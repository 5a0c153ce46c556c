'use strict';
// Lower-case forms of field names. Those of common names are found, not made: they are the same
// string each time, which makes the look-ups by them fast.
const { COMMON_NAMES } = require('./layout');

const lowered = new Map();
for (const name of COMMON_NAMES) {
  const lower = name.toLowerCase();
  lowered.set(name, lower);
  lowered.set(lower, lower);
}

/** `name` in lower case. */
const lowerCase = (name) => lowered.get(name) ?? name.toLowerCase();

/** An object that inherits nothing, of the kind that the engine keeps fast. */
function Fields() {}
Fields.prototype = Object.create(null);

module.exports = { Fields, lowerCase };
