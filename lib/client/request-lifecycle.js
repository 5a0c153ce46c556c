'use strict';
// The life of a request on its socket: the socket's events become those of the request and the response,
// in the orders Node's documentation spells out; afterwards the socket is free, or handed over, or closed.
const { ArrayIsArray, ArrayPrototypeIncludes } = require('../base/primordials');
const { connectionReset } = require('../base/errors');
const { kBeginning, kError, kTransport } = require('../base/symbols');
const { detachSignal } = require('../message/incoming-message');
const { emitClose } = require('../message/outgoing-message');
const { Stage, connectionOf, takeOver } = require('./connection');
const { dropIdle } = require('./idle-guard');
const { mayBecomeNative } = require('../socket/client-socket');
const { ResponseReader } = require('./response-reader');
const { channel, debuglog, finished } = require('../node/builtins');
const { process } = require('../wire/realm');
const { kNeedDrain } = require('../node/http').keys;
const { listenFirst } = require('../node/listeners');
const { endEntry } = require('../node/performance-entries');
const { destroySoon } = require('../node/streams');

const debug = debuglog('http');
const requestError = channel('http.client.request.error');
const responseFinish = channel('http.client.response.finish');

function emitErrorEvent(req, error) {
  if (requestError.hasSubscribers) requestError.publish({ request: req, error });
  req.emit('error', error);
}

// ---- the socket arrives ----

function assignSocket(req, socket, error) {
  if (socket && !error) {
    // From now on an error of the socket is one of the request.
    socket._httpMessage = req;
    const connection = connectionOf(socket);
    if (connection !== null) connection.assign();
    else socket.on('error', onSocketError);
  }
  process.nextTick(onSocketNT, req, socket, error);
}

function onSocketNT(req, socket, error) {
  if (!req.destroyed && !error) {
    begin(req, socket);
    req._flush();
    return;
  }
  req.destroyed = true;
  if (!socket) {
    endWithoutSocket(req, socket, error || req[kError]);
  } else if (!error && req.agent && !socket.destroyed) {
    // Destroyed before it was sent: the agent gives the socket to the request that waits next, or keeps it.
    const connection = connectionOf(socket);
    if (connection !== null) connection.becomeIdle();
    else socket.removeListener('error', onSocketError);
    socket.emit('free');
    endWithoutSocket(req, socket, req[kError]);
  } else {
    finished(socket.destroy(error || req[kError]), (e) => {
      const reason = e?.code === 'ERR_STREAM_PREMATURE_CLOSE' ? error : e || error;
      endWithoutSocket(req, socket, reason);
    });
  }
}

function endWithoutSocket(req, socket, error) {
  const reason = !req.aborted && !error ? connectionReset('socket hang up') : error;
  if (reason && !socket?._hadError) emitErrorEvent(req, reason);
  emitClose(req);
}

/** The socket goes away before there was an answer. */
function hangUp(req) {
  if (req.socket._hadError) return;
  req.socket._hadError = true;
  emitErrorEvent(req, connectionReset('socket hang up'));
}

function begin(req, socket) {
  const reader = new ResponseReader(req, socket, lifecycle);
  req.socket = socket;
  req.parser = reader;
  socket.parser = reader;
  socket._httpMessage = req;
  if (beginNative(socket, reader)) {
    for (const event in nativeListeners) moveBehind(socket, event);
    socket.on('end', onSocketEnd);
  } else {
    for (const event in streamListeners) socket.on(event, streamListeners[event]);
    if (socket.connecting && mayBecomeNative(socket))
      socket.prependOnceListener('connect', onConnect);
  }
  if (req.timeout !== undefined || req.agent?.options?.timeout) listenSocketTimeout(req);
  req.emit('socket', socket);
}

/** Begins on a connection of the native side, which a connected socket may become just now. */
function beginNative(socket, reader) {
  let connection = connectionOf(socket);
  if (connection === null) {
    connection = takeOver(socket, reader, httpListeners);
    if (connection === null) return false;
  }
  reader.connection = connection;
  connection.begin(reader);
  return true;
}

/** Puts a listener behind those of users: Node adds its own with each request, or with its end. */
function moveBehind(socket, event) {
  const listener = nativeListeners[event];
  const all = socket._events[event];
  if (all === listener || (ArrayIsArray(all) && all[all.length - 1] === listener)) return;
  socket.removeListener(event, listener);
  socket.on(event, listener);
}

