'use strict';
// http.Agent: which connection a request is sent on, and what becomes of it afterwards.
const { NumberIsFinite, ObjectSetPrototypeOf, ObjectValues } = require('../base/primordials');
const EventEmitter = require('node:events');
const net = require('node:net');
const { getName, kKeylog, keepSocketAlive } = require('./agent-methods');
const host = require('../node/http');
const { define } = require('../base/define');
const { later } = require('../base/later');
const { kProxyConfig, kTotals } = require('../base/symbols');
const { validateNumber, validateOneOf } = require('../base/validate');

const sockets = later(() => require('./agent-sockets'));
const proxy = later(() => require('./proxy'));

/** A pool of connections. Callable without `new`, as in Node. */
function Agent(options) {
  if (!(this instanceof Agent)) return new Agent(options);
  EventEmitter.call(this);
  this.options = { __proto__: null, ...options };
  this.defaultPort = this.options.defaultPort || 80;
  this.protocol = this.options.protocol || 'http:';
  if (this.options.noDelay === undefined) this.options.noDelay = true;
  this.options.path = null; // else `net` would take it for a pipe
  this.requests = { __proto__: null };
  this.sockets = { __proto__: null };
  this.freeSockets = { __proto__: null };
  this.keepAliveMsecs = this.options.keepAliveMsecs || 1000;
  this.keepAlive = this.options.keepAlive || false;
  this.maxSockets = this.options.maxSockets || Agent.defaultMaxSockets;
  this.maxFreeSockets = this.options.maxFreeSockets || 256;
  this.scheduling = this.options.scheduling || 'lifo';
  this.maxTotalSockets = this.options.maxTotalSockets;
  this.totalSocketCount = 0;
  this[kTotals] = { bytesRead: 0, bytesWritten: 0, created: 0, reused: 0 };
  const buffer = this.options.agentKeepAliveTimeoutBuffer;
  this.agentKeepAliveTimeoutBuffer = NumberIsFinite(buffer) && buffer >= 0 ? buffer : 1000;
  const { proxyEnv } = this.options;
  if (typeof proxyEnv === 'object' && proxyEnv !== null)
    this[kProxyConfig] = proxy().proxyConfig(proxyEnv, this.protocol);
  validateOneOf(this.scheduling, 'scheduling', ['fifo', 'lifo']);
  if (this.maxTotalSockets !== undefined)
    validateNumber(this.maxTotalSockets, 'maxTotalSockets', 1);
  else this.maxTotalSockets = Number.POSITIVE_INFINITY;
  this.on('free', onFree);
  this.on('newListener', onNewListener);
}
ObjectSetPrototypeOf(Agent.prototype, host.Agent.prototype);
ObjectSetPrototypeOf(Agent, host.Agent);
host.admit(Agent, host.Agent);
Agent.defaultMaxSockets = Number.POSITIVE_INFINITY;

function onFree(socket, options) {
  sockets().onFree(this, socket, options);
}

// TLS sockets tell their keys to the agent's listeners. Listening on each socket is not free: it begins with the first of them.
function onNewListener(event) {
  if (event !== 'keylog') return;
  this.removeListener('newListener', onNewListener);
  const agent = this;
  this[kKeylog] = function (line) {
    agent.emit('keylog', line, this);
  };
  for (const list of [...ObjectValues(this.freeSockets), ...ObjectValues(this.sockets)])
    for (const socket of list) socket.on('keylog', this[kKeylog]);
}

/** Makes a connection. Subclasses override it; a socket may come as result or by callback. */
Agent.prototype.createConnection = function createConnection(...args) {
  const [options, callback] = net._normalizeArgs(args);
  const config = this[kProxyConfig];
  if (!config || !proxy().usesProxy(config, options)) return net.createConnection(...args);
  const connectOptions = { ...config.connectOptions };
  return config.protocol === 'https:'
    ? require('node:tls').connect(connectOptions, callback)
    : net.connect(connectOptions, callback);
};

Agent.prototype.getName = getName;

/** Sends `req` on an idle connection, a new one, or the next that becomes free. */
Agent.prototype.addRequest = function addRequest(req, options, port, localAddress) {
  sockets().addRequest(this, req, options, port, localAddress);
};

/** Makes a socket for `req`; `callback(error, socket)`. */
Agent.prototype.createSocket = function createSocket(req, options, callback) {
  sockets().createSocket(this, req, options, callback);
};

/** Forgets a socket, and makes one for a request that may wait for its place. */
Agent.prototype.removeSocket = function removeSocket(socket, options) {
  sockets().removeSocket(this, socket, options);
};

Agent.prototype.keepSocketAlive = keepSocketAlive;

/** Takes a socket from the pool for `req`. */
Agent.prototype.reuseSocket = function reuseSocket(socket, req) {
  sockets().reuseSocket(this, socket, req);
};

/** What is in the pool, and went through it; see `AgentStats` in index.d.ts. Node has no such method. */
define(Agent.prototype, {
  stats() {
    return sockets().stats(this);
  },
});

Agent.prototype.destroy = function destroy() {
  for (const set of [this.freeSockets, this.sockets])
    for (const list of ObjectValues(set)) for (const socket of [...list]) socket.destroy();
};

module.exports = { Agent };
