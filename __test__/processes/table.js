'use strict';
// All scenarios by name. Each is a table of roles, of which `main` begins, or the function of its only role.
module.exports = Object.assign(
  ...[
    require('./scenarios/cluster'),
    require('./scenarios/handles'),
    require('./scenarios/threads'),
    require('./scenarios/ends'),
    require('./scenarios/secure'),
  ],
);
