'use strict';
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
} = require('./lib/load');

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
