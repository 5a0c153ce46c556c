'use strict';
// An application listens on the socket of a native connection for the bytes that HTTP reads there. On a socket of
// Node's the parser is one of the listeners. So listeners before it (`prependListener`) get the bytes before the
// parser's events, and the others behind those: all that were there when the bytes had been read, also if the
// socket is closed meanwhile.
const native = require('../wire/loop');
const { Life } = require('./states');

/** Lets the socket's readers have the bytes, too. */
function setMirrored(transport, wanted) {
  if (transport.isMirrored === wanted) return;
  transport.isMirrored = wanted;
  // Then Node's parser, too, is fed by JavaScript, where no ticks run between pieces of content.
  transport.ticksBehindContent = !wanted && !transport.isClient;
  if (!transport.isClosed) native.io.mirror(transport.id, wanted);
}

/** Who listens now that the bytes have been read. Those in front of the parser are told. */
function beginMirrored({ socket }, bytes) {
  const readers = socket.rawListeners('data');
  const at = readers.indexOf(socket.httpReader());
  // The bytes of a stream that waits, or is read by `read`, come from its buffer.
  const isBegun = at > 0 && socket.readableFlowing === true && socket.readableLength === 0;
  if (isBegun) tellReaders(socket, bytes, readers.slice(0, at));
  return { isBegun, readers: isBegun ? readers.slice(at + 1) : readers.filter((_, i) => i !== at) };
}

/** The parser's events have been; `begun` is what `beginMirrored` has returned, if there were any. */
function tellMirrored({ life, socket }, bytes, begun) {
  if (life === Life.OPEN && !begun?.isBegun) socket.pushMirrored(bytes);
  else tellReaders(socket, bytes, begun?.readers ?? []);
}

function tellReaders(socket, bytes, readers) {
  for (const listener of readers) Reflect.apply(listener, socket, [bytes]);
}

module.exports = { beginMirrored, setMirrored, tellMirrored, tellReaders };
