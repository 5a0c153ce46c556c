/** got 11, the last of CommonJS. */
'use strict';

const ask = require('../common/got');

module.exports = (world) => ask(require('got'), world);
