'use strict';
// http.ServerResponse: the answer to one request.
const { ArrayIsArray, ArrayPrototypeFlat, ReflectApply } = require('../base/primordials');
const { channel } = require('node:diagnostics_channel');
const { deprecate } = require('node:util');
const {
  ERR_HTTP_HEADERS_SENT,
  ERR_HTTP_INVALID_STATUS_CODE,
  ERR_HTTP_SOCKET_ASSIGNED,
  ERR_INVALID_CHAR,
} = require('../base/errors');
const { kAttach } = require('../base/symbols');
const host = require('../node/http');
const { forEachField, isPairs } = require('./field-pairs');
const { emitClose, inheritMessage, initialize } = require('./outgoing-message');
const {
  isInvalidValue,
  validateHeaderName,
  validateHeaderValue,
  validateInteger,
  validateLinkHeaderValue,
  validateObject,
} = require('../base/validate');

const { STATUS_CODES } = host;
const { kCorked, kNeedDrain, kOutHeaders } = host.keys;
const responseCreated = channel('http.server.response.created');

/** Whether the host's constructor publishes new responses, as newer ones do; undefined until it was seen. */
let hostPublishes;

/** The answer to `request`. Callable without `new`, as in Node. */
function ServerResponse(request, options) {
  const isHeard = responseCreated.hasSubscribers;
  if (isHeard && hostPublishes === undefined) seeHostConstruct(this, request, options);
  else host.ServerResponse.call(this, request, options);
  if (host.missingOutgoing.chunks) initialize(this);
  if (isHeard && !hostPublishes) responseCreated.publish({ request, response: this });
}
inheritMessage(ServerResponse, host.ServerResponse);

/** Runs the host's constructor for the first response while the channel has a subscriber. */
function seeHostConstruct(response, request, options) {
  const note = () => {
    hostPublishes = true;
  };
  hostPublishes = false;
  responseCreated.subscribe(note);
  host.ServerResponse.call(response, request, options);
  responseCreated.unsubscribe(note);
}

ServerResponse.prototype.statusCode = 200;
ServerResponse.prototype.statusMessage = undefined;

ServerResponse.prototype._finish = function _finish() {
  // The host's keeps its performance entries and trace events.
  host.ServerResponse.prototype._finish.call(this);
};

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

/** Gives the response its socket: from now on it may send. */
ServerResponse.prototype.assignSocket = function assignSocket(socket) {
  if (socket._httpMessage) throw new ERR_HTTP_SOCKET_ASSIGNED();
  socket._httpMessage = this;
  // Null: the connection itself closes the response of a socket without listeners.
  if (socket[kAttach] === undefined) socket.on('close', onSocketClose);
  else if (socket[kAttach] !== null) socket[kAttach]();
  if (!host.corksSocket) for (let i = 0; i < this[kCorked]; i++) socket.cork();
  this.socket = socket;
  this.emit('socket', socket);
  if (this.outputData.length > 0 || this.finished || this[kNeedDrain]) this._flush();
};

ServerResponse.prototype.detachSocket = function detachSocket(socket) {
  if (socket[kAttach] !== null) socket.removeListener('close', onSocketClose);
  socket._httpMessage = null;
  this.socket = null;
};

/** Sends an interim response (1xx, but not 101) with its fields. */
ServerResponse.prototype.writeInformation = function writeInformation(
  statusCode,
  headers,
  callback,
) {
  if (this._header) throw new ERR_HTTP_HEADERS_SENT('write');
  validateInteger(statusCode, 'statusCode', 100, 199);
  if (statusCode === 101) throw new ERR_HTTP_INVALID_STATUS_CODE(statusCode);
  const head =
    `HTTP/1.1 ${statusCode} ${STATUS_CODES[statusCode] || 'unknown'}\r\n` +
    `${informationLines(this, headers)}\r\n`;
  return this._writeRaw(head, 'ascii', callback);
};

function informationLines(response, headers) {
  if (headers === undefined || headers === null) return '';
  const relaxed = response._isLenientHeaderValidation();
  if (!ArrayIsArray(headers)) validateObject(headers, 'headers');
  let lines = '';
  forEachField(headers, (name, value) => {
    validateHeaderName(name);
    validateHeaderValue(name, value, relaxed);
    lines += `${name}: ${value}\r\n`;
  });
  return lines;
}

ServerResponse.prototype.writeContinue = function writeContinue(callback) {
  this.writeInformation(100, null, callback);
  this._sent100 = true;
};

ServerResponse.prototype.writeProcessing = function writeProcessing(callback) {
  this.writeInformation(102, null, callback);
};

ServerResponse.prototype.writeEarlyHints = function writeEarlyHints(hints, callback) {
  validateObject(hints, 'hints');
  if (hints.link === null || hints.link === undefined) return;
  const link = validateLinkHeaderValue(hints.link);
  if (link.length === 0) return;
  validateHeaderValue('Link', link);
  const { link: _, ...others } = hints;
  this.writeInformation(103, { __proto__: null, Link: link, ...others }, callback);
};

ServerResponse.prototype._implicitHeader = function _implicitHeader() {
  this.writeHead(this.statusCode);
};

/** `writeHead(statusCode[, reason][, headers])`: headers as object, flat array or array of pairs. */
ServerResponse.prototype.writeHead = function writeHead(statusCode, reason, headers) {
  if (this._header) throw new ERR_HTTP_HEADERS_SENT('write');
  const status = statusCode | 0;
  if (status < 100 || status > 999) throw new ERR_HTTP_INVALID_STATUS_CODE(statusCode);
  if (typeof reason === 'string') {
    this.statusMessage = reason;
  } else {
    this.statusMessage ||= STATUS_CODES[status] || 'unknown';
    headers ??= reason;
  }
  this.statusCode = status;

  if (this[kOutHeaders]) {
    mergeHeaders(this, headers);
    headers = this[kOutHeaders];
  }
  if (this.statusMessage !== STATUS_CODES[status] && isInvalidValue(this.statusMessage))
    throw new ERR_INVALID_CHAR('statusMessage');
  // RFC 9112, section 6.3: these never have content.
  if (status === 204 || status === 304 || (status >= 100 && status <= 199)) this._hasBody = false;
  // A client that was not told to continue may or may not send the content: what comes next on the
  // connection cannot be known.
  if (this._expect_continue && !this._sent100) this.shouldKeepAlive = false;
  this._storeHeader(`HTTP/1.1 ${status} ${this.statusMessage}\r\n`, headers);
  return this;
};

/** Headers given to `writeHead` win over those set before; duplicates among them are kept. */
function mergeHeaders(response, headers) {
  if (!headers) return;
  const isArray = ArrayIsArray(headers);
  const fields = isPairs(headers) ? ArrayPrototypeFlat(headers) : headers; // so that a pair without value is seen
  if (isArray) {
    forEachField(fields, (name) => {
      if (name) response.removeHeader(name);
    });
  }
  const add = isArray ? response.appendHeader : response.setHeader;
  forEachField(fields, (name, value) => {
    if (name) ReflectApply(add, response, [name, value]);
  });
}

/** The old name of `writeHead`; a `writeHead` that the application has replaced is not called. */
ServerResponse.prototype.writeHeader = deprecate(
  ServerResponse.prototype.writeHead,
  'ServerResponse.prototype.writeHeader is deprecated.',
  'DEP0063',
);

module.exports = { ServerResponse, closeResponse, onSocketClose };
