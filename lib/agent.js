'use strict';
// http.Agent: which connection a request is sent on, and what becomes of it afterwards.
// May use Node, `errors`, `validate` and `internal`.
const { AsyncResource } = require('node:async_hooks');
const EventEmitter = require('node:events');
const net = require('node:net');
const { debuglog } = require('node:util');
const { guardFreeSocket, unguardFreeSocket } = require('./internal/free-socket');
const host = require('./internal/host');
const { proxyConfig, usesProxy } = require('./internal/proxy');
const { kProxyConfig } = require('./symbols');
const { validateNumber, validateOneOf, validateString } = require('./validate');

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
  const buffer = this.options.agentKeepAliveTimeoutBuffer;
  this.agentKeepAliveTimeoutBuffer = Number.isFinite(buffer) && buffer >= 0 ? buffer : 1000;
  const { proxyEnv } = this.options;
  if (typeof proxyEnv === 'object' && proxyEnv !== null)
    this[kProxyConfig] = proxyConfig(proxyEnv, this.protocol);
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
  const name = this.getName(options);
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const waiting = this.requests[name];
  if (waiting?.length) {
    const req = waiting.shift();
    if (waiting.length === 0) delete this.requests[name];
    inQueuedContext(req, () => {
      giveSocket(this, req, socket);
    });
    return;
  }
  const req = socket._httpMessage;
  if (
    !req?.shouldKeepAlive ||
    !this.keepAlive ||
    !hasRoom(this, name) ||
    !this.keepSocketAlive(socket)
  ) {
    socket.destroy();
    return;
  }
  socket._httpMessage = null;
  this.removeSocket(socket, options);
  socket.once('error', onFreeSocketError);
  if (!guardFreeSocket(socket)) return;
  (this.freeSockets[name] ??= []).push(socket);
}

/** Whether the pool may keep one more idle socket under this name. */
function hasRoom(agent, name) {
  const free = agent.freeSockets[name]?.length ?? 0;
  const all = free + (agent.sockets[name]?.length ?? 0);
  return (
    agent.totalSocketCount <= agent.maxTotalSockets &&
    all <= agent.maxSockets &&
    free < agent.maxFreeSockets
  );
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
  if (!usesProxy(config, options)) return net.createConnection(...args);
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
  const header = req.getHeader('host');
  if (header) {
    validateString(header, 'options.headers.host');
    const bracket = header.indexOf(']');
    if (header[0] !== '[') name = header.split(':', 1)[0];
    else name = bracket === -1 ? header : header.substring(1, bracket);
  }
  return net.isIP(name) ? '' : name;
}

/** Sends `req` on an idle connection, a new one, or the next that becomes free. */
Agent.prototype.addRequest = function addRequest(req, options, port, localAddress) {
  if (typeof options === 'string') options = { __proto__: null, host: options, port, localAddress };
  options = mergeOptions(this, options, req);
  const name = this.getName(options);
  this.sockets[name] ||= [];
  const socket = takeFreeSocket(this, name);
  const free = this.freeSockets[name]?.length ?? 0;
  const all = free + this.sockets[name].length;
  if (socket) {
    syncHighWaterMark(socket, options.highWaterMark);
    this.reuseSocket(socket, req);
    giveSocket(this, req, socket);
    this.sockets[name].push(socket);
  } else if (all < this.maxSockets && this.totalSocketCount < this.maxTotalSockets) {
    this.createSocket(req, options, (error, created) => {
      if (error) req.onSocket(created, error);
      else giveSocket(this, req, created);
    });
  } else {
    req[kRequestOptions] = options;
    req[kRequestResource] = new AsyncResource('QueuedRequest');
    (this.requests[name] ||= []).push(req);
  }
};

function takeFreeSocket(agent, name) {
  const free = agent.freeSockets[name];
  if (!free) return undefined;
  while (free.length > 0 && free[0].destroyed) free.shift();
  const socket = agent.scheduling === 'fifo' ? free.shift() : free.pop();
  if (free.length === 0) delete agent.freeSockets[name];
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
  const name = this.getName(options);
  const sets = socket.writable ? [this.sockets] : [this.sockets, this.freeSockets];
  for (const set of sets) {
    const index = set[name]?.indexOf(socket) ?? -1;
    if (index === -1) continue;
    set[name].splice(index, 1);
    if (set[name].length === 0) delete set[name];
  }
  let req = this.requests[name]?.[0];
  if (!req) {
    // Another host's request may have waited for the total to go down.
    for (const other of Object.keys(this.requests)) {
      if (this.sockets[other]?.length) break;
      req = this.requests[other][0];
      options = req[kRequestOptions];
      break;
    }
  }
  if (!req || !options) return;
  req[kRequestOptions] = undefined;
  this.createSocket(req, options, (error, created) => {
    if (error) req.onSocket(null, error);
    else created.emit('free');
  });
};

/** Prepares a socket for the pool; false if it may not be kept. */
Agent.prototype.keepSocketAlive = function keepSocketAlive(socket) {
  socket.setKeepAlive(true, this.keepAliveMsecs);
  socket.unref();
  let timeout = this.options.timeout || 0;
  const hint = /^timeout=(\d+)/.exec(socket._httpMessage?.res?.headers['keep-alive'])?.[1];
  if (hint) {
    // Ours ends first, so that no request meets the server's.
    const announced = Math.max(
      0,
      Number.parseInt(hint, 10) * 1000 - this.agentKeepAliveTimeoutBuffer,
    );
    if (announced === 0) return false;
    if (announced < timeout) timeout = announced;
  }
  if (socket.timeout !== timeout) socket.setTimeout(timeout);
  return true;
};

/** Takes a socket from the pool for `req`. */
Agent.prototype.reuseSocket = function reuseSocket(socket, req) {
  socket.removeListener('error', onFreeSocketError);
  unguardFreeSocket(socket);
  req.reusedSocket = true;
  socket.ref();
};

/** Closes all sockets. */
Agent.prototype.destroy = function destroy() {
  for (const set of [this.freeSockets, this.sockets])
    for (const sockets of Object.values(set)) for (const socket of [...sockets]) socket.destroy();
};

module.exports = { Agent };
