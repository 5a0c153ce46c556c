'use strict';
// Names of common header fields by the index under which they cross from the native side: even for
// the customary spelling, odd for lower case.
const { COMMON_NAMES } = require('./layout');

const namesOf = COMMON_NAMES.flatMap((name) => [name, name.toLowerCase()]);

module.exports = { namesOf };
