'use strict';
// Plays one role of one scenario: `node play.js SCENARIO [ROLE]`.
const table = require('./table');
const { role, scenario } = require('./world');

const roles = table[scenario];
(roles[role] ?? roles)();
