'use strict';
// The functions of the module.
const { Agent } = require('./client/agent');
const { ClientRequest, GLOBAL_AGENT, global } = require('./client/client-request');
const { codes } = require('./base/errors');
const host = require('./node/http');
const { proxyUrl } = require('./client/proxy');
const { Server } = require('./server/server');
const {
  validateHeaderName,
  validateHeaderValue,
  validateInteger,
  validateObject,
} = require('./base/validate');

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

/** Node keeps so many idle parsers; ours need no pool, so the number is only checked. */
function setMaxIdleHTTPParsers(max) {
  validateInteger(max, 'max', 1);
  host.setMaxIdleHTTPParsers(max);
}

/** Lets requests without an agent of their own go through the proxies that `env` names. */
function setGlobalProxyFromEnv(env = process.env) {
  validateObject(env, 'proxyEnv');
  const urls = [proxyUrl(env, 'http:'), proxyUrl(env, 'https:')];
  if (!urls[0] && !urls[1]) return () => {};
  for (const url of urls)
    if (url && !URL.canParse(url)) throw new codes.ERR_PROXY_INVALID_CONFIG(url);
  // The host's knows of `fetch` and of https, where it has one.
  const restoreHost = host.setGlobalProxyFromEnv?.(env);
  const before = global.agent;
  if (urls[0]) global.agent = new Agent({ ...GLOBAL_AGENT, proxyEnv: env });
  return function restore() {
    restoreHost?.();
    if (urls[0]) global.agent = before;
  };
}
module.exports = {
  createServer,
  get,
  request,
  setGlobalProxyFromEnv,
  setMaxIdleHTTPParsers,
  validateHeaderName: (name, label) => validateHeaderName(name, label),
  validateHeaderValue: (name, value) => validateHeaderValue(name, value),
};
