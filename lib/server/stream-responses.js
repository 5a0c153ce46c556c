'use strict';
// Methods that responses call on a socket that is a stream, where they can be shorter than those of any stream.
const { kAttach, kDetach, kSendWhole } = require('../base/symbols');
const { finishesWithContent } = require('../message/sending');
const { onSocketClose } = require('../message/server-response');

/** Lets the responses of `connection` take the shorter ways. */
function helpResponses(connection) {
  const { socket } = connection;
  hide(socket, kAttach, () => attach(connection));
  hide(socket, kDetach, detach);
  if (finishesWithContent) hide(socket, kSendWhole, sendWhole);
}

/** The connection hears no more of its socket. */
function forgetResponses({ socket }) {
  delete socket[kAttach];
  delete socket[kDetach];
  delete socket[kSendWhole];
  if (!socket._httpMessage) return;
  socket.removeListener('close', onSocketClose);
  socket.on('close', onSocketClose);
}

function hide(socket, key, value) {
  Object.defineProperty(socket, key, { __proto__: null, configurable: true, value });
}

/**
 * The connection closes its response itself if it is the last that hears of the socket's end: who listens
 * from now on hears of it behind the response, as if that listened.
 */
function attach(connection) {
  const { socket, streamListeners } = connection;
  const { close } = socket._events;
  const last = typeof close === 'function' ? close : close?.[close.length - 1];
  connection.closesResponse = last === streamListeners.close;
  if (!connection.closesResponse) socket.on('close', onSocketClose);
}

function detach() {
  this.removeListener('close', onSocketClose);
}

/** Writes all of a response of text, with nothing before or behind it; see `socket/direct-write`. */
function sendWhole(_response, head, chunk, encoding, callback) {
  const isText =
    typeof chunk === 'string' && (!encoding || encoding === 'utf8' || encoding === 'latin1');
  if (!isText || this.writableCorked > 0 || !this.writable) return false;
  this.write(head + chunk, encoding, callback);
  return true;
}

module.exports = { forgetResponses, helpResponses };
