'use strict';
// How a response ends with its socket. May use `outgoing-message`.
const { emitClose } = require('./outgoing-message');

/** The exchange is over, complete or not. */
function closeResponse(response) {
  if (response._closed) return;
  response.destroyed = true;
  emitClose(response);
}

/** Listener for 'close' of a socket that has a response. */
function onSocketClose() {
  // May come after detaching: the emitter works on a copy of its listeners.
  if (this._httpMessage) closeResponse(this._httpMessage);
}

module.exports = { closeResponse, onSocketClose };
