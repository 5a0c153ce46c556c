'use strict';
// `node -r rust-http/register app.js` or `node --import rust-http/register app.js`: puts our
// exports over those of Node's http and https, for every module that is loaded from now on and for those
// that look functions up through the module object. `RUST_HTTP=off` leaves Node's in place,
// `RUST_HTTP_HTTPS=off` Node's https.
const http = require('node:http');
const { syncBuiltinESMExports } = require('node:module');
const { version } = require('../package.json');

// Marks the module of the host: a second copy, or the same file in a test runner that gives each
// test modules of its own, would lay itself over the first.
const registered = Symbol.for('rust-http.registered');

const isSwitchedOff = (name) => /^(off|0|false|no)$/i.test(process.env[name] ?? '');

/** Told where the module cannot be, and not where it is broken: no addons, or another runtime. */
const isNoPlace = ({ code }) =>
  code === 'ERR_DLOPEN_DISABLED' || code === 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM';

/** The module, or undefined, with a warning, where it cannot be. */
function load() {
  try {
    return require('../index.js');
  } catch (error) {
    if (!isNoPlace(error)) throw error;
    process.emitWarning(`Node's own http stays in place. ${error.message}`, 'RustHttpWarning');
    return undefined;
  }
}

/** Puts what `api` exports over the exports of a module of the host's. */
function layOver(module, api) {
  for (const [name, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(api))) {
    // What an older Node does not export comes with the rest: the API is that of the newest one.
    if (Object.getOwnPropertyDescriptor(module, name)?.configurable !== false)
      Object.defineProperty(module, name, descriptor);
  }
}

const api = isSwitchedOff('RUST_HTTP') || Object.hasOwn(http, registered) ? undefined : load();
if (api !== undefined) {
  layOver(http, api);
  Object.defineProperty(http, registered, { value: version });
  // A Node that was built without OpenSSL has no https.
  if (!isSwitchedOff('RUST_HTTP_HTTPS') && process.versions.openssl) {
    const https = require('node:https');
    layOver(https, require('../https.js'));
    require('./load').https().keepGlobalAgentIn(https);
  }
  syncBuiltinESMExports();
}
