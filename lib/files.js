'use strict';
// The module from the files of `lib`, all of them at once: a test runner may give what is loaded later
// modules of its own, which would not know what was made with these.
const { loadAll } = require('./base/later');
const api = require('./exports');

loadAll();

module.exports = api;
