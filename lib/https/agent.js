'use strict';
// https.Agent: an agent whose connections are TLS sockets of Node's, with a cache of their sessions.
const {
  ArrayIsArray,
  ArrayPrototypeFindIndex,
  ArrayPrototypeIndexOf,
  ArrayPrototypeJoin,
  ArrayPrototypeMap,
  ArrayPrototypeSlice,
  ArrayPrototypeSplice,
  JSONStringify,
  ObjectDefineProperty,
  ObjectSetPrototypeOf,
} = require('../base/primordials');
const tls = require('node:tls');
const { Agent: HttpAgent } = require('../client/agent');
const { usesProxy } = require('../client/proxy');
const { define } = require('../base/define');
const { kProxyConfig, kSecurity, kUnmergedKey } = require('../base/symbols');
const { ClientTls } = require('./client-tls');
const { connectThroughProxy } = require('./tunnel');

const { stats: agentStats } = HttpAgent.prototype;

/** On options, and on sockets made with them: the check of the server's name is the request's own. */
const kOwnCheck = Symbol('rust-http.ownCheckServerIdentity');

/** A pool of connections over TLS. Callable without `new`, as in Node. */
function Agent(options) {
  if (!(this instanceof Agent)) return new Agent(options);
  options = { __proto__: null, ...options };
  options.defaultPort ??= 443;
  options.protocol ??= 'https:';
  HttpAgent.call(this, options);
  const { maxCachedSessions } = this.options;
  this.maxCachedSessions = maxCachedSessions === undefined ? 100 : maxCachedSessions;
  // In this shape, because other packages' agents borrow the methods below and make it themselves.
  this._sessionCache = { map: {}, list: [] };
}
ObjectSetPrototypeOf(Agent.prototype, HttpAgent.prototype);
ObjectSetPrototypeOf(Agent, HttpAgent);

const isObject = (value) => value !== null && typeof value === 'object';

/** The arguments of `createConnection`: `([port][, host][, options][, callback])`. */
function readArguments(args) {
  const at = ArrayPrototypeFindIndex(ArrayPrototypeSlice(args, 0, 3), isObject);
  const last = args[args.length - 1];
  const callback = typeof last === 'function' ? last : undefined;
  if (at === 0) return [args[0], callback];
  const options = { ...args[at] };
  if (typeof args[0] === 'number') options.port = args[0];
  if (typeof args[1] === 'string') options.host = args[1];
  return [options, callback];
}

/** Makes a connection; with a proxy for this host, returns the socket to that, and tells `callback` of the other. */
Agent.prototype.createConnection = function createConnection(...args) {
  let [options, callback] = readArguments(args);
  const asked = options;
  const remembers = remembersSessions(options);
  const session = remembers ? this._getSession(options._agentKey) : undefined;
  if (session) options = { session, ...options };
  if (mustTunnel(this, options)) {
    securityOf(this).note('node', 'the connection goes through a proxy');
    return connectThroughProxy(this, options, (error, socket) => {
      if (!error) follow(this, options, socket);
      callback?.(error, socket);
    });
  }
  const dial = securityOf(this).dial(asked, remembers);
  const socket = tls.connect(dial?.merge(options) ?? options);
  follow(this, options, socket);
  dial?.follow(socket);
  return socket;
};

/** Who speaks TLS on the connections of an agent, which may be another package's that borrows our method. */
function securityOf(agent) {
  if (agent[kSecurity] === undefined)
    ObjectDefineProperty(agent, kSecurity, { __proto__: null, value: new ClientTls(agent) });
  return agent[kSecurity];
}

function mustTunnel(agent, options) {
  if ((options.protocol || agent.protocol) !== 'https:') return false;
  return usesProxy(agent[kProxyConfig], options);
}

/** A session that was begun under one check of the server's name is no good for another. */
function remembersSessions(options) {
  return Boolean(options._agentKey) && !options[kOwnCheck];
}

/** Keeps the sessions of a new socket for the next one, and forgets them when it fails. */
function follow(agent, options, socket) {
  if (options[kOwnCheck]) socket[kOwnCheck] = true;
  if (!remembersSessions(options)) return;
  const { _agentKey: key } = options;
  socket.on('session', (session) => agent._cacheSession(key, session));
  socket.once('close', (failed) => {
    if (!failed) return;
    agent._evictSession(key);
    securityOf(agent).forget(key);
  });
}

Agent.prototype.keepSocketAlive = function keepSocketAlive(socket) {
  return !socket[kOwnCheck] && HttpAgent.prototype.keepSocketAlive.call(this, socket);
};

