'use strict';
// A program uses the stream of a native socket while HTTP is spoken: it pushes bytes for HTTP to read, or listens for
// those that HTTP reads. On Node's own sockets the parser is one of the listeners: those in front of it
// (`prependListener`) get the bytes before the parser's events, the others behind them. It is so here for all who
// listened when the bytes had been read, whatever has become of the socket since.
const {
  ArrayPrototypeFilter,
  ArrayPrototypeIndexOf,
  ArrayPrototypeSlice,
  BufferFrom,
  ReflectApply,
} = require('../base/primordials');
const { FedParser } = require('../wire/feed');
const native = require('../wire/loop');
const { requestParser } = require('./parser');
const { Life } = require('./states');

/** Lets the socket's readers have the bytes, too. */
function setMirrored(transport, wanted) {
  if (transport.isMirrored === wanted) return;
  transport.isMirrored = wanted;
  if (!transport.isClosed) native.io.mirror(transport.id, wanted);
}

/** Looks for the listeners, now that the bytes have been read. Those in front of the parser are told. */
function beginMirrored(transport, bytes) {
  const { socket } = transport;
  // From the next read on Node's parser, too, is fed by JavaScript, where no ticks run between pieces of content.
  transport.ticksBehindContent = false;
  const readers = socket.rawListeners('data');
  const at = ArrayPrototypeIndexOf(readers, socket.httpReader());
  // The bytes of a stream that waits, or is read by `read`, come from its buffer.
  const isBegun = at > 0 && socket.readableFlowing === true && socket.readableLength === 0;
  if (isBegun) tellReaders(socket, bytes, ArrayPrototypeSlice(readers, 0, at));
  return {
    isBegun,
    readers: isBegun
      ? ArrayPrototypeSlice(readers, at + 1)
      : ArrayPrototypeFilter(readers, (_, i) => i !== at),
  };
}

/** The parser's events have been; `begun` is what `beginMirrored` has returned, if there were any. */
function tellMirrored({ life, socket }, bytes, begun) {
  if (life === Life.OPEN && !begun?.isBegun) socket.pushMirrored(bytes);
  else tellReaders(socket, bytes, begun?.readers ?? []);
}

function tellReaders(socket, bytes, readers) {
  for (const listener of readers) ReflectApply(listener, socket, [bytes]);
}

/** Parses bytes that did not come from the peer. */
function readPushed(transport, server, chunk) {
  // With listeners beside the parser, they may be the parser's own; behind what made no sense, nothing does.
  if (transport.isMirrored || transport.failure !== null) return;
  transport.pushed ??= new FedParser(requestParser(server), transport);
  transport.pushed.execute(BufferFrom(chunk));
}

module.exports = { beginMirrored, readPushed, setMirrored, tellMirrored, tellReaders };
