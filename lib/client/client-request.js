'use strict';
// http.ClientRequest: a request on its way out, and the events of its answer.
// How the answer is read is in `internal/client-exchange`.
const { channel } = require('node:diagnostics_channel');
const net = require('node:net');
const { addAbortSignal } = require('node:stream');
const { urlToHttpOptions } = require('node:url');
const { Agent } = require('./agent');
const { codes } = require('../base/errors');
const { assignSocket, emitErrorEvent, listenSocketTimeout } = require('./request-lifecycle');
const host = require('../node/http');
const { rewriteForProxy, usesProxy } = require('./proxy');
const { inheritMessage, initialize, OutgoingMessage } = require('../message/outgoing-message');
const { kError, kKeepAliveTimeout, kProxyConfig } = require('../base/symbols');
const {
  parseUniqueHeaders,
  timerDuration,
  validateBoolean,
  validateInteger,
  validateValidation,
  validateString,
  isToken,
} = require('../base/validate');

const {
  ERR_HTTP_HEADERS_SENT,
  ERR_INVALID_ARG_TYPE,
  ERR_INVALID_ARG_VALUE,
  ERR_INVALID_HTTP_TOKEN,
  ERR_INVALID_PROTOCOL,
  ERR_UNESCAPED_CHARACTERS,
} = codes;
const { kHighWaterMark, kOutHeaders, kUniqueHeaders } = host.keys;
const requestCreated = channel('http.client.request.created');
const requestStart = channel('http.client.request.start');
const INVALID_PATH = /[^\u0021-\u00ff]/;
const WITHOUT_CONTENT = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS', 'TRACE', 'CONNECT']);
const kPath = Symbol('rust-http.path');
/** Whether the host checks a target that is set later; else it is a plain property of the request. */
const checksPath = Object.hasOwn(host.ClientRequest.prototype, 'path');

/** Options of `http.globalAgent`. */
const GLOBAL_AGENT = { keepAlive: true, scheduling: 'lifo', timeout: 5000 };

/** Whether requests go through the environment's proxies by default, and what they are then. */
function defaultProxyEnv() {
  const { proxyEnv } = host.accessors.globalAgent.options; // a host that knows proxies has decided
  const decided = proxyEnv !== undefined || host.setGlobalProxyFromEnv !== undefined;
  return !decided && process.env.NODE_USE_ENV_PROXY === '1' ? process.env : proxyEnv;
}

/** The agent of requests that name none; `http.globalAgent`. */
const global = { agent: new Agent({ ...GLOBAL_AGENT, proxyEnv: defaultProxyEnv() }) };

/**
 * `new ClientRequest(url[, options][, callback])` or `(options[, callback])`.
 * Callable on an existing object, as in Node.
 */
function ClientRequest(input, options, callback) {
  host.OutgoingMessage.call(this);
  if (host.missingOutgoing.chunks) initialize(this);
  [options, callback] = normalize(input, options, callback);
  if (options.highWaterMark != null) this[kHighWaterMark] = options.highWaterMark;
  const defaultAgent = options._defaultAgent || global.agent;
  this.agent = pickAgent(options, defaultAgent);
  checkTarget(this, options, defaultAgent);
  const connectOptions = storeOptions(this, options);
  if (callback) this.once('response', callback);
  this.useChunkedEncodingByDefault = !WITHOUT_CONTENT.has(this.method);
  initializeState(this);
  decidePersistence(this);
  storeHeaders(this, options, connectOptions);
  this[kUniqueHeaders] = parseUniqueHeaders(options.uniqueHeaders);
  if (this.agent) this.agent.addRequest(this, connectOptions);
  else connectAlone(this, connectOptions);
  if (requestCreated.hasSubscribers) requestCreated.publish({ request: this });
}
inheritMessage(ClientRequest, host.ClientRequest);

/** Options that inherit nothing. */
function Options() {}
Options.prototype = Object.create(null);
const copyOptions = (...sources) => Object.assign(new Options(), ...sources);

const isUrl = (value) =>
  Boolean(value?.href && value.protocol && value.auth === undefined && value.path === undefined);

function normalize(input, options, callback) {
  if (typeof input === 'string') {
    input = urlToHttpOptions(new URL(input));
  } else if (isUrl(input)) {
    input = urlToHttpOptions(input);
  } else {
    callback = options;
    options = input;
    input = null;
  }
  if (typeof options === 'function') return [copyOptions(input), options];
  return [copyOptions(input, options), callback];
}

