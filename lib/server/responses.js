'use strict';
// The responses of one connection of a server: they take turns on the socket, in the order of their
// requests, and end. A request without listeners ends with its response, without the events of its
// stream, which cost more than noting its end.
const { ObjectGetPrototypeOf } = require('../base/primordials');
const { connectionReset, sameReset } = require('../base/errors');
const { kAttach, kConnection, kDrain, kEndsConnection, kOptions } = require('../base/symbols');
const { IncomingMessage, detachSignal, kAbortController } = require('../message/incoming-message');
const { reparenting } = require('../message/reparentable');
const { closeResponse, onSocketClose } = require('../message/server-response');
const { Readable, channel } = require('../node/builtins');
const host = require('../node/http');
const { destroySoon } = require('../node/streams');
const { process } = require('../wire/realm');

const { kErrored } = host.keys;
const { kServerResponse } = host.serverKeys();
/** The most bytes of waiting responses that leave together. */
const TOGETHER = 16 * 1024;
const responseFinish = channel('http.server.response.finish');

/** The last response that a connection still has to send, if there is one. */
const lastDue = ({ outgoing, socket }) => outgoing[outgoing.length - 1] ?? socket._httpMessage;

/** The server was closed: the answer, unless it has begun, says that its connection closes, too. */
function endConnectionBehind(res) {
  if (!res?.shouldKeepAlive || res._header) return;
  res.shouldKeepAlive = false;
  res[kEndsConnection] = true;
}

/** Listener for 'finish' of each response. */
function onFinish() {
  if (this[kConnection]) finishResponse(this[kConnection], this);
}

/** The response at the head of the line is complete. */
function finishResponse(connection, res) {
  const { outgoing, server, socket, transport } = connection;
  const { req } = res;
  if (responseFinish.hasSubscribers)
    responseFinish.publish({ request: req, response: res, socket, server });
  if (req[kAbortController] && req[kConnection] === connection) detachSignal(req);
  transport.endResponse();
  connection.totals.answered++;
  takeFirst(connection.incoming);
  if (reparenting.isConcerned && ObjectGetPrototypeOf(res) !== server[kServerResponse].prototype)
    reparenting.isUsual = true;
  // Content that no handler has read is read and thrown away, so that the next request can be found.
  const unread = !req._consuming && !req._readableState?.resumeScheduled;
  const quiet = unread && isUnwatched(req);
  if (quiet) req._dumped = true;
  else if (unread) req._dump();
  res.detachSocket(socket);
  // The host's, on a response that was given its prototype, takes back a listener of its own.
  if (res.detachSocket === host.ServerResponse.prototype.detachSocket && socket[kAttach] !== null)
    socket.removeListener('close', onSocketClose);
  process.nextTick(closeExchange, res, quiet);
  if (res._last || (server[kDrain] && outgoing.length === 0)) {
    destroySoon(socket);
  } else if (outgoing.length === 0) {
    const { keepAliveLimit } = server[kOptions];
    connection.isKeepAliveTimeoutSet = keepAliveLimit > 0;
    if (keepAliveLimit > 0) transport.changeTimeout(keepAliveLimit);
  } else {
    giveTurn(connection, outgoing.shift());
  }
  if (socket._paused) connection.onSocketDrain();
}

/** `shift` is for those that pipeline: it is slow where there is one. */
function takeFirst(messages) {
  return messages.length === 1 ? messages.pop() : messages.shift();
}

/** A response that was destroyed while it waited takes the connection with it: nothing may follow. */
function giveTurn(connection, res) {
  const { outgoing, socket, transport } = connection;
  if (res.destroyed) {
    socket.destroy(res[kErrored] ?? undefined);
    return;
  }
  if (connection.takenAlong > 0) {
    connection.takenAlong--;
  } else if (outgoing.length > 0) {
    connection.takenAlong = takeAlong(res, outgoing);
    transport.alongside = connection.takenAlong;
  }
  res.assignSocket(socket);
  transport.alongside = 0;
}

/** Has complete responses leave together with `res`, up to a limit, so that it need not wait long; returns how many. */
function takeAlong(res, waiting) {
  let count = 0;
  let last = res;
  for (const next of waiting) {
    if (!last.finished || last._last || !next.finished || next.destroyed) break;
    if (res.outputSize + next.outputSize > TOGETHER) break;
    for (const piece of next.outputData) {
      res.outputData.push({ data: piece.data, encoding: piece.encoding, callback: null });
      piece.data = '';
    }
    res.outputSize += next.outputSize;
    next.outputSize = 0;
    last = next;
    count++;
  }
  return count;
}

/** The request has no listener, and its stream is as it was made. */
function isSilent(req) {
  return (
    req._eventsCount === 0 &&
    req.emit === Readable.prototype.emit &&
    req.push === Readable.prototype.push
  );
}

/** The request has no listener, and there is nothing left to read of it. */
function isUnwatched(req) {
  return (
    isSilent(req) &&
    req.complete &&
    req._readableState.length === 0 &&
    req._dump === IncomingMessage.prototype._dump
  );
}

/** The exchange is over. `quiet`: the request's stream may end without events. */
function closeExchange(res, quiet) {
  // Where a request is read to be dumped, it has ended by then.
  if (quiet && host.readsToDump && !endUnread(res.req)) {
    process.nextTick(closeResponse, res);
    return;
  }
  closeResponse(res);
  if (quiet && !host.readsToDump) endUnread(res.req);
}

/** False if the request has a listener by now: its end comes in a tick. */
function endUnread(req) {
  if (req._consuming || req._readableState.resumeScheduled) return true;
  if (isUnwatched(req)) {
    req._endQuietly();
    return true;
  }
  req._dumped = false;
  req._dump();
  return false;
}

/** The socket is closed: what was under way is aborted. */
function abortResponses({ closesResponse, incoming, outgoing, socket, upgrading }) {
  // The response listens by itself on a socket that has listeners. One that gets its first listener just now,
  // from a handler of the end, has emitted 'close' already.
  const tellsResponse = closesResponse && socket.isLazy !== false;
  let error;
  const nextError = () => {
    error = error === undefined ? connectionReset('aborted') : sameReset(error);
    return error;
  };
  upgrading?.destroy(nextError());
  while (incoming.length > 0) incoming.shift().destroy(nextError());
  while (outgoing.length > 0) outgoing.shift().destroy(nextError());
  const message = socket._httpMessage;
  if (message && tellsResponse) closeResponse(message);
}

module.exports = { abortResponses, endConnectionBehind, isSilent, lastDue, onFinish };
