'use strict';
// What makes a request: checking its options, storing its headers, finding it a connection.
const {
  ArrayIsArray,
  BufferFrom,
  NumberIsFinite,
  ObjectAssign,
  ObjectCreate,
  ObjectHasOwn,
  ObjectKeys,
  SafeSet,
  StringPrototypeIncludes,
  StringPrototypeSlice,
} = require('../base/primordials');
const {
  ERR_HTTP_HEADERS_SENT,
  ERR_INVALID_ARG_TYPE,
  ERR_INVALID_HTTP_TOKEN,
  ERR_INVALID_PROTOCOL,
  ERR_UNESCAPED_CHARACTERS,
} = require('../base/errors');
const { later } = require('../base/later');
const {
  kAuthority,
  kBeginning,
  kKeepAliveTimeout,
  kPath,
  kProxyConfig,
} = require('../base/symbols');
const {
  isToken,
  parseUniqueHeaders,
  timerDuration,
  validateBoolean,
  validateInteger,
  validateStrictness,
  validateString,
} = require('../base/validate');
const { addAbortSignal, channel, net, urlToHttpOptions } = require('../node/builtins');
const host = require('../node/http');
const { shared } = require('./global-agent');
const { emitErrorEvent } = require('./request-lifecycle');
const { process } = require('../wire/realm');

const {
  checksPath,
  connectNamesTarget,
  keys: { kHighWaterMark, kOutHeaders },
} = host;
const { kUniqueHeaders } = host.serverKeys();
const proxy = later(() => require('./proxy'));
const requestCreated = channel('http.client.request.created');
const INVALID_PATH = /[^\u0021-\u00ff]/;
const WITHOUT_CONTENT = new SafeSet(['GET', 'HEAD', 'DELETE', 'OPTIONS', 'TRACE', 'CONNECT']);

/** Makes `req` what `new ClientRequest(input, options, callback)` says. */
function setUp(req, input, options, callback) {
  let hasUrlPath;
  [options, callback, hasUrlPath] = normalize(input, options, callback);
  if (options.highWaterMark != null) req[kHighWaterMark] = options.highWaterMark;
  const defaultAgent = options._defaultAgent || shared.globalAgent;
  req.agent = pickAgent(options, defaultAgent);
  checkTarget(req, options, defaultAgent);
  const connectOptions = storeOptions(req, options, defaultAgent, hasUrlPath);
  if (callback) req.once('response', callback);
  req.useChunkedEncodingByDefault = !WITHOUT_CONTENT.has(req.method);
  initializeState(req);
  decidePersistence(req);
  storeHeaders(req, options, connectOptions);
  req[kUniqueHeaders] = parseUniqueHeaders(options.uniqueHeaders);
  if (req.agent) req.agent.addRequest(req, connectOptions);
  else connectAlone(req, connectOptions);
  if (requestCreated.hasSubscribers) requestCreated.publish({ request: req });
}

/** Options that inherit nothing. */
function Options() {}
Options.prototype = ObjectCreate(null);
const copyOptions = (...sources) => ObjectAssign(new Options(), ...sources);

const isUrl = (value) =>
  Boolean(value?.href && value.protocol && value.auth === undefined && value.path === undefined);

/** A request's arguments: its options, which are a copy, the callback, and whether the path is that of a URL. */
function normalize(input, options, callback) {
  let hasUrlPath = true;
  if (typeof input === 'string') {
    input = urlToHttpOptions(new URL(input));
  } else if (isUrl(input)) {
    input = urlToHttpOptions(input);
  } else {
    callback = options;
    options = input;
    input = null;
    hasUrlPath = false;
  }
  if (typeof options === 'function') return [copyOptions(input), options, hasUrlPath];
  if (hasUrlPath && options != null) hasUrlPath = !ObjectHasOwn(options, 'path');
  return [copyOptions(input, options), callback, hasUrlPath];
}

