'use strict';
// What errors need of Node's util, as it was when we were loaded.
const { format, getSystemErrorMap, inspect } = require('node:util');

module.exports = { format, getSystemErrorMap, inspect };
