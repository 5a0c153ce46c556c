'use strict';
// Somebody listens on the socket of a native connection for the bytes that HTTP reads there. As on Node's
// own, whose parser was the first to listen, they come behind what the parser has to tell of them.
const native = require('../wire/loop');
const { Life } = require('./states');

/** Lets the socket's readers have the bytes, too. */
function setMirrored(transport, wanted) {
  if (transport.isMirrored === wanted) return;
  transport.isMirrored = wanted;
  if (!transport.isClosed) native.io.mirror(transport.id, wanted);
}

/** The socket is given away amid a read: those who listen get the bytes of that, even so. */
function keepReaders(transport) {
  if (transport.isMirrored) transport.lastReaders = transport.socket.rawListeners('data');
}

function tellMirrored(transport, bytes) {
  const { lastReaders, life, socket } = transport;
  if (life === Life.OPEN) socket.pushMirrored(bytes);
  else for (const listener of lastReaders) Reflect.apply(listener, socket, [bytes]);
}

module.exports = { keepReaders, setMirrored, tellMirrored };
