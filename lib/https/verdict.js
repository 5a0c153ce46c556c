'use strict';
module.exports = { verdictOn() { return undefined; } };
