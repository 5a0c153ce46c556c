'use strict';
// http.Agent: which connection a request is sent on, and what becomes of it afterwards.
const { AsyncResource } = require('node:async_hooks');
const EventEmitter = require('node:events');
const net = require('node:net');
const { debuglog } = require('node:util');
const { guardFreeSocket, unguardFreeSocket } = require('./idle-guard');
const host = require('../node/http');
const { later } = require('../base/later');
const { agentStats } = require('../base/stats');
const { kKeepAliveTimeout, kProxyConfig, kTotals, kTransport } = require('../base/symbols');
const { validateNumber, validateOneOf, validateString } = require('../base/validate');

const pool = later(() => require('./pool'));
const proxy = later(() => require('./proxy'));
const debug = debuglog('http');
const kRequestOptions = Symbol('rust-http.requestOptions');
const kRequestResource = Symbol('rust-http.requestResource');
const kKeylog = Symbol('rust-http.keylog');

/**
 * A pool of connections. Callable without `new`, as in Node.
 * `options`: `keepAlive`, `keepAliveMsecs`, `maxSockets`, `maxTotalSockets`, `maxFreeSockets`,
 * `scheduling`, `timeout`, `proxyEnv`, … and those of `net.connect`.
 */
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
  this[kTotals] = { created: 0, reused: 0 };
  const buffer = this.options.agentKeepAliveTimeoutBuffer;
  this.agentKeepAliveTimeoutBuffer = Number.isFinite(buffer) && buffer >= 0 ? buffer : 1000;
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
Object.setPrototypeOf(Agent.prototype, host.Agent.prototype);
Object.setPrototypeOf(Agent, host.Agent);
Agent.defaultMaxSockets = Number.POSITIVE_INFINITY;

/** A socket has done its request: the next one that waits gets it, or the pool, or nobody. */
function onFree(socket, options) {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const name = keyOf(this, options);
  const req = socket._httpMessage;
  const persists = req?.shouldKeepAlive && this.keepAlive;
  const { CLOSE, SERVE, park } = pool();
  const answer = park(this, name, persists, announcedTimeout(req));
  if (answer === SERVE) serveNext(this, name, socket);
  else if (answer !== CLOSE && mayKeep(this, socket, answer)) keep(this, name, socket, options);
  else socket.destroy();
}

/** Whether a socket may be kept; subclasses are asked when they want to be. */
function mayKeep(agent, socket, timeout) {
  return agent.keepSocketAlive === ownKeepSocketAlive
    ? prepareToRest(agent, socket, timeout)
    : agent.keepSocketAlive(socket);
}

function serveNext(agent, name, socket) {
  const waiting = agent.requests[name];
  const req = waiting.shift();
  if (waiting.length === 0) delete agent.requests[name];
  inQueuedContext(req, () => {
    giveSocket(agent, req, socket);
  });
}

function keep(agent, name, socket, options) {
  socket._httpMessage = null;
  agent.removeSocket(socket, options);
  // A native one knows what an error means while it is idle.
  if (!socket[kTransport]) socket.once('error', onFreeSocketError);
  if (!guardFreeSocket(socket)) return;
  (agent.freeSockets[name] ??= []).push(socket);
}

/** Runs `handler` in the async context in which the request was queued. */
function inQueuedContext(req, handler) {
  const resource = req[kRequestResource];
  if (!resource) {
    handler();
    return;
  }
  req[kRequestResource] = null;
  resource.runInAsyncScope(handler);
}

function onFreeSocketError(error) {
  debug('SOCKET ERROR on FREE socket:', error.message, error.stack);
  this.destroy();
  this.emit('agentRemove');
}

