'use strict';
// The sockets of an agent: which one a request is sent on, and what becomes of it afterwards. Where
// a subclass may have a method of its own, that is called.
const {
  ArrayPrototypeIncludes,
  ArrayPrototypeIndexOf,
  ArrayPrototypeSplice,
  ObjectValues,
  StringPrototypeSubstring,
} = require('../base/primordials');
const { kAwaitsTunnel, kTotals, kTransport, kUnmergedKey } = require('../base/symbols');
const { addTraffic, agentStats } = require('../base/stats');
const { validateString } = require('../base/validate');
const { AsyncResource, net } = require('../node/builtins');
const { announcedTimeout, getName, kKeylog, keepSocketAlive, prepareToRest } =
  require('./agent-methods');
const { dropIdle, guardFreeSocket, hasUnaskedInput, unguardFreeSocket } = require('./idle-guard');
const { driver } = require('../wire/loop');
const { publishStats, statsChannel } = require('../wire/stats-channel');
const { CLOSE, DIAL, SERVE, nextToDial, park, take } = require('./pool');

const kRequestOptions = Symbol('rust-http.requestOptions');
const kRequestResource = Symbol('rust-http.requestResource');

/** A socket has done its request: it goes to a waiting request, to the pool, or is destroyed. */
function onFree(agent, socket, options) {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const name = keyOf(agent, options);
  const req = socket._httpMessage;
  const persists = req?.shouldKeepAlive && agent.keepAlive;
  const answer = park(agent, name, persists, announcedTimeout(req));
  if (answer === SERVE) serveNext(agent, name, socket);
  else if (answer !== CLOSE && mayKeep(agent, socket, answer)) keep(agent, name, socket, options);
  else socket.destroy();
}

/** Whether a socket may be kept; subclasses are asked when they want to be. */
function mayKeep(agent, socket, timeout) {
  return agent.keepSocketAlive === keepSocketAlive
    ? prepareToRest(agent, socket, timeout)
    : agent.keepSocketAlive(socket);
}

function serveNext(agent, name, socket) {
  if (hasUnaskedInput(socket)) {
    socket.destroy(); // then the request that waits gets another one
    return;
  }
  const waiting = agent.requests[name];
  const req = waiting.shift();
  if (waiting.length === 0) delete agent.requests[name];
  inQueuedContext(req, () => giveSocket(agent, req, socket));
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
  if (resource) resource.runInAsyncScope(handler);
  else handler();
}

function onFreeSocketError(error) {
  dropIdle(this, error);
}

function addRequest(agent, req, options, port, localAddress) {
  if (statsChannel.hasSubscribers) publishStats('agent', agent);
  if (typeof options === 'string') options = { __proto__: null, host: options, port, localAddress };
  let isMerged = false;
  let name = unmergedKey(agent)?.(agent, options, req, serverName);
  if (name === undefined) {
    options = mergeOptions(agent, options, req);
    isMerged = true;
    name = agent.getName(options);
  }
  const busy = (agent.sockets[name] ||= []);
  const free = agent.freeSockets[name];
  let answer = take(agent, free?.length ?? 0, busy.length);
  while (answer >= 0) {
    const socket = takeFreeSocket(agent, name, answer);
    if (!socket.destroyed && hasUnaskedInput(socket)) socket.destroy();
    if (!socket.destroyed) {
      checkHostField(req);
      syncHighWaterMark(socket, agent.options.highWaterMark ?? options.highWaterMark);
      agent.reuseSocket(socket, req);
      giveSocket(agent, req, socket);
      busy.push(socket);
      return;
    }
    answer = take(agent, free.length, busy.length);
  }
  if (answer === DIAL) {
    if (!isMerged) options = mergeOptions(agent, options, req);
    agent.createSocket(req, options, (error, created) => {
      if (error) req.onSocket(created, error);
      else giveSocket(agent, req, created);
    });
  } else {
    checkHostField(req);
    req[kRequestOptions] = options; // merged with the agent's when a socket is made
    req[kRequestResource] = new AsyncResource('QueuedRequest');
    (agent.requests[name] ||= []).push(req);
  }
}

/** The key of a socket's or a waiting request's options. */
function keyOf(agent, options) {
  return options._agentKey !== undefined && unmergedKey(agent) !== undefined
    ? options._agentKey
    : agent.getName(options);
}

