'use strict';
// http.ClientRequest: a request on its way out, and the events of its answer. What its constructor does is
// in `request-setup`, what its socket tells in `request-lifecycle`.
const { ReflectApply, StringPrototypeStartsWith } = require('../base/primordials');
const { channel } = require('node:diagnostics_channel');
const { define } = require('../base/define');
const { ERR_HTTP_HEADERS_SENT } = require('../base/errors');
const { later } = require('../base/later');
const { kAuthority, kBeginning, kError, kPath } = require('../base/symbols');
const { timerDuration } = require('../base/validate');
const { inheritMessage, OutgoingMessage } = require('../message/outgoing-message');
const host = require('../node/http');
const { beginEntry } = require('../node/performance-entries');
const { process } = require('../wire/realm');

const { kOutHeaders } = host.keys;
const requestStart = channel('http.client.request.start');
const setup = later(() => require('./request-setup'));
const lifecycle = later(() => require('./request-lifecycle'));

/** `new ClientRequest(url[, options][, callback])` or `(options[, callback])`; callable on an object, as in Node. */
function ClientRequest(input, options, callback) {
  OutgoingMessage.call(this);
  setup().setUp(this, input, options, callback);
}
inheritMessage(ClientRequest, host.ClientRequest);

/** The target as it is sent, checked when it is set. */
const checkedPath = {
  get path() {
    return this[kPath];
  },
  set path(value) {
    const path = String(value);
    setup().checkPath(path);
    this[kPath] = path;
  },
};
if (host.checksPath) define(ClientRequest.prototype, checkedPath, true);

ClientRequest.prototype._finish = function _finish() {
  OutgoingMessage.prototype._finish.call(this);
  this[kBeginning] = beginEntry('HttpClient', () => describe(this));
  if (requestStart.hasSubscribers) requestStart.publish({ request: this });
};

/** What a performance entry tells of a request. One through a proxy names the whole URL as its target. */
function describe(req) {
  const { method, path, protocol } = req;
  const isWhole = StringPrototypeStartsWith(path, 'http://');
  const url = isWhole ? path : `${protocol}//${req[kAuthority]}${path}`;
  return { method, url, headers: req.getHeaders() };
}

ClientRequest.prototype._implicitHeader = function _implicitHeader() {
  if (this._header) throw new ERR_HTTP_HEADERS_SENT('render');
  this._storeHeader(setup().requestLine(this), this[kOutHeaders]);
};

/** Deprecated: `destroy()` that also emits 'abort'. */
ClientRequest.prototype.abort = function abort() {
  if (this.aborted) return;
  this.aborted = true;
  process.nextTick(() => {
    this.emit('abort');
  });
  this.destroy();
};

ClientRequest.prototype.destroy = function destroy(error) {
  if (this.destroyed) return this;
  this.destroyed = true;
  this.res?._dump(); // the rest of the answer is thrown away
  if (host.keepsComplete && this.writableFinished && this.res?.complete) return this;
  this[kError] = error;
  this.socket?.destroy(error);
  return this;
};

/** Gives the request its socket, or the error that prevented one. */
ClientRequest.prototype.onSocket = function onSocket(socket, error) {
  lifecycle().assignSocket(this, socket, error);
};

/** Calls `socket[method]` once there is a socket that is connected. */
ClientRequest.prototype._deferToConnect = function _deferToConnect(method, args) {
  const call = () => {
    if (method) ReflectApply(this.socket[method], this.socket, args);
  };
  const onSocket = () => {
    if (this.socket.writable) call();
    else this.socket.once('connect', call);
  };
  if (this.socket) onSocket();
  else this.once('socket', onSocket);
};

/** Timeout without traffic in milliseconds, from when the connection is made. */
ClientRequest.prototype.setTimeout = function setTimeout(msecs, callback) {
  if (this._ended) return this;
  lifecycle().listenSocketTimeout(this);
  const timeout = timerDuration(msecs, 'msecs');
  if (callback) this.once('timeout', callback);
  const apply = (socket) => {
    if (socket.connecting)
      socket.once('connect', () => {
        socket.setTimeout(timeout);
      });
    else socket.setTimeout(timeout);
  };
  if (this.socket) apply(this.socket);
  else this.once('socket', apply);
  return this;
};

ClientRequest.prototype.setNoDelay = function setNoDelay(noDelay) {
  this._deferToConnect('setNoDelay', [noDelay]);
};

ClientRequest.prototype.setSocketKeepAlive = function setSocketKeepAlive(enable, initialDelay) {
  this._deferToConnect('setKeepAlive', [enable, initialDelay]);
};

ClientRequest.prototype.clearTimeout = function clearTimeout(callback) {
  this.setTimeout(0, callback);
};

module.exports = { ClientRequest };
