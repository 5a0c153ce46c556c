'use strict';
// `node -r rust-http/register app.js` or `node --import rust-http/register app.js`: puts our
// exports over those of Node's http, for every module that is loaded from now on and for those that
// look functions up through the module object. `RUST_HTTP=off` leaves Node's in place.
const http = require('node:http');
const { syncBuiltinESMExports } = require('node:module');

if (!/^(off|0|false|no)$/i.test(process.env.RUST_HTTP ?? '')) {
  const ours = Object.getOwnPropertyDescriptors(require('../index.js'));
  for (const [name, descriptor] of Object.entries(ours)) {
    // WebSocket and its events are Node's own anyway.
    if (Object.hasOwn(http, name) && Object.getOwnPropertyDescriptor(http, name).configurable)
      Object.defineProperty(http, name, descriptor);
  }
  syncBuiltinESMExports();
}