/** The socket is connected: before anything is sent, the native side takes it over. */
function onConnect() {
  const reader = this.parser;
  if (!(reader instanceof ResponseReader) || this._httpMessage !== reader.outgoing) return;
  // The others stay where they are: before those that users added since.
  for (const event in bytesListeners) this.removeListener(event, bytesListeners[event]);
  if (beginNative(this, reader)) return;
  for (const event in bytesListeners) this.on(event, bytesListeners[event]);
}

// ---- the socket's events ----

function onSocketDrain() {
  const message = this._httpMessage;
  if (!message || message.finished || !message[kNeedDrain]) return;
  message[kNeedDrain] = false;
  message.emit('drain');
}

function onSocketData(chunk) {
  this.parser?.feed(chunk);
}

/** The answer is complete: what follows on the socket does not belong to it. */
function complete(reader) {
  const { outgoing, socket } = reader;
  unlisten(socket);
  release(reader, outgoing, socket);
}

/** What answers is not HTTP. */
function fail(reader, error) {
  const { outgoing: req, socket } = reader;
  release(reader, req, socket);
  unlisten(socket);
  socket.destroy();
  socket._hadError = true;
  emitErrorEvent(req, error);
}

/** HTTP reads nothing on the socket any more. */
function unlisten(socket) {
  if (!socket[kTransport]) socket.removeListener('data', onSocketData);
  // Left over where nothing had to drain, on a native socket, too.
  socket.removeListener('drain', onSocketDrain);
  socket.removeListener('end', onSocketEnd);
}

/** Whether a request is under way on the socket; a native one has its listeners also when it is idle. */
function isInExchange(socket) {
  const connection = connectionOf(socket);
  return connection === null || connection.stage === Stage.BEGUN;
}

function onSocketEnd() {
  if (!isInExchange(this)) {
    this.destroy();
    return;
  }
  const req = this._httpMessage;
  const { parser } = this;
  if (!req.res) hangUp(req);
  if (parser) finish(parser, req, this);
  this.destroy();
}

function onSocketClose() {
  const req = this._httpMessage;
  const { parser } = this;
  const { res } = req;
  debug('HTTP socket close');
  req.destroyed = true;
  if (!res) hangUp(req);
  else if (!res.complete) res.destroy(connectionReset('aborted', req[kError]));
  emitClose(req);
  if (res && !res.aborted && res.readable) res.push(null);
  if (req.outputData) req.outputData.length = 0;
  if (parser) finish(parser, req, this);
}

/** The error of a socket that is assigned already is one of its request, that of an idle one belongs to none. */
function onSocketError(error) {
  if (connectionOf(this)?.stage === Stage.IDLE) {
    dropIdle(this, error);
    return;
  }
  const req = this._httpMessage;
  debug('SOCKET ERROR:', error.message, error.stack);
  if (req) {
    this._hadError = true;
    emitErrorEvent(req, error);
    req[kError] ||= error;
  }
  const { parser } = this;
  if (parser) finish(parser, req, this);
  unlisten(this);
  this.destroy();
}

/** Nothing more is to come for the parser. */
function finish(parser, req, socket) {
  parser.finish();
  release(parser, req, socket);
}

function release(parser, req, socket) {
  parser.release();
  if (req) req.parser = null;
  socket.parser = null;
}

// ---- the answer ----

/** An upgrade, or the answer to CONNECT: the socket is the user's now. */
function handOver(reader, head) {
  const { outgoing: req, socket, upgraded: response } = reader;
  req.res = response;
  unlisten(socket);
  if (req.timeoutCb) socket.removeListener('timeout', req.timeoutCb);
  socket.removeListener('timeout', onResponseTimeout);
  release(reader, req, socket);
  const event = req.method === 'CONNECT' ? 'connect' : 'upgrade';
  if (req.listenerCount(event) === 0) {
    socket.destroy();
    return;
  }
  req.upgradeOrConnect = true;
  socket.emit('agentRemove');
  if (socket[kTransport]) socket.leaveHttp();
  socket.removeListener('close', onSocketClose);
  socket.removeListener('error', onSocketError);
  socket._httpMessage = null;
  socket.readableFlowing = null;
  req.emit(event, response, socket, head);
  req.destroyed = true;
  emitClose(req);
}

/** An interim answer: the final one is still to come. */
function onInformation(req, res) {
  const { statusCode, statusMessage, httpVersion, httpVersionMajor, httpVersionMinor } = res;
  const { headers, rawHeaders } = res;
  if (statusCode === 100) req.emit('continue');
  req.emit('information', {
    statusCode,
    statusMessage,
    httpVersion,
    httpVersionMajor,
    httpVersionMinor,
    headers,
    rawHeaders,
  });
}

