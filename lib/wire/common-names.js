'use strict';
// Names of common header fields by the index under which they cross from the native side: even for
// the customary spelling, odd for lower case. May use the layout.
const { COMMON_NAMES } = require('./layout');

const namesOf = COMMON_NAMES.flatMap((name) => [name, name.toLowerCase()]);

/** Takes the index out of a name word. */
const COMMON_NAME_INDEXES = 0x7fffffff;

module.exports = { COMMON_NAME_INDEXES, namesOf };
