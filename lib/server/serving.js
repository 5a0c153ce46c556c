'use strict';
// How a server begins to speak HTTP on a connection, and what drives its connections.
const { serverStats } = require('../base/stats');
const { kListener, kTransport } = require('../base/symbols');
const { flowAlong } = require('../socket/socket');
const { readDirectly } = require('../transport/direct-input');
const { requestParser } = require('../transport/parser');
const { StreamTransport } = require('../transport/stream');
const native = require('../wire/loop');
const { ServerConnection } = require('./connection');
const { guardStats } = require('./guard');
const { adoptOptions } = require('./options');
const { listenToStream, watchStreams } = require('./stream-connections');

/** Makes `server` serve HTTP on `socket`, ours or any Duplex. */
function serve(server, socket) {
  if (isUnclaimed(socket)) {
    new ServerConnection(server, socket, socket[kTransport]).begunHere();
    socket.joinHttp();
    if (!socket.isLazy) flowAlong(socket);
    return;
  }
  adoptOptions(server);
  const transport = new StreamTransport(socket, requestParser(server));
  listenToStream(new ServerConnection(server, socket, transport).begunHere());
  readDirectly(transport);
  // Node's parser has what its handle reads, whether the stream on top is paused by now or not; of TLS also
  // behind `pauseOnConnect`.
  const { _handle: handle } = socket;
  if (handle?.isStreamBase && (handle.reading || socket.encrypted)) flowAlong(socket);
  socket._paused = false;
  socket.server = server;
  if (server.timeout && typeof socket.setTimeout === 'function') socket.setTimeout(server.timeout);
  watchStreams(server);
}

/** Whether `socket` is one on a native connection, of which HTTP may take charge. */
function isUnclaimed({ [kTransport]: transport }) {
  return transport?.role === null && !transport.isDestroyed;
}

/** What `server.stats()` tells. */
function stats(server) {
  const listener = server[kListener];
  const counts = listener ? native.io.guardCounts(listener.id) : undefined;
  return { ...serverStats(server, native.driver()), ...guardStats(server, counts) };
}

module.exports = { serve, stats };
