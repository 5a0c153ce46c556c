'use strict';
// A native connection goes on over a handle of Node's own.
const native = require('../wire/loop');
const { StreamTransport } = require('./stream');

/**
 * The socket of `transport` gets a handle of Node's own, and HTTP goes on over that. What was read before
 * comes as records, which are for the stream transport until the last one.
 */
function becomeStream(transport) {
  const { id, role, socket } = transport;
  if (role !== null && !role.isUnderWay()) {
    socket.leaveHttp();
    return;
  }
  if (role === null) socket.quitHttp();
  if (!socket.exchangeTransport() || role === null) return;
  const stream = new StreamTransport(socket, native.io.takeParser());
  stream.id = id;
  stream.failure = transport.failure;
  stream.holdReading();
  // The role has counted what came before.
  stream.bytesReadBefore = transport.bytesRead;
  stream.bytesWrittenBefore = transport.bytesWritten;
  native.register(stream);
  transport.role = null;
  role.goOn(stream);
}

module.exports = { becomeStream };