/** The final answer's head has arrived. */
function onResponse(req, res, keepAlive) {
  const { socket } = req;
  // The server has to agree to keep the connection.
  if (req.shouldKeepAlive && !keepAlive && !req.upgradeOrConnect) req.shouldKeepAlive = false;
  if (req[kBeginning] !== undefined) endEntry(req[kBeginning], res);
  if (responseFinish.hasSubscribers) responseFinish.publish({ request: req, response: res });
  req.res = res;
  res.req = req;
  res.on('end', onResponseEnd);
  if (!req.writableFinished) req.on('finish', onRequestFinish);
  socket.on('timeout', onResponseTimeout);
  // Without a 'response' event no code can read the answer: it is thrown away.
  if (req.aborted || !req.emit('response', res)) res._dump();
}

function onResponseEnd() {
  const { req } = this;
  const { socket } = req;
  detachSignal(this);
  if (socket) {
    if (req.timeoutCb) socket.removeListener('timeout', emitRequestTimeout);
    socket.removeListener('timeout', onResponseTimeout);
  }
  req._ended = true;
  if (!req.shouldKeepAlive) {
    if (socket.writable) destroySoon(socket);
  } else if (req.writableFinished && !this.aborted) {
    keepAlive(req);
  }
}

/** The answer came before the request was written whole. */
function onRequestFinish() {
  if (this.shouldKeepAlive && this._ended && !this.destroyed) keepAlive(this);
}

/** The exchange is complete: the socket goes back to its agent once users have seen the end. */
function keepAlive(req) {
  const { socket } = req;
  if (req.timeoutCb) {
    socket.setTimeout(0, req.timeoutCb);
    req.timeoutCb = null;
  }
  unlisten(socket);
  socket.removeListener('close', onSocketClose);
  const connection = connectionOf(socket);
  if (connection !== null) {
    connection.becomeIdle();
    moveBehind(socket, 'error');
  } else {
    socket.removeListener('error', onSocketError);
  }
  process.nextTick(emitFree, req);
  req.destroyed = true;
  // Destroying the response must not destroy a socket that another request has.
  if (req.res) req.res.socket = null;
}

function emitFree(req) {
  emitClose(req);
  req.socket?.emit('free');
}

// ---- timeouts ----

function onResponseTimeout() {
  this._httpMessage?.res?.emit('timeout');
}

function emitRequestTimeout() {
  this._httpMessage?.emit('timeout');
}

/** Lets the socket's timeout be one of the request. */
function listenSocketTimeout(req) {
  if (req.timeoutCb) return;
  req.timeoutCb = emitRequestTimeout;
  if (req.socket) onceTimeout(req.socket);
  else req.on('socket', onceTimeout);
}

function onceTimeout(socket) {
  socket.once('timeout', emitRequestTimeout);
}

/** The socket of an exchange has become one of Node's own before the exchange was over: reads it from now on. */
function readAsStream(reader) {
  const { socket } = reader;
  for (const event in lastingListeners)
    if (!ArrayPrototypeIncludes(socket.listeners(event), lastingListeners[event]))
      socket.on(event, lastingListeners[event]);
  for (const event in bytesListeners) {
    socket.removeListener(event, bytesListeners[event]);
    listenFirst(socket, event, bytesListeners[event]);
  }
  socket.resume();
}

/** What a reader of responses calls. */
const lifecycle = {
  onStream: readAsStream,
  onComplete: complete,
  onInformation,
  onMalformed: fail,
  onResponse,
  onUpgrade: handOver,
};

// What HTTP listens to on a socket during one exchange, its bytes included…
const bytesListeners = { __proto__: null, data: onSocketData, drain: onSocketDrain };
const streamListeners = {
  __proto__: null,
  close: onSocketClose,
  end: onSocketEnd,
  ...bytesListeners,
};
// …and on one whose bytes come as records; for errors while it is idle, too.
const nativeListeners = { __proto__: null, close: onSocketClose, error: onSocketError };
/** Those of both. */
const lastingListeners = { __proto__: null, ...nativeListeners, end: onSocketEnd };

/** What a native socket of a client's needs of HTTP. */
const httpListeners = {
  listeners: nativeListeners,
  onDrain: onSocketDrain,
  onEnd: onSocketEnd,
};

module.exports = { assignSocket, emitErrorEvent, listenSocketTimeout };
