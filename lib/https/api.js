'use strict';
// What https.js exports, and what it needs for that. It is loaded when that is: what its files take of Node's modules
// is taken then.
const { ObjectDefineProperty } = require('../base/primordials');
const tls = require('node:tls');
const { ClientRequest } = require('../client/client-request');
const { GLOBAL_AGENT } = require('../client/global-agent');
const { normalize } = require('../client/request-setup');
const { construct } = require('../node/https');
const { Agent, kOwnCheck } = require('./agent');
const { Server } = require('./server');

/** The object whose `globalAgent` is the agent of requests that name none; users assign to that property. */
let keeper = { globalAgent: new Agent(GLOBAL_AGENT) };

/** From now on `globalAgent` of these exports is it; that of those before shows the same. */
function keepGlobalAgentIn(exports) {
  const before = keeper;
  if (before === exports) return;
  keeper = exports;
  const common = { __proto__: null, configurable: true, enumerable: true };
  const value = before.globalAgent;
  ObjectDefineProperty(exports, 'globalAgent', { ...common, value, writable: true });
  ObjectDefineProperty(before, 'globalAgent', {
    ...common,
    get: () => keeper.globalAgent,
    set(agent) {
      keeper.globalAgent = agent;
    },
  });
}

/** `createServer([options][, requestListener])`: a new `Server`. */
function createServer(options, requestListener) {
  return new Server(options, requestListener);
}

/** Counts checks of a server's name that one request brings: each gets a number, and so a connection, of its own. */
let ownChecks = 0;

/** Whether the agent's check of the server's name goes before the request's. */
function agentChecks({ agent, createConnection }) {
  if (agent === false) return false;
  if (agent === null || agent === undefined) {
    if (typeof createConnection === 'function') return false;
    agent = keeper.globalAgent;
  }
  return agent?.options?.checkServerIdentity !== undefined;
}

/** `request(url[, options][, callback])` or `(options[, callback])`: a new `ClientRequest`. */
function request(...args) {
  const [options, callback] = normalize(...args);
  const { checkServerIdentity: check } = options;
  if (check !== undefined && check !== tls.checkServerIdentity && !agentChecks(options))
    options[kOwnCheck] = ++ownChecks;
  options._defaultAgent = keeper.globalAgent;
  return construct(ClientRequest, [options, callback]);
}

/** As `request`, without content: it is ended at once. */
function get(url, options, callback) {
  const req = request(url, options, callback);
  req.end();
  return req;
}

module.exports = {
  Agent,
  Server,
  createServer,
  get,
  get globalAgent() {
    return keeper.globalAgent;
  },
  set globalAgent(agent) {
    keeper.globalAgent = agent;
  },
  keepGlobalAgentIn,
  request,
};
