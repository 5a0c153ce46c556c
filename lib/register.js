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

const isOff = /^(off|0|false|no)$/i.test(process.env.RUST_HTTP ?? '');

/** The module, or undefined, with a warning, where the process may load no addon. */
function load() {
  try {
    return require('../index.js');
  } catch (error) {
    if (error.code !== 'ERR_DLOPEN_DISABLED') throw error;
    process.emitWarning(`Node's own http stays in place. ${error.message}`, 'RustHttpWarning');
    return undefined;
  }
}

const api = isOff || Object.hasOwn(http, registered) ? undefined : load();
if (api !== undefined) {
  const ours = Object.getOwnPropertyDescriptors(api);
  for (const [name, descriptor] of Object.entries(ours)) {
    // What an older Node does not export comes with the rest: the API is that of the newest one.
    if (Object.getOwnPropertyDescriptor(http, name)?.configurable !== false)
      Object.defineProperty(http, name, descriptor);
  }
  Object.defineProperty(http, registered, { value: version });
  syncBuiltinESMExports();
}
