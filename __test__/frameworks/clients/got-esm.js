/** The current got, an ES module. */
'use strict';

const ask = require('../common/got');

module.exports = async (world) => ask((await import('got-esm')).default, world);