function pickAgent({ agent, createConnection }, defaultAgent) {
  if (agent === false) return new defaultAgent.constructor();
  if (agent === null || agent === undefined)
    return typeof createConnection === 'function' ? agent : defaultAgent;
  if (typeof agent.addRequest !== 'function')
    throw new ERR_INVALID_ARG_TYPE(
      'options.agent',
      ['Agent-like Object', 'undefined', 'false'],
      agent,
    );
  return agent;
}

function checkTarget({ agent }, options, defaultAgent) {
  const protocol = options.protocol || defaultAgent.protocol;
  const expected = agent?.protocol ? agent.protocol : defaultAgent.protocol;
  if (options.path) checkPath(String(options.path));
  if (protocol !== expected) throw new ERR_INVALID_PROTOCOL(protocol, expected);
}

function checkPath(path) {
  if (INVALID_PATH.test(path)) throw new ERR_UNESCAPED_CHARACTERS('Request path');
}

function checkHost(value, name) {
  if (value !== null && value !== undefined && typeof value !== 'string')
    throw new ERR_INVALID_ARG_TYPE(`options.${name}`, ['string', 'undefined', 'null'], value);
  return value;
}

/** Checks options in Node's order, keeps what the request needs, and returns those to connect with. */
function storeOptions(req, options) {
  let connectOptions = options; // a copy of the user's
  connectOptions.port = options.port || options.defaultPort || req.agent?.defaultPort || 80;
  connectOptions.host =
    checkHost(options.hostname, 'hostname') || checkHost(options.host, 'host') || 'localhost';
  req._removedConnection =
    req._removedContLen =
    req._removedTE =
      options.setDefaultHeaders === false;
  req.socketPath = options.socketPath;
  if (options.timeout !== undefined) req.timeout = timerDuration(options.timeout, 'timeout');
  if (options.signal) {
    addAbortSignal(options.signal, req);
    const { signal: _, ...others } = options;
    connectOptions = copyOptions(others);
  }
  req.method = checkMethod(options.method);
  const { httpValidation, insecureHTTPParser, joinDuplicateHeaders, maxHeaderSize } = options;
  if (maxHeaderSize !== undefined) validateInteger(maxHeaderSize, 'maxHeaderSize', 0);
  req.maxHeaderSize = maxHeaderSize;
  if (insecureHTTPParser !== undefined)
    validateBoolean(insecureHTTPParser, 'options.insecureHTTPParser');
  req.insecureHTTPParser = insecureHTTPParser;
  if (httpValidation !== undefined) {
    validateValidation(httpValidation);
    if (insecureHTTPParser !== undefined) {
      throw new ERR_INVALID_ARG_VALUE(
        'options.httpValidation',
        httpValidation,
        'cannot be used together with options.insecureHTTPParser',
      );
    }
  }
  req.httpValidation = httpValidation;
  if (joinDuplicateHeaders !== undefined)
    validateBoolean(joinDuplicateHeaders, 'options.joinDuplicateHeaders');
  req.joinDuplicateHeaders = joinDuplicateHeaders;
  if (checksPath) req[kPath] = options.path || '/';
  else req.path = options.path || '/';
  req.host = connectOptions.host;
  req.protocol = options.protocol || (options._defaultAgent || global.agent).protocol;
  return connectOptions;
}

function checkMethod(method) {
  if (method != null) validateString(method, 'options.method');
  if (!method) return 'GET';
  if (!isToken(method)) throw new ERR_INVALID_HTTP_TOKEN('Method', method);
  return method.toUpperCase();
}

function initializeState(req) {
  req._ended = false;
  req.res = null;
  req.aborted = false;
  req.timeoutCb = null;
  req.upgradeOrConnect = false;
  req.parser = null;
  req.maxHeadersCount = null;
  req.reusedSocket = false;
  req[kKeepAliveTimeout] = -1;
}

/** Keep-alive only where the connection may be used again. */
function decidePersistence(req) {
  const { agent } = req;
  if (!agent) return;
  const persists = agent.keepAlive || Number.isFinite(agent.maxSockets);
  req._last = !persists;
  req.shouldKeepAlive = Boolean(persists);
}

