'use strict';
// Loaded by `mine.mjs` before an application: tells where its first server listens, whichever process or thread
// that is in.
const { writeFileSync } = require('node:fs');
const { Server } = require('node:net');

const { listen } = Server.prototype;
Server.prototype.listen = function (...args) {
  this.once('listening', () => tell(this));
  return Reflect.apply(listen, this, args);
};

function tell(server) {
  const { port } = server.address() ?? {};
  if (port === undefined) return;
  const secure = server instanceof require('node:tls').Server;
  try {
    writeFileSync(process.env.RUST_HTTP_BENCH_LISTENING, JSON.stringify({ port, secure }), {
      flag: 'wx',
    });
  } catch {} // the first one has told
}