function pickAgent({ agent, createConnection }, defaultAgent) {
  if (agent === false) return new defaultAgent.constructor();
  if (agent === null || agent === undefined)
    return typeof createConnection === 'function' ? agent : defaultAgent;
  if (typeof agent.addRequest !== 'function')
    throw new ERR_INVALID_ARG_TYPE(
      'options.agent',
      'one of Agent-like Object, undefined, or false',
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
    throw new ERR_INVALID_ARG_TYPE(
      `options.${name}`,
      'of type string or one of undefined or null',
      value,
    );
  return value;
}

/** Checks options in Node's order, keeps what the request needs, and returns those to connect with. */
function storeOptions(req, options, defaultAgent, hasUrlPath) {
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
  validateStrictness(options);
  req.insecureHTTPParser = insecureHTTPParser;
  req.httpValidation = httpValidation;
  if (joinDuplicateHeaders !== undefined)
    validateBoolean(joinDuplicateHeaders, 'options.joinDuplicateHeaders');
  req.joinDuplicateHeaders = joinDuplicateHeaders;
  const path = targetOf(req, options.path || '/', hasUrlPath);
  if (checksPath) req[kPath] = path;
  else req.path = path;
  req.host = connectOptions.host;
  req.protocol = options.protocol || defaultAgent.protocol;
  return connectOptions;
}

/** The target; what CONNECT names by the path of a URL is an authority (RFC 9112, section 3.2.3). */
function targetOf({ method }, path, hasUrlPath) {
  return namesTarget(method) && hasUrlPath && path[0] === '/'
    ? StringPrototypeSlice(path, 1) || '/'
    : path;
}

const namesTarget = (method) => method === 'CONNECT' && connectNamesTarget;

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
  req[kBeginning] = undefined;
}

/** Keep-alive only where the connection may be used again. */
function decidePersistence(req) {
  const { agent } = req;
  if (!agent) return;
  const persists = agent.keepAlive || NumberIsFinite(agent.maxSockets);
  req._last = !persists;
  req.shouldKeepAlive = Boolean(persists);
}

function hostHeader(name, port, defaultPort) {
  const colon = name.indexOf(':');
  const isV6 = colon !== -1 && StringPrototypeIncludes(name, ':', colon + 1) && name[0] !== '[';
  const authority = isV6 ? `[${name}]` : name;
  return [authority, port && +port !== defaultPort ? `${authority}:${port}` : authority];
}

function storeHeaders(req, options, connectOptions) {
  const { headers } = options;
  const { port } = connectOptions;
  const defaultPort = options.defaultPort || req.agent?.defaultPort;
  const [authority, field] = hostHeader(connectOptions.host, port, defaultPort);
  req[kAuthority] = field;
  const through = proxyFor(req, connectOptions);
  const rewrite = (userHost, array) => {
    if (through && !req._header)
      proxy().rewriteForProxy(req, through, { host: authority, port }, userHost, array);
  };
  if (ArrayIsArray(headers)) {
    rewrite(undefined, headers);
    req._storeHeader(requestLine(req), headers);
    return;
  }
  if (headers) for (const name of ObjectKeys(headers)) req.setHeader(name, headers[name]);
  const userHost = req.getHeader('host');
  const setHost =
    options.setHost !== undefined ? Boolean(options.setHost) : options.setDefaultHeaders !== false;
  if (connectOptions.host && !userHost && setHost) {
    // The host of CONNECT's target is not the one that is asked.
    const isTarget = namesTarget(req.method) && options.path;
    req.setHeader('Host', isTarget ? String(req.path) : field);
  }
  if (options.auth && !req.getHeader('Authorization'))
    req.setHeader('Authorization', `Basic ${BufferFrom(options.auth).toString('base64')}`);
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
  return proxy().usesProxy(config, options) ? config : undefined;
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

module.exports = { checkPath, normalize, requestLine, setUp };
