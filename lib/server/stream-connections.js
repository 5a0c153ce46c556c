'use strict';
// Connections of a server over a stream, which is any Duplex, or a socket with a handle of Node's: what is listened to
// there, how their responses leave, and the look at them from time to time.
const {
  ArrayPrototypeIncludes,
  ObjectEntries,
  ObjectKeys,
  WeakRefPrototypeDeref,
} = require('../base/primordials');
const { shadow, unshadow } = require('../base/define');
const { ERR_HTTP_SOCKET_ENCODING } = require('../base/errors');
const { kAttach, kConnections, kSendWhole } = require('../base/symbols');
const { onSocketClose } = require('../message/server-response');
const { Weak } = require('../node/builtins');
const host = require('../node/http');
const { replaceListener } = require('../node/listeners');
const { clearInterval, setInterval } = require('../node/timers');
const { flowAlong, httpListeners } = require('../socket/socket');
const { milliseconds } = require('./live-options');

const kStreamChecker = Symbol('rust-http.streamChecker');

// ---- what is listened to ----

function listenToStream(connection) {
  const { socket } = connection;
  begin(connection);
  for (const [event, listener] of ObjectEntries(connection.streamListeners))
    socket.on(event, listener);
}

/** Listens in the places of the native connection's listeners; for 'data' when its records have been handled. */
function takePlaces(connection) {
  const { socket } = connection;
  begin(connection);
  for (const event of ObjectKeys(connection.streamListeners))
    if (event !== 'data') takePlace(connection, event);
  socket.removeListener('pause', httpListeners.pause);
  // That of the response stays where it is.
  connection.closesResponse = !ArrayPrototypeIncludes(socket.listeners('close'), onSocketClose);
}

/** Puts a listener in the place of the one that the native connection had. */
function takePlace({ socket, streamListeners }, event) {
  const listener = streamListeners[event];
  if (!replaceListener(socket, event, httpListeners[event], listener)) socket.on(event, listener);
}

/** `setEncoding` of a socket that speaks HTTP. */
function refuseEncoding() {
  throw new ERR_HTTP_SOCKET_ENCODING();
}

function begin(connection) {
  connection.streamListeners = listenersOf(connection);
  connection.socket.setEncoding = refuseEncoding;
  helpResponses(connection);
}

function forgetStream(connection) {
  const { socket, streamListeners } = connection;
  for (const [event, listener] of ObjectEntries(streamListeners ?? {}))
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

/** Where HTTP is the only reader of a handle's stream, Node's parser goes on reading whatever has paused the stream. */
function onResume(socket) {
  if (socket._paused) socket.pause();
  else if (socket._handle?.isStreamBase && socket.listenerCount('data') === 1) flowAlong(socket);
}

// ---- how responses leave: shorter ways than those of any stream ----

/** Lets the responses of `connection` take the shorter ways. */
function helpResponses(connection) {
  const { socket } = connection;
  shadow(socket, kAttach, () => attach(connection));
  // In older hosts 'finish' comes with a write of its own.
  if (!host.missingOutgoing.finished) shadow(socket, kSendWhole, sendWhole);
}

/** The connection hears no more of its socket. */
function forgetResponses({ socket }) {
  for (const name of [kAttach, kSendWhole]) unshadow(socket, name);
  if (!socket._httpMessage) return;
  socket.removeListener('close', onSocketClose);
  socket.on('close', onSocketClose);
}

/** The connection closes its response if its own listener for 'close' is the last: later ones come behind that. */
function attach(connection) {
  const { socket, streamListeners } = connection;
  const { close } = socket._events;
  const last = typeof close === 'function' ? close : close?.[close.length - 1];
  connection.closesResponse = last === streamListeners.close;
  if (!connection.closesResponse) socket.on('close', onSocketClose);
}

/** Writes all of a response of text, with nothing before or behind it; see `socket/direct-write`. */
function sendWhole(_response, head, chunk, encoding, callback) {
  const isText =
    typeof chunk === 'string' && (!encoding || encoding === 'utf8' || encoding === 'latin1');
  if (!isText || this.writableCorked > 0 || !this.writable) return false;
  this.write(head + chunk, encoding, callback);
  return true;
}

// ---- the look from time to time ----

/** Looks from now on whether a message takes too long to arrive, or a socket was sent to another process. */
function watchStreams(server) {
  if (server[kStreamChecker]) return;
  const interval = server.connectionsCheckingInterval;
  server[kStreamChecker] = setInterval(checkStreams, interval, new Weak(server)).unref();
}

function unwatchStreams(server) {
  clearInterval(server[kStreamChecker]);
  server[kStreamChecker] = undefined;
}

/** Ends with the server, which may go without having been closed if it never listened. */
function checkStreams(reference) {
  const server = WeakRefPrototypeDeref(reference);
  if (server === undefined) {
    clearInterval(this);
    return;
  }
  const headersTimeout = milliseconds(server.headersTimeout);
  const requestTimeout = milliseconds(server.requestTimeout);
  for (const connection of server[kConnections]) {
    const { transport } = connection;
    if (transport.isSentAway()) connection.onSentAway();
    else if (transport.isExpired?.(headersTimeout, requestTimeout)) connection.onExpired();
  }
}

module.exports = {
  forgetStream,
  listenToStream,
  refuseEncoding,
  unwatchStreams,
  watchStreams,
  takePlace,
  takePlaces,
};
