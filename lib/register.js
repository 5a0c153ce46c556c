'use strict';
// `node -r rust-http/register app.js` or `node --import rust-http/register app.js`: puts our
// exports over those of Node's http, for every module that is loaded from now on and for those that
// look functions up through the module object. `RUST_HTTP=off` leaves Node's in place.
const http = require('node:http');
const { syncBuiltinESMExports } = require('node:module');
const { version } = require('../package.json');

// Marks the module of the host: a second copy, or the same file in a test runner that gives each
// test modules of its own, would lay itself over the first.
const registered = Symbol.for('rust-http.registered');

if (!/^(off|0|false|no)$/i.test(process.env.RUST_HTTP ?? '') && !Object.hasOwn(http, registered)) {
  const ours = Object.getOwnPropertyDescriptors(require('../index.js'));
  for (const [name, descriptor] of Object.entries(ours)) {
    // What an older Node does not export comes with the rest: the API is that of the newest one.
    if (Object.getOwnPropertyDescriptor(http, name)?.configurable !== false)
      Object.defineProperty(http, name, descriptor);
  }
  Object.defineProperty(http, registered, { value: version });
  syncBuiltinESMExports();
}
