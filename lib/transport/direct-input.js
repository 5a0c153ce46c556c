'use strict';
// Reads a TLS socket of Node's past its stream, into memory that is used again: no Buffer is made for a
// read, and none goes through the stream's machinery. So it is as long as the stream would do no more
// than emit 'data' to the transport's own listener.
const { BufferAllocUnsafeSlow } = require('../base/primordials');
const { canReadInto, readInto } = require('../node/net');
const { isEmptyAndFlowing } = require('../node/streams');
const { copyOf } = require('../wire/records');

/** What TLS hands out at a time. */
const RECORD_SIZE = 16 * 1024;
/** What was read is here until it is parsed. No other code sees this memory, and each read overwrites it. */
const memory = BufferAllocUnsafeSlow(RECORD_SIZE);

/** The socket of `transport` has got its listener for 'data'. */
function readDirectly(transport) {
  const { socket } = transport;
  if (!canReadInto(socket)) return;
  const listener = socket._events.data;
  readInto(socket, memory, (length) => {
    if (!isOnlyFor(listener, socket)) return socket.push(copyOf(memory, 0, length));
    transport.feedRead(memory, length);
    return true;
  });
}

/** `listener` is the only one for what is read, and gets it at once. */
function isOnlyFor(listener, socket) {
  // With others, there is an array of them.
  return (
    typeof listener === 'function' &&
    socket._events.data === listener &&
    isEmptyAndFlowing(socket) &&
    socket.readableEncoding === null
  );
}

module.exports = { readDirectly };
