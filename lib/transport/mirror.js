'use strict';
// A program uses the stream of a native socket while HTTP is spoken: it pushes bytes for HTTP to read, or listens for
// those that HTTP reads. On Node's own sockets the parser is one of the listeners: those in front of it
// (`prependListener`) get the bytes before the parser's events, the others behind them. It is so here for all who
// listened when the bytes had been read, whatever has become of the socket since. `mirror` has methods of the transport.
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

const mirror = {
  /** Lets those who listen on the socket have the bytes, too. */
  mirror(wanted) {
    if (this.isMirrored === wanted) return;
    this.isMirrored = wanted;
    if (!this.isClosed) native.io.mirror(this.id, wanted);
  },

  /** Looks for the listeners, now that the bytes have been read. Those in front of the parser are told. */
  beginMirrored(bytes) {
    const { socket } = this;
    // From the next read on Node's parser, too, is fed by JavaScript, where no ticks run between pieces of content.
    this.ticksBehindContent = false;
    const readers = socket.rawListeners('data');
    const at = ArrayPrototypeIndexOf(readers, socket.httpReader());
    // The bytes of a stream that waits, or is read by `read`, come from its buffer.
    const isBegun = at > 0 && socket.readableFlowing === true && socket.readableLength === 0;
    if (isBegun) {
      const first = ArrayPrototypeSlice(readers, 0, at);
      inSocketContext(this, () => tellReaders(socket, bytes, first));
    }
    return {
      isBegun,
      readers: isBegun
        ? ArrayPrototypeSlice(readers, at + 1)
        : ArrayPrototypeFilter(readers, (_, i) => i !== at),
    };
  },

  /** The parser's events have been; `begun` is what `beginMirrored` has returned, if there were any. */
  onMirrored(bytes, begun) {
    const { life, socket } = this;
    const isPushed = life === Life.OPEN && !begun?.isBegun;
    inSocketContext(this, () => {
      if (isPushed) socket.pushMirrored(bytes);
      else tellReaders(socket, bytes, begun?.readers ?? []);
    });
  },
};

/** As Node's handles call: a client's in the context of its last request. */
function inSocketContext(transport, method) {
  if (transport.isClient) transport.inContext(method);
  else transport.inOwnContext(method);
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

module.exports = { mirror, readPushed, tellReaders };
