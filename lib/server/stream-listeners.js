'use strict';
// What a server's connection listens to on a stream: any Duplex, or a socket with a handle of Node's.
const { flowAlong } = require('../socket/socket');
const { forgetResponses, helpResponses } = require('./stream-responses');

/** Listens to those events of the connection's socket that are `wanted`. */
function listenToStream(connection, wanted = () => true) {
  const { socket } = connection;
  if (connection.streamListeners === null) {
    connection.streamListeners = listenersOf(connection);
    helpResponses(connection);
  }
  for (const [event, listener] of Object.entries(connection.streamListeners))
    if (wanted(event)) socket.on(event, listener);
}

/** Listens no more. */
function forgetStream(connection) {
  const { socket, streamListeners } = connection;
  for (const [event, listener] of Object.entries(streamListeners ?? {}))
    socket.removeListener(event, listener);
  forgetResponses(connection);
}

function listenersOf(connection) {
  return {
    data: (chunk) => connection.transport.feed(chunk),
    end: () => connection.transport.finish(),
    close() {
      connection.onGone(...connection.transport.traffic());
      connection.onClosed();
    },
    drain: () => connection.onSocketDrain(),
    error: (error) => connection.onSocketError(error),
    timeout: () => connection.onTimeout(),
    resume: () => onResume(connection.socket),
  };
}

/**
 * The stream of one of Node's handles has resumed, and may have been paused since. Where nobody but HTTP
 * reads, Node's parser takes what comes from the handle all the same.
 */
function onResume(socket) {
  if (socket._paused) socket.pause();
  else if (socket._handle?.isStreamBase && socket.listenerCount('data') === 1) flowAlong(socket);
}

module.exports = { forgetStream, listenToStream };
