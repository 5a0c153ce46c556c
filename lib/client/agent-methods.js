'use strict';
// Methods of agents that other files compare with an agent's own, to see whether a subclass has replaced them.
const { later } = require('../base/later');
const { kKeepAliveTimeout } = require('../base/symbols');
const { ownAddHeaderLine } = require('../message/incoming-message');

const pool = later(() => require('./pool'));
/** On agents: their listener for 'keylog' of sockets. */
const kKeylog = Symbol('rust-http.keylog');

/** The key under which connections with these options are kept. */
function getName(options = {}) {
  let name = `${options.host || 'localhost'}:${options.port || ''}:${options.localAddress || ''}`;
  if (options.family === 4 || options.family === 6) name += `:${options.family}`;
  if (options.socketPath) name += `:${options.socketPath}`;
  return name;
}

/** Prepares a socket for the pool; false if it may not be kept. */
function keepSocketAlive(socket) {
  return prepareToRest(this, socket, pool().rest(this, announcedTimeout(socket._httpMessage)));
}

/** Lets a socket stay idle for a number of milliseconds; false if that is negative. */
function prepareToRest(agent, socket, timeout) {
  socket.setKeepAlive(true, agent.keepAliveMsecs);
  socket.unref();
  if (timeout < 0) return false;
  if (socket.timeout !== timeout) socket.setTimeout(timeout);
  return true;
}

/** Seconds of the `Keep-Alive: timeout=` in the answer to `req`; negative if there is none. */
function announcedTimeout(req) {
  const { [kKeepAliveTimeout]: announced, res } = req ?? {};
  // A request of Node's own http may use our agents, too.
  const isOurs = !res || res._addHeaderLine === ownAddHeaderLine;
  if (announced !== undefined && isOurs) return announced;
  return readKeepAlive(res?.headers?.['keep-alive']);
}

function readKeepAlive(field) {
  const seconds = /^timeout=(\d+)/.exec(field)?.[1];
  return seconds === undefined ? -1 : Number(seconds);
}

module.exports = { announcedTimeout, getName, kKeylog, keepSocketAlive, prepareToRest };