// TLS sockets tell their keys to whoever listens on the agent; listening on each is not free.
function onNewListener(event) {
  if (event !== 'keylog') return;
  this.removeListener('newListener', onNewListener);
  const agent = this;
  this[kKeylog] = function (line) {
    agent.emit('keylog', line, this);
  };
  for (const sockets of [...Object.values(this.freeSockets), ...Object.values(this.sockets)])
    for (const socket of sockets) socket.on('keylog', this[kKeylog]);
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

/** The key under which connections with these options are kept. */
Agent.prototype.getName = function getName(options = {}) {
  let name = `${options.host || 'localhost'}:${options.port || ''}:${options.localAddress || ''}`;
  if (options.family === 4 || options.family === 6) name += `:${options.family}`;
  if (options.socketPath) name += `:${options.socketPath}`;
  return name;
};

const ownGetName = Agent.prototype.getName;

/** The key of a socket's or a waiting request's options. */
function keyOf(agent, options) {
  return options._agentKey !== undefined && agent.getName === ownGetName
    ? options._agentKey
    : agent.getName(options);
}

/** The key that was made last: most requests go where the one before went. */
let lastKey = { host: undefined, name: undefined };

/** The key of options that are not merged with the agent's yet. */
function keyOfRequest({ options: own }, options) {
  const host = ('host' in own ? own : options).host;
  const port = ('port' in own ? own : options).port;
  const localAddress = ('localAddress' in own ? own : options).localAddress;
  const family = ('family' in own ? own : options).family;
  const socketPath = ('socketPath' in own ? own : options).socketPath;
  if (
    host !== lastKey.host ||
    port !== lastKey.port ||
    localAddress !== lastKey.localAddress ||
    family !== lastKey.family ||
    socketPath !== lastKey.socketPath ||
    lastKey.name === undefined
  ) {
    lastKey = { host, port, localAddress, family, socketPath, name: undefined };
    lastKey.name = ownGetName(lastKey);
  }
  return lastKey.name;
}

/** Options of the request under those of the agent, which win. */
function mergeOptions(agent, options, req) {
  const merged = { __proto__: null, ...options, ...agent.options };
  if (merged.socketPath) merged.path = merged.socketPath;
  if (!merged.servername && merged.servername !== '') merged.servername = serverName(merged, req);
  return merged;
}

/** The name for TLS: the Host header's, without port; none for addresses. */
function serverName(options, req) {
  let name = options.host;
  const header = checkHostField(req);
  if (header) {
    const bracket = header.indexOf(']');
    if (header[0] !== '[') name = header.split(':', 1)[0];
    else name = bracket === -1 ? header : header.substring(1, bracket);
  }
  return net.isIP(name) ? '' : name;
}

function checkHostField(req) {
  const header = req.getHeader('host');
  if (header) validateString(header, 'options.headers.host');
  return header;
}

/** Sends `req` on an idle connection, a new one, or the next that becomes free. */
Agent.prototype.addRequest = function addRequest(req, options, port, localAddress) {
  if (typeof options === 'string') options = { __proto__: null, host: options, port, localAddress };
  const isOwnName = this.getName === ownGetName;
  if (!isOwnName) options = mergeOptions(this, options, req);
  const name = isOwnName ? keyOfRequest(this, options) : this.getName(options);
  const busy = (this.sockets[name] ||= []);
  const free = this.freeSockets[name];
  const { DIAL, take } = pool();
  let answer = take(this, free?.length ?? 0, busy.length);
  while (answer >= 0) {
    const socket = takeFreeSocket(this, name, answer);
    if (!socket.destroyed) {
      checkHostField(req);
      syncHighWaterMark(socket, this.options.highWaterMark ?? options.highWaterMark);
      this.reuseSocket(socket, req);
      giveSocket(this, req, socket);
      busy.push(socket);
      return;
    }
    answer = take(this, free.length, busy.length);
  }
  if (answer === DIAL) {
    if (isOwnName) options = mergeOptions(this, options, req);
    this.createSocket(req, options, (error, created) => {
      if (error) req.onSocket(created, error);
      else giveSocket(this, req, created);
    });
  } else {
    checkHostField(req);
    req[kRequestOptions] = options; // merged with the agent's when a socket is made
    req[kRequestResource] = new AsyncResource('QueuedRequest');
    (this.requests[name] ||= []).push(req);
  }
};

function takeFreeSocket({ freeSockets }, name, place) {
  const free = freeSockets[name];
  const socket = place === free.length - 1 ? free.pop() : free.splice(place, 1)[0];
  if (free.length === 0) delete freeSockets[name];
  return socket;
}

function syncHighWaterMark(socket, highWaterMark) {
  if (highWaterMark != null && socket.writableHighWaterMark !== highWaterMark)
    socket._writableState.highWaterMark = highWaterMark;
}

function giveSocket(agent, req, socket) {
  req.onSocket(socket);
  const timeout = agent.options.timeout || 0;
  if (req.timeout !== undefined && req.timeout !== timeout) socket.setTimeout(req.timeout);
}

/** Makes a socket for `req`; `callback(error, socket)`. */
Agent.prototype.createSocket = function createSocket(req, options, callback) {
  options = mergeOptions(this, options, req);
  const timeout = req.timeout || this.options.timeout;
  if (timeout) options.timeout = timeout;
  const name = this.getName(options);
  options._agentKey = name;
  options.encoding = null;
  let called = false;
  const created = (error, socket) => {
    if (called) return;
    called = true;
    if (error) {
      callback(error);
      return;
    }
    (this.sockets[name] ||= []).push(socket);
    this.totalSocketCount++;
    if (this[kTotals]) this[kTotals].created++;
    adopt(this, socket, options);
    callback(null, socket);
  };
  if (this.keepAlive) {
    options.keepAlive = this.keepAlive;
    options.keepAliveInitialDelay = this.keepAliveMsecs;
  }
  const socket = this.createConnection(options, created);
  if (socket) created(null, socket);
};

/** Follows the life of a socket of the agent's. */
function adopt(agent, socket, options) {
  const listeners = {
    __proto__: null,
    free() {
      agent.emit('free', socket, options);
    },
    close() {
      agent.totalSocketCount--;
      agent.removeSocket(socket, options);
    },
    timeout() {
      if (Object.values(agent.freeSockets).some((free) => free.includes(socket))) socket.destroy();
    },
    // The connection is given away, after an upgrade for example: it will not come back.
    agentRemove() {
      agent.totalSocketCount--;
      agent.removeSocket(socket, options);
      for (const event in listeners) socket.removeListener(event, listeners[event]);
    },
  };
  for (const event in listeners) socket.on(event, listeners[event]);
  if (agent[kKeylog]) socket.on('keylog', agent[kKeylog]);
}

/** Forgets a socket, and makes one for a request that may wait for its place. */
Agent.prototype.removeSocket = function removeSocket(socket, options) {
  const name = keyOf(this, options);
  takeOut(this.sockets, name, socket);
  if (!socket.writable) takeOut(this.freeSockets, name, socket);
  const next = pool().nextToDial(this, name);
  if (next === undefined) return;
  const [req] = this.requests[next];
  if (next !== name) options = req[kRequestOptions];
  if (!options) return;
  req[kRequestOptions] = undefined; // one socket is made for it, not one for each that is removed
  this.createSocket(req, options, (error, created) => {
    if (error) req.onSocket(null, error);
    else created.emit('free');
  });
};

function takeOut(set, name, socket) {
  const sockets = set[name];
  const index = sockets?.indexOf(socket) ?? -1;
  if (index === -1) return;
  sockets.splice(index, 1);
  if (sockets.length === 0) delete set[name];
}

/** Prepares a socket for the pool; false if it may not be kept. */
Agent.prototype.keepSocketAlive = function keepSocketAlive(socket) {
  return prepareToRest(this, socket, pool().rest(this, announcedTimeout(socket._httpMessage)));
};

const ownKeepSocketAlive = Agent.prototype.keepSocketAlive;

/** Lets a socket stay idle for so many milliseconds; false if that is negative. */
function prepareToRest(agent, socket, timeout) {
  socket.setKeepAlive(true, agent.keepAliveMsecs);
  socket.unref();
  if (timeout < 0) return false;
  if (socket.timeout !== timeout) socket.setTimeout(timeout);
  return true;
}

/** Seconds of the `Keep-Alive: timeout=` in the answer to `req`; negative if there is none. */
function announcedTimeout(req) {
  // A request of Node's own http may use our agents, too.
  return req?.[kKeepAliveTimeout] ?? readKeepAlive(req?.res?.headers?.['keep-alive']);
}

function readKeepAlive(field) {
  const seconds = /^timeout=(\d+)/.exec(field)?.[1];
  return seconds === undefined ? -1 : Number(seconds);
}

/** Takes a socket from the pool for `req`. */
Agent.prototype.reuseSocket = function reuseSocket(socket, req) {
  if (!socket[kTransport]) socket.removeListener('error', onFreeSocketError);
  unguardFreeSocket(socket);
  req.reusedSocket = true;
  if (this[kTotals]) this[kTotals].reused++;
  socket.ref();
};

/**
 * What is in the pool: `sockets`, `freeSockets` and `requestsWaiting`, to all servers together;
 * `socketsTotal` and `requestsReused` since the agent was made. Node has nothing of the kind.
 */
Object.defineProperty(Agent.prototype, 'stats', {
  __proto__: null,
  configurable: true,
  writable: true,
  value: function stats() {
    return agentStats(this);
  },
});

/** Closes all sockets. */
Agent.prototype.destroy = function destroy() {
  for (const set of [this.freeSockets, this.sockets])
    for (const sockets of Object.values(set)) for (const socket of [...sockets]) socket.destroy();
};

module.exports = { Agent };
