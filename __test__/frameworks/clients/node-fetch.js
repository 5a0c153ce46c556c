/** node-fetch 2, of CommonJS. */
'use strict';

const ask = require('../common/node-fetch');

module.exports = (world) => ask(require('node-fetch'), world);
