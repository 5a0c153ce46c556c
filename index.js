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
  complete,
  createServer,
  get,
  isValidHeaderName,
  isValidHeaderValue,
  request,
  setGlobalProxyFromEnv,
  setMaxIdleHTTPParsers,
  validateHeaderName,
  validateHeaderValue,
  websocketMask,
  websocketUnmask,
} = require('./lib/load');

// Named for the literal; `complete` makes accessors of them.
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

complete(module.exports);
