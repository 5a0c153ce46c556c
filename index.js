'use strict';
// The module's exports, in the order of Node's `http`. ESM finds the names in the literal below:
// keep it a literal of shorthand names (see docs/architecture.md).
const {
  createServer,
  setMaxIdleHTTPParsers,
  validateHeaderName,
  validateHeaderValue,
} = require('./lib/api');
const host = require('./lib/internal/host');
const { IncomingMessage } = require('./lib/incoming-message');
const { OutgoingMessage } = require('./lib/outgoing-message');
const { Server, _connectionListener } = require('./lib/server');
const { ServerResponse } = require('./lib/server-response');

const { Agent, ClientRequest, METHODS, STATUS_CODES, get, request } = host;
const { globalAgent, maxHeaderSize } = host.accessors;
const { CloseEvent, MessageEvent, WebSocket } = globalThis;

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
  validateHeaderName,
  validateHeaderValue,
  get,
  request,
  setMaxIdleHTTPParsers,
  maxHeaderSize,
  globalAgent,
  WebSocket,
  CloseEvent,
  MessageEvent,
};

const api = module.exports;
Object.defineProperties(api, {
  maxHeaderSize: {
    __proto__: null,
    configurable: true,
    enumerable: true,
    get() {
      return host.accessors.maxHeaderSize;
    },
  },
  globalAgent: {
    __proto__: null,
    configurable: true,
    enumerable: true,
    get() {
      return host.accessors.globalAgent;
    },
    set(agent) {
      host.accessors.globalAgent = agent;
    },
  },
});
