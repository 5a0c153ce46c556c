'use strict';
// Somebody listens on the socket of a native connection for the bytes that HTTP reads there. As on Node's
// own, whose parser was the first to listen, they come behind what the parser has to tell of them, and to
// those who listened before that, whatever has become of the socket.
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

/** `readers`: who listened when the bytes had been read. */
function tellMirrored({ life, socket }, bytes, readers) {
  if (life === Life.OPEN) socket.pushMirrored(bytes);
  else for (const listener of readers) Reflect.apply(listener, socket, [bytes]);
}

module.exports = { setMirrored, tellMirrored };
