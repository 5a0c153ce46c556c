'use strict';
// The exports of `rust-http/https`, in the order of Node's `https`. ESM finds the names in the literal
// below: keep it a literal of shorthand names (see docs/architecture.md).
const { https } = require('./lib/load');

const { Agent, Server, createServer, get, keepGlobalAgentIn, request } = https();

// Named for the literal; it gets its value below.
const [globalAgent] = [];

module.exports = {
  Agent,
  globalAgent,
  Server,
  createServer,
  get,
  request,
};

keepGlobalAgentIn(module.exports);