/** As those of http.Agent, and who speaks the TLS of the connection that was begun last. */
define(Agent.prototype, {
  stats() {
    return { ...agentStats.call(this), ...securityOf(this).last };
  },
});

const ifTrue = (value) => value || '';
const ifDefined = (value) => (value === undefined ? '' : value);

/** What of the options tells connections of one server apart, in Node's order. */
const DISTINCTIONS = [
  ['ca', ifTrue],
  ['cert', ifTrue],
  ['clientCertEngine', ifTrue],
  ['ciphers', ifTrue],
  ['key', ifTrue],
  ['pfx', (pfx, { passphrase }) => nameOfPfx(pfx, passphrase)],
  ['rejectUnauthorized', ifDefined],
  ['servername', (name, { host }) => (name && name !== host ? name : '')],
  ['minVersion', ifTrue],
  ['maxVersion', ifTrue],
  ['secureProtocol', ifTrue],
  ['crl', ifTrue],
  ['honorCipherOrder', ifDefined],
  ['ecdhCurve', ifTrue],
  ['dhparam', ifTrue],
  ['secureOptions', ifDefined],
  ['sessionIdContext', ifTrue],
  ['sigalgs', (value) => (value ? JSONStringify(value) : '')],
  ['privateKeyIdentifier', ifTrue],
  ['privateKeyEngine', ifTrue],
];

function nameOfPfx(pfx, passphrase) {
  if (!ArrayIsArray(pfx)) return pfx || '';
  return ArrayPrototypeJoin(
    ArrayPrototypeMap(pfx, (one) => `:${one?.buf || one}:${one?.passphrase || passphrase}`),
    '',
  );
}

/** All options that a key is made of. */
const PARTS = [
  ...['host', 'port', 'localAddress', 'family', 'socketPath', 'passphrase', kOwnCheck],
  ...ArrayPrototypeMap(DISTINCTIONS, ([option]) => option),
];
/** The values that the last key was made of, all of them primitives, and it: most requests go where the one before went. */
const lastParts = new Array(PARTS.length);
let lastName;

function isLastName(options) {
  if (lastName === undefined) return false;
  for (let i = 0; i < PARTS.length; i++) if (options[PARTS[i]] !== lastParts[i]) return false;
  return true;
}

function keepName(options, name) {
  lastName = undefined;
  for (let i = 0; i < PARTS.length; i++) {
    const value = options[PARTS[i]];
    // Its content may be another one the next time.
    if (isObject(value)) return;
    lastParts[i] = value;
  }
  lastName = name;
}

/** The key under which connections with these options are kept. */
Agent.prototype.getName = function getName(options = {}) {
  if (isLastName(options)) return lastName;
  let name = HttpAgent.prototype.getName.call(this, options);
  for (const [option, nameOf] of DISTINCTIONS) name += `:${nameOf(options[option], options)}`;
  if (options[kOwnCheck]) name += `:${options[kOwnCheck]}`;
  keepName(options, name);
  return name;
};

/** The same for options that are not merged with the agent's, if it is the key that was made last; else undefined. */
Agent.prototype.getName[kUnmergedKey] = function keyOfRequest(
  { options: own },
  options,
  req,
  serverName,
) {
  if (lastName === undefined) return undefined;
  for (let i = 0; i < PARTS.length; i++) {
    const part = PARTS[i];
    let value = part in own ? own[part] : options[part];
    if (part === 'servername' && !value && value !== '')
      value = serverName('host' in own ? own : options, req);
    if (value !== lastParts[i]) return undefined;
  }
  return lastName;
};

/** The session to resume for connections of this key; undefined if there is none. */
Agent.prototype._getSession = function _getSession(key) {
  return this._sessionCache.map[key];
};

/** Keeps a session; of more than `maxCachedSessions` the one that was kept first is forgotten. */
Agent.prototype._cacheSession = function _cacheSession(key, session) {
  const { list, map } = this._sessionCache;
  if (this.maxCachedSessions === 0) return;
  if (!map[key]) {
    if (list.length >= this.maxCachedSessions) this._evictSession(list[0]);
    list.push(key);
  }
  map[key] = session;
};

Agent.prototype._evictSession = function _evictSession(key) {
  const { list, map } = this._sessionCache;
  const at = ArrayPrototypeIndexOf(list, key);
  if (at === -1) return;
  ArrayPrototypeSplice(list, at, 1);
  delete map[key];
};

module.exports = { Agent, kOwnCheck };