/** Makes keys of options that are not merged with the agent's yet; or returns undefined, and leaves it to `getName`. */
function unmergedKey({ getName: own }) {
  return own === getName ? keyOfRequest : own[kUnmergedKey];
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
    lastKey.name = getName(lastKey);
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

/** The name for TLS: that of the Host field, unless it is that of CONNECT's target, behind the server; no address. */
function serverName(options, req) {
  let name = options.host;
  const header = checkHostField(req);
  if (header && (req.method !== 'CONNECT' || header !== req.path)) {
    const bracket = header.indexOf(']');
    if (header[0] !== '[') name = header.split(':', 1)[0];
    else name = bracket === -1 ? header : StringPrototypeSubstring(header, 1, bracket);
  }
  return net.isIP(name) ? '' : name;
}

function checkHostField(req) {
  const header = req.getHeader('host');
  if (header) validateString(header, 'options.headers.host');
  return header;
}

function takeFreeSocket({ freeSockets }, name, place) {
  const free = freeSockets[name];
  const socket = place === free.length - 1 ? free.pop() : ArrayPrototypeSplice(free, place, 1)[0];
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

function createSocket(agent, req, options, callback) {
  options = mergeOptions(agent, options, req);
  const timeout = req.timeout || agent.options.timeout;
  if (timeout) options.timeout = timeout;
  const name = agent.getName(options);
  options._agentKey = name;
  options.encoding = null;
  let called = false;
  const created = (error, socket) => {
    if (called) return;
    called = true;
    if (error) {
      // A proxy let it wait too long: to the request that is a timeout like any other.
      if (error.proxyTunnelTimeout) req.emit('timeout');
      callback(error);
      return;
    }
    (agent.sockets[name] ||= []).push(socket);
    agent.totalSocketCount++;
    if (agent[kTotals]) agent[kTotals].created++;
    adopt(agent, socket, options);
    callback(null, socket);
  };
  if (agent.keepAlive) {
    options.keepAlive = agent.keepAlive;
    options.keepAliveInitialDelay = agent.keepAliveMsecs;
  }
  const socket = agent.createConnection(options, created);
  if (socket && !socket[kAwaitsTunnel]) created(null, socket);
}

/** Follows the life of a socket of the agent's. */
function adopt(agent, socket, options) {
  const close = () => {
    agent.totalSocketCount--;
    if (agent[kTotals]) addTraffic(agent[kTotals], socket.bytesRead, socket.bytesWritten);
    agent.removeSocket(socket, options);
  };
  const listeners = {
    __proto__: null,
    free() {
      agent.emit('free', socket, options);
    },
    close,
    timeout() {
      for (const free of ObjectValues(agent.freeSockets))
        if (ArrayPrototypeIncludes(free, socket)) socket.destroy();
    },
    // The connection is given away, after an upgrade for example: it will not come back.
    agentRemove() {
      close();
      for (const event in listeners) socket.removeListener(event, listeners[event]);
    },
  };
  for (const event in listeners) socket.on(event, listeners[event]);
  if (agent[kKeylog]) socket.on('keylog', agent[kKeylog]);
}

function removeSocket(agent, socket, options) {
  const name = keyOf(agent, options);
  takeOut(agent.sockets, name, socket);
  if (!socket.writable) takeOut(agent.freeSockets, name, socket);
  const next = nextToDial(agent, name);
  if (next === undefined) return;
  const [req] = agent.requests[next];
  if (next !== name) options = req[kRequestOptions];
  if (!options) return;
  req[kRequestOptions] = undefined; // one socket is made for it, not one for each that is removed
  const created = (error, socket) => {
    if (error) req.onSocket(null, error);
    else socket.emit('free');
  };
  // What is told of the connection is told in the context of the request for which it is dialled.
  inQueuedContext(req, () => agent.createSocket(req, options, created));
}

function takeOut(set, name, socket) {
  const sockets = set[name];
  const index = sockets ? ArrayPrototypeIndexOf(sockets, socket) : -1;
  if (index === -1) return;
  ArrayPrototypeSplice(sockets, index, 1);
  if (sockets.length === 0) delete set[name];
}

function reuseSocket(agent, socket, req) {
  if (!socket[kTransport]) socket.removeListener('error', onFreeSocketError);
  unguardFreeSocket(socket);
  req.reusedSocket = true;
  if (agent[kTotals]) agent[kTotals].reused++;
  socket.ref();
}

function stats(agent) {
  return agentStats(agent, driver());
}

module.exports = { addRequest, createSocket, onFree, removeSocket, reuseSocket, stats };
