'use strict';
// https.Agent: an agent whose connections are TLS sockets of Node's, with a cache of their sessions.
const {
  ArrayIsArray,
  ArrayPrototypeFindIndex,
  ArrayPrototypeJoin,
  ArrayPrototypeMap,
  ArrayPrototypeSlice,
  ObjectDefineProperty,
  ObjectSetPrototypeOf,
} = require('../base/primordials');
const tls = require('node:tls');
const { Agent: HttpAgent } = require('../client/agent');
const { usesProxy } = require('../client/proxy');
const { define } = require('../base/define');
const host = require('../node/https');
const { kProxyConfig, kUnmergedKey } = require('../base/symbols');
const { ClientTls } = require('./client-tls');
const { connectThroughProxy } = require('./tunnel');

const { stats: agentStats } = HttpAgent.prototype;
/** The methods of Node's agent. */
const nodes = host.Agent.prototype;

/** On agents: who speaks TLS on their connections. */
const kClientTls = Symbol('rust-http.clientTls');
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
    clientTlsOf(this).note('node', 'the connection goes through a proxy');
    return connectThroughProxy(this, options, (error, socket) => {
      if (!error) follow(this, options, socket);
      callback?.(error, socket);
    });
  }
  const dial = clientTlsOf(this).dial(asked, remembers);
  const socket = tls.connect(dial?.merge(options) ?? options);
  follow(this, options, socket);
  dial?.follow(socket);
  return socket;
};

/** The TLS of an agent, which may be another package's that borrows our method. */
function clientTlsOf(agent) {
  if (agent[kClientTls] === undefined)
    ObjectDefineProperty(agent, kClientTls, { __proto__: null, value: new ClientTls(agent) });
  return agent[kClientTls];
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
    clientTlsOf(agent).forget(key);
  });
}

Agent.prototype.keepSocketAlive = function keepSocketAlive(socket) {
  return !socket[kOwnCheck] && HttpAgent.prototype.keepSocketAlive.call(this, socket);
};

/** As those of http.Agent, and who speaks the TLS of the connection that was begun last. */
define(Agent.prototype, {
  stats() {
    return { ...agentStats.call(this), ...clientTlsOf(this).last };
  },
});

/** Older hosts do not tell bundles in an array apart. */
function nameOfPfx(pfx, passphrase) {
  return ArrayPrototypeJoin(
    ArrayPrototypeMap(pfx, (one) => `:${one?.buf || one}:${one?.passphrase || passphrase}`),
    '',
  );
}

/** All options that a key is made of. */
const PARTS = [
  ...'host port localAddress family socketPath servername rejectUnauthorized'.split(' '),
  ...'ca cert key pfx passphrase crl ciphers sigalgs ecdhCurve dhparam'.split(' '),
  ...'minVersion maxVersion secureProtocol secureOptions honorCipherOrder'.split(' '),
  ...'clientCertEngine privateKeyEngine privateKeyIdentifier sessionIdContext'.split(' '),
  kOwnCheck,
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
  const { passphrase, pfx } = options;
  const told = ArrayIsArray(pfx) ? { ...options, pfx: nameOfPfx(pfx, passphrase) } : options;
  let name = nodes.getName.call(this, told);
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

// The cache of sessions is Node's.
for (const name of ['_getSession', '_cacheSession', '_evictSession'])
  Agent.prototype[name] = nodes[name];

module.exports = { Agent, kOwnCheck };
