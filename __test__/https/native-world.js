'use strict';
// What tests of servers whose TLS is native begin with.
const assert = require('node:assert');
const { once } = require('node:events');
const net = require('node:net');
const tls = require('node:tls');
const { onNodeHttp } = require('../support/mode');
const { cert, serving } = require('./world');

const skip =
  (onNodeHttp && "Node's own speaks TLS by itself") ||
  (process.platform === 'win32' && 'connections are not native there');
const limit = { timeout: 60_000, skip };
const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
const UPGRADE = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n';

/** A native server that listens. */
async function native(t, ...args) {
  const made = await serving(t, ...args);
  assert.strictEqual(made.server.stats().tls, 'native');
  return made;
}

/** A client that has said nothing, and that nobody reads. */
async function connectPlain(t, port) {
  const socket = tls.connect({ port, host: '127.0.0.1', ca: cert });
  t.after(() => socket.destroy());
  await once(socket, 'secureConnect');
  return socket;
}

/** A plain connection on which these pieces are sent, and whose errors are nobody's. */
function send(t, port, ...pieces) {
  const socket = net.connect(port, '127.0.0.1');
  t.after(() => socket.destroy());
  socket.on('error', () => {}).resume();
  for (const piece of pieces) socket.write(piece);
  return socket;
}

module.exports = { GET, UPGRADE, connectPlain, limit, native, send, skip };
