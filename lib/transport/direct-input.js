'use strict';
// Reads a socket of Node's past its stream, whose machinery costs more than the parser, as long as that
// would do no more than emit 'data' to the transport's own listener.
const { canInterceptReads, interceptReads } = require('../node/net');
const { isEmptyAndFlowing } = require('../node/streams');

/** The socket of `transport` has got its listener for 'data'. */
function readDirectly(transport) {
  const { socket } = transport;
  if (!canInterceptReads(socket)) return;
  const listener = socket._events.data;
  interceptReads(socket, (chunk, isNew) => {
    if (chunk === null || !isEmptyAndFlowing(socket)) return false;
    // The only one: with others, there is an array of them.
    if (socket._events.data !== listener || typeof listener !== 'function') return false;
    if (socket.readableEncoding !== null || !(chunk instanceof Uint8Array)) return false;
    transport.feed(chunk, isNew);
    return true;
  });
}

module.exports = { readDirectly };
