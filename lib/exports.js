'use strict';
// What index.js exports, and what it needs for that.
// Used later, but loaded now, before an application can replace parts of them: Node's functions, and the addon.
require('./node/builtins');
require('./node/async-contexts');
require('./node/timers');
require('./wire/addon');
const { define } = require('./base/define');
const { ERR_PROXY_INVALID_CONFIG } = require('./base/errors');
const { entry, later } = require('./base/later');
const {
  isInvalidValue,
  isToken,
  validateHeaderName,
  validateHeaderValue,
  validateInteger,
  validateObject,
  validateOneOf,
} = require('./base/validate');
const { Agent } = require('./client/agent');
const { ClientRequest } = require('./client/client-request');
const { GLOBAL_AGENT, shared } = require('./client/global-agent');
const legacy = require('./legacy');
const { IncomingMessage } = require('./message/incoming-message');
const { OutgoingMessage } = require('./message/outgoing-message');
const { ServerResponse } = require('./message/server-response');
const host = require('./node/http');
const { Server, _connectionListener } = require('./server/server');
const { websocketMask, websocketUnmask } = require('./websocket-mask');

const { METHODS, STATUS_CODES, accessors } = host;
const proxy = later(() => require('./client/proxy'));
/** What `rust-http/https` is made of. */
const https = entry(() => require('./https/api'));

/** `createServer([options][, requestListener])`: a new `Server`. */
function createServer(options, requestListener) {
  return new Server(options, requestListener);
}

/** `request(url[, options][, callback])` or `(options[, callback])`: a new `ClientRequest`. */
function request(url, options, callback) {
  return new ClientRequest(url, options, callback);
}

/** As `request`, without content: it is ended at once. */
function get(url, options, callback) {
  const req = request(url, options, callback);
  req.end();
  return req;
}

/** The most idle parsers that Node keeps. This module has no such pool: the number is checked and given to Node. */
function setMaxIdleHTTPParsers(max) {
  validateInteger(max, 'max', 1);
  host.setMaxIdleHTTPParsers(max);
}

/** Lets requests without an agent of their own go through the proxies that `env` names. */
function setGlobalProxyFromEnv(env = process.env) {
  validateObject(env, 'proxyEnv');
  const { proxyUrl } = proxy();
  const urls = [proxyUrl(env, 'http:'), proxyUrl(env, 'https:')];
  if (!urls[0] && !urls[1]) return () => {};
  for (const url of urls) if (url && !URL.canParse(url)) throw new ERR_PROXY_INVALID_CONFIG(url);
  const options = { ...GLOBAL_AGENT, proxyEnv: env };
  const secure = urls[1] && process.versions.openssl ? https() : undefined;
  const before = [shared.globalAgent, secure?.globalAgent];
  // The host's knows of `fetch`, where it has one. It sets both global agents, too, which are ours behind
  // `register`.
  const restoreHost = host.setGlobalProxyFromEnv?.(env);
  if (urls[0]) shared.globalAgent = new Agent(options);
  if (secure) secure.globalAgent = new secure.Agent(options);
  return function restore() {
    restoreHost?.();
    if (urls[0]) shared.globalAgent = before[0];
    if (secure) secure.globalAgent = before[1];
  };
}

function isValidHeaderName(name) {
  return typeof name === 'string' && isToken(name);
}

/** Whether `value` may be the value of a header field; `options.httpValidation` is 'strict' (the default) or 'relaxed'. */
function isValidHeaderValue(value, options) {
  let isRelaxed = false;
  if (options !== undefined) {
    validateObject(options, 'options');
    const { httpValidation } = options;
    if (httpValidation !== undefined)
      validateOneOf(httpValidation, 'options.httpValidation', ['strict', 'relaxed']);
    isRelaxed = httpValidation === 'relaxed';
  }
  return value !== undefined && typeof value !== 'symbol' && !isInvalidValue(value, isRelaxed);
}

/** Puts what is no plain value on the exports of index.js. */
function complete(exports) {
  legacy.define(exports);
  define(exports, accessors, true);
  define(exports, shared, true); // in the place of the host's
}

module.exports = {
  Agent,
  ClientRequest,
  IncomingMessage,
  METHODS,
  OutgoingMessage,
  STATUS_CODES,
  Server,
  ServerResponse,
  _connectionListener,
  complete,
  createServer,
  get,
  https,
  isValidHeaderName,
  isValidHeaderValue,
  request,
  setGlobalProxyFromEnv,
  setMaxIdleHTTPParsers,
  validateHeaderName,
  validateHeaderValue: (name, value) => validateHeaderValue(name, value),
  // Node's own are native, where there are some; ours loop in JavaScript.
  websocketMask: host.websocketMask ?? websocketMask,
  websocketUnmask: host.websocketUnmask ?? websocketUnmask,
};
