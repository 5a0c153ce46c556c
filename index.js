'use strict';
// The module's exports, in the order of Node's `http`. ESM finds the names in the literal below:
// keep it a literal of shorthand names (see docs/architecture.md).
const {
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
} = require('./lib/api');
const { Agent } = require('./lib/client/agent');
const { ClientRequest, global } = require('./lib/client/client-request');
const host = require('./lib/node/http');
const { IncomingMessage } = require('./lib/message/incoming-message');
const { OutgoingMessage } = require('./lib/message/outgoing-message');
const { Server, _connectionListener } = require('./lib/server/server');
const { ServerResponse } = require('./lib/message/server-response');

const { METHODS, STATUS_CODES } = host;
const { maxHeaderSize } = host.accessors;
const { agent: globalAgent } = global;
// Named for the literal; the accessors below give their values.
const [CloseEvent, MessageEvent, WebSocket] = [];

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
require('./lib/legacy').define(api);
const { accessors } = host;
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
