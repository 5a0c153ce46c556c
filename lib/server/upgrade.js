'use strict';
// A request asks for another protocol: the phases of its connection, and the hand-over of the socket.
const { later } = require('../base/later');
const { debuglog } = require('../node/builtins');
const { addUnserved } = require('./open-connections');
const { forgetStream, refuseEncoding } = require('./stream-connections');

const Phase = {
  HTTP: 'http',
  /** A request asked for another protocol; the bytes behind its head are still to come… */
  UPGRADING: 'upgrading',
  /** …and so they are here, but they are read as HTTP. */
  DECLINED: 'declined',
  CLOSED: 'closed',
};

const contentFirst = later(() => require('./content-first'));

const debug = debuglog('http');

/** Whether a request that asks for another protocol may have the socket. */
function mayUpgrade(server, req) {
  if (req.method === 'CONNECT') return true;
  req.upgrade = true; // for `shouldUpgradeCallback`
  return typeof server.shouldUpgradeCallback === 'function'
    ? !!server.shouldUpgradeCallback(req)
    : server.listenerCount('upgrade') > 0;
}

/** The content of a request that asks for another protocol is read first. */
function readContentFirst(connection) {
  connection.contentReader = contentFirst().readContent(connection, handOver);
}

/** Hands the socket over to the listeners, or to the `stream` they have, with the bytes behind the request. */
function handOver(connection, bytes, stream) {
  const { server, socket, upgrading: req } = connection;
  connection.phase = Phase.HTTP;
  connection.upgrading = null;
  const event = req.method === 'CONNECT' ? 'connect' : 'upgrade';
  if (stream === undefined && server.listenerCount(event) === 0) {
    // There is no listener to hand it over to: it closes as any connection does, with the answers
    // under way.
    socket.destroy();
    return;
  }
  connection.leaveServer();
  addUnserved(server, socket);
  connection.transport.leaveHttp();
  forgetStream(connection);
  // As in Node, the encoding of a socket that has spoken HTTP cannot be changed.
  socket.setEncoding = refuseEncoding;
  debug('SERVER have listener for %s', event);
  socket.readableFlowing = null;
  if (stream !== undefined) {
    stream.begin(bytes);
    return;
  }
  // Reading goes on: a listener for 'end' alone has to hear of the end.
  socket.read?.(0);
  server.emit(event, req, socket, bytes);
}

module.exports = { Phase, handOver, mayUpgrade, readContentFirst };