function hostHeader(name, port, defaultPort) {
  const colon = name.indexOf(':');
  const isV6 = colon !== -1 && name.includes(':', colon + 1) && name[0] !== '[';
  const authority = isV6 ? `[${name}]` : name;
  return [authority, port && +port !== defaultPort ? `${authority}:${port}` : authority];
}

function storeHeaders(req, options, connectOptions) {
  const { headers } = options;
  const { port } = connectOptions;
  const defaultPort = options.defaultPort || req.agent?.defaultPort;
  const [authority, field] = hostHeader(connectOptions.host, port, defaultPort);
  const proxy = proxyFor(req, connectOptions);
  const rewrite = (userHost, array) => {
    if (proxy && !req._header)
      rewriteForProxy(req, proxy, { host: authority, port }, userHost, array);
  };
  if (Array.isArray(headers)) {
    rewrite(undefined, headers);
    req._storeHeader(requestLine(req), headers);
    return;
  }
  if (headers) for (const name of Object.keys(headers)) req.setHeader(name, headers[name]);
  const userHost = req.getHeader('host');
  const setHost =
    options.setHost !== undefined ? Boolean(options.setHost) : options.setDefaultHeaders !== false;
  if (connectOptions.host && !userHost && setHost) req.setHeader('Host', field);
  if (options.auth && !req.getHeader('Authorization'))
    req.setHeader('Authorization', `Basic ${Buffer.from(options.auth).toString('base64')}`);
  rewrite(userHost);
  if (req.getHeader('expect')) {
    if (req._header) throw new ERR_HTTP_HEADERS_SENT('render');
    req._storeHeader(requestLine(req), req[kOutHeaders]);
  }
}

/** The first line of the head. A target that is a plain property was not checked when it was set. */
function requestLine({ method, path }) {
  if (!checksPath) checkPath(path);
  return `${method} ${path} HTTP/1.1\r\n`;
}

function proxyFor(req, options) {
  const config = req.agent?.[kProxyConfig];
  if (!config || (options.protocol || req.agent.protocol) !== 'http:') return undefined;
  return usesProxy(config, options) ? config : undefined;
}

/** Without an agent: a connection of the request's own, which ends with it. */
function connectAlone(req, options) {
  req._last = true;
  req.shouldKeepAlive = false;
  if (options.socketPath) options = { ...options, path: options.socketPath };
  else if (options.path) options = { ...options, path: undefined };
  if (typeof options.createConnection !== 'function') {
    req.onSocket(net.createConnection(options));
    return;
  }
  let called = false;
  const created = (error, socket) => {
    if (called) return;
    called = true;
    if (error) process.nextTick(emitErrorEvent, req, error);
    else req.onSocket(socket);
  };
  try {
    const socket = options.createConnection(options, created);
    if (socket) created(null, socket);
  } catch (error) {
    created(error);
  }
}

if (checksPath) {
  /** The target as it is sent; checked when it is set. */
  Object.defineProperty(ClientRequest.prototype, 'path', {
    __proto__: null,
    configurable: true,
    enumerable: true,
    get() {
      return this[kPath];
    },
    set(value) {
      const path = String(value);
      checkPath(path);
      this[kPath] = path;
    },
  });
}

ClientRequest.prototype._finish = function _finish() {
  OutgoingMessage.prototype._finish.call(this);
  if (requestStart.hasSubscribers) requestStart.publish({ request: this });
};

ClientRequest.prototype._implicitHeader = function _implicitHeader() {
  if (this._header) throw new ERR_HTTP_HEADERS_SENT('render');
  this._storeHeader(requestLine(this), this[kOutHeaders]);
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
  this.res?._dump(); // what is still to come of the answer is of no interest
  this[kError] = error;
  this.socket?.destroy(error);
  return this;
};

/** Gives the request its socket, or the error that prevented one. */
ClientRequest.prototype.onSocket = function onSocket(socket, error) {
  assignSocket(this, socket, error);
};

/** Calls `socket[method]` once there is a socket that is connected. */
ClientRequest.prototype._deferToConnect = function _deferToConnect(method, args) {
  const call = () => {
    if (method) Reflect.apply(this.socket[method], this.socket, args);
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
  listenSocketTimeout(this);
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

module.exports = { ClientRequest, GLOBAL_AGENT, global };
