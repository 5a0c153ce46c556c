'use strict';
// What https.js exports, and what it needs for that. Its files are loaded when that is: what they take of
// Node's modules is taken then.
const { agents, createServer, get, keepGlobalAgentIn, request } = require('./api');
const { Agent } = require('./agent');
const { Server } = require('./server');

module.exports = { Agent, Server, agents, createServer, get, keepGlobalAgentIn, request };
