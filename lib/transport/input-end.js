'use strict';
// The peer of a native connection sends no more.
const { setImmediate } = require('../node/timers');
const { Input, Life } = require('./states');

/**
 * Ends the input. While HTTP reads nothing because too much waits to be written, the end waits as well:
 * it would end the socket before the answers that are due.
 */
function onInputEnd(transport) {
  if (transport.life !== Life.OPEN) return;
  transport.endWaits = transport.socket._paused === true;
  if (!transport.endWaits) transport.inContext(endInput, transport);
}

/** HTTP reads again, and would find the end in the next turn of the event loop. */
function tellWaitingEnd(transport) {
  if (!transport.endWaits) return;
  transport.endWaits = false;
  setImmediate(onInputEnd, transport);
}

function endInput(transport) {
  transport.input = Input.ENDED;
  transport.count();
  const { role, socket } = transport;
  socket.endInput();
  if (transport.cutShort === null) role?.onEnd();
  else if (socket.isLazy || socket.readableEnded) tellCutShort(transport);
  else socket.prependOnceListener('end', () => tellCutShort(transport));
}

/** The input ended inside a message. */
function tellCutShort({ cutShort, life, receiver }) {
  if (life === Life.OPEN) receiver?.onMalformed(cutShort);
}

module.exports = { onInputEnd, tellWaitingEnd };
