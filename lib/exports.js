'use strict';
// What index.js exports, and the objects behind its accessors.
// Used later, but loaded now, before an application can replace parts of them: Node's functions, and the addon.
require('./node/builtins');
require('./node/root-async-resource');
require('./node/ticks');
require('./node/timers');
require('./wire/addon');
const functions = require('./api');
const { Agent } = require('./client/agent');
const { ClientRequest } = require('./client/client-request');
const { global } = require('./client/global-agent');
const legacy = require('./legacy');
const { IncomingMessage } = require('./message/incoming-message');
const { OutgoingMessage } = require('./message/outgoing-message');
const { ServerResponse } = require('./message/server-response');
const { METHODS, STATUS_CODES, accessors } = require('./node/http');
const { Server, _connectionListener } = require('./server/server');

module.exports = {
  ...functions,
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
  global,
  legacy,
};
