'use strict';
const { existsSync, statSync } = require('node:fs');

/** Where `scripts/bundle.mjs` puts the files of `lib`, joined to two. */
const BUNDLE = `${__dirname}/lib/bundle`;
/** A clone has it, a package has not. */
const BUNDLER = `${__dirname}/scripts/bundle.mjs`;

/** All that is exported, from the bundle or from the files. `RUST_HTTP_BUNDLE=off`: from the files. */
function load() {
  const isOff = process.env.RUST_HTTP_BUNDLE === 'off' || !existsSync(`${BUNDLE}/core.js`);
  if (isOff) return require('./lib/files');
  const bundle = require('./lib/bundle/core.js');
  const mayBeStale = existsSync(BUNDLER);
  return mayBeStale && !isFresh(bundle.files) ? require('./lib/files') : bundle.load('exports.js');
}

/** Whether the files, as pairs of path and size, are as they were when they were bundled. */
function isFresh(files) {
  const { mtimeMs: since } = statSync(`${BUNDLE}/core.js`);
  for (const [path, size] of files) {
    const stat = statSync(`${__dirname}/lib/${path}`, { throwIfNoEntry: false });
    if (stat === undefined || stat.size !== size || stat.mtimeMs > since) return false;
  }
  return true;
}

// The module's exports, in the order of Node's `http`. ESM finds the names in the literal below:
// keep it a literal of shorthand names (see docs/architecture.md).
const {
  Agent,
  ClientRequest,
  IncomingMessage,
  METHODS,
  OutgoingMessage,
  STATUS_CODES,
  Server,
  ServerResponse,
  _connectionListener,
  accessors,
  createServer,
  get,
  global,
  isValidHeaderName,
  isValidHeaderValue,
  legacy,
  request,
  setGlobalProxyFromEnv,
  setMaxIdleHTTPParsers,
  validateHeaderName,
  validateHeaderValue,
  websocketMask,
  websocketUnmask,
} = load();

// Named for the literal; the accessors below give their values.
const [CloseEvent, MessageEvent, WebSocket, globalAgent, maxHeaderSize] = [];

module.exports = {
  _connectionListener,
  METHODS,
  STATUS_CODES,
  Agent,
  ClientRequest,
  IncomingMessage,
  OutgoingMessage,
  Server,
  ServerResponse,
  createServer,
  isValidHeaderName,
  isValidHeaderValue,
  validateHeaderName,
  validateHeaderValue,
  get,
  request,
  setMaxIdleHTTPParsers,
  setGlobalProxyFromEnv,
  websocketMask,
  websocketUnmask,
  maxHeaderSize,
  globalAgent,
  WebSocket,
  CloseEvent,
  MessageEvent,
};

const api = module.exports;
const accessor = (get, set) => ({
  __proto__: null,
  configurable: true,
  enumerable: true,
  get,
  set,
});
legacy.define(api);
Object.defineProperties(api, {
  maxHeaderSize: accessor(() => accessors.maxHeaderSize),
  globalAgent: accessor(
    () => global.agent,
    (agent) => {
      global.agent = agent;
    },
  ),
  WebSocket: accessor(() => accessors.WebSocket),
  CloseEvent: accessor(() => accessors.CloseEvent),
  MessageEvent: accessor(() => accessors.MessageEvent),
});
