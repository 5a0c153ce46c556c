'use strict';
// What a server's connection listens to on a stream: any Duplex, or a socket with a handle of Node's.
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
  };
}

module.exports = { forgetStream, listenToStream };
