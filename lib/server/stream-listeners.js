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
  const { socket } = connection;
  const listeners = {
    data: (chunk) => connection.transport.feed(chunk),
    end: () => connection.transport.finish(),
    close() {
      connection.onGone(...connection.transport.traffic());
      connection.onClosed();
    },
    drain: () => connection.onSocketDrain(),
    error(error) {
      // Ignore further errors.
      socket.removeListener('error', listeners.error);
      if (socket.listenerCount('error') === 0) socket.on('error', () => {});
      connection.runInContext(connection.onError, connection, error);
    },
    timeout: () => connection.onTimeout(),
  };
  return listeners;
}

module.exports = { forgetStream, listenToStream };
