'use strict';
// Whether the native side can speak the TLS of an agent's connection, and what it is told for that. What is not known
// to be the same there is left to Node. A connection is dialled by Node's `tls.connect` either way: what its options
// lack, and what goes wrong until it is connected, is told by Node. In the moment in which TLS would begin, it is
// decided who speaks it.
const {
  ArrayPrototypeConcat,
  ArrayPrototypeEvery,
  ArrayPrototypeMap,
  BufferAlloc,
  BufferPrototypeLatin1Slice,
  JSONStringify,
  ObjectGetOwnPropertyNames,
  ObjectGetPrototypeOf,
  ObjectHasOwn,
  SafeMap,
} = require('../base/primordials');
const { isIP } = require('node:net');
const tls = require('node:tls');
const { kDial } = require('../base/symbols');
const native = require('../wire/loop');
const { now } = require('../wire/realm');
const { ownTrust, trustOf } = require('./certificates');
const { checkProcess, leave, readProtocols, readSuites } = require('./left-to-node');
const { SecureClientSocket } = require('./secure-client-socket');
const { SecureClientTransport } = require('./secure-client-transport');

const { TLSSocket, checkServerIdentity, connect, createSecureContext } = tls;

/** Options with which a client's TLS is Node's: all that Node's TLS knows and that are not `SAME`. */
const NODES = (
  'allowPartialTrustChain cert certificateCompression clientCertEngine context ' +
  'credentials crl dhparam enableTrace isServer key onread passphrase pfx pipe ' +
  'privateKeyEngine privateKeyIdentifier pskCallback pskIdentityHint requestOCSP ' +
  'secureContext secureOptions secureProtocol server session sessionTimeout sigalgs ' +
  'socket ticketKeys ALPNCallback SNICallback handshakeTimeout pauseOnConnect'
).split(' ');
/** Options of TLS that mean the same on both sides, or nothing to a client's TLS of the native side. */
const SAME = (
  'ALPNProtocols allowHalfOpen ca checkServerIdentity ciphers ecdhCurve ' +
  'highWaterMark honorCipherOrder keepAlive keepAliveInitialDelay maxVersion ' +
  'minDHSize minVersion noDelay rejectUnauthorized requestCert servername ' +
  'sessionIdContext signal singleUse timeout'
).split(' ');
/** A listener for one of these needs a socket of Node's TLS. */
const NODES_EVENTS = ['keylog', 'OCSPResponse'];
/** Milliseconds for which a server is left to Node with which the native side could not go on. */
const LEFT_FOR = 600_000;
/** The same for one that Node could not go on with, either. */
const FAILED_FOR = 30_000;
/** The most servers of an agent that are kept. */
const KNOWN = 1000;

/** A name that may be asked for, and that is the same for OpenSSL and for rustls. */
const NAME =
  /^(?=.{1,253}$)(?:[a-z\d_](?:[a-z\d_-]{0,61}[a-z\d_])?\.)*[a-z\d_](?:[a-z\d_-]{0,61}[a-z\d_])?$/i;

function checkOptions(options) {
  for (const name of NODES) if (options[name]) leave(`the option ${name}`);
  // Even null keeps Node from resuming one that it has.
  if ('session' in options) leave('the option session');
  const { checkServerIdentity: check, ecdhCurve = 'auto', servername } = options;
  if (check !== undefined && check !== checkServerIdentity) leave('the option checkServerIdentity');
  if (ecdhCurve !== 'auto') leave('the option ecdhCurve');
  if (servername && (isIP(servername) || !NAME.test(servername))) leave('the option servername');
}

function checkModule() {
  const { prototype } = TLSSocket;
  const isOriginal =
    tls.connect === connect &&
    tls.createSecureContext === createSecureContext &&
    tls.TLSSocket === TLSSocket &&
    ArrayPrototypeEvery(METHODS, ([name, method]) => prototype[name] === method);
  if (!isOriginal) leave('somebody has changed node:tls');
}

/** What may be chosen by ALPN, in its own form. */
function protocolsOf({ ALPNProtocols }) {
  const target = {};
  if (ALPNProtocols) tls.convertALPNProtocols(ALPNProtocols, target);
  return target.ALPNProtocols ?? BufferAlloc(0);
}

/** Methods of Node's that the native side calls or replaces. If a program has changed one, TLS is left to Node. */
const METHODS = ArrayPrototypeMap(
  ArrayPrototypeConcat(ObjectGetOwnPropertyNames(TLSSocket.prototype), 'emit'),
  (name) => [name, TLSSocket.prototype[name]],
);

/** Puts an entry into a map, which keeps the newest. */
function keep(map, key, value, limit = KNOWN) {
  map.delete(key);
  map.set(key, value);
  while (map.size > limit) map.delete(map.keys().next().value);
}

class ClientTls {
  constructor(agent) {
    this.agent = agent;
    /** By the agent's key and the protocols: what the native side has for it. */
    this.clients = new SafeMap();
    /** By the agent's key: why its servers are left to Node, and until when. */
    this.left = new SafeMap();
    /** Of the connection that was begun last. */
    this.last = { tls: null, tlsReason: null };
  }

  /** How a connection may be made natively, or null. `remembers`: the agent listens for its sessions. */
  dial(options, remembers) {
    try {
      return new Dial(this, options, this.clientFor(options), remembers);
    } catch (error) {
      this.note('node', error.message);
      return null;
    }
  }

  note(who, reason) {
    this.last = { tls: who, tlsReason: reason };
  }

  clientFor(options) {
    const { _agentKey: name } = options;
    if (name === undefined) leave("the connection is not the pool's");
    checkProcess(true);
    checkModule();
    checkOptions(options);
    const left = this.left.get(name);
    if (left !== undefined) {
      if (now() < left.until) leave(left.reason);
      this.left.delete(name);
    }
    const trust = options.ca ? trustOf(options.ca) : ownTrust();
    const { servername = '' } = options;
    const ciphers = options.ciphers || tls.DEFAULT_CIPHERS;
    const minVersion = options.minVersion || tls.DEFAULT_MIN_VERSION;
    const maxVersion = options.maxVersion || tls.DEFAULT_MAX_VERSION;
    const protocols = protocolsOf(options);
    // The agent's key alone does not say which options it was made of.
    const parts = [
      name,
      servername,
      BufferPrototypeLatin1Slice(protocols),
      ciphers,
      minVersion,
      maxVersion,
    ];
    const key = JSONStringify(parts);
    const known = this.clients.get(key);
    if (known?.trust === trust) return known;
    const { maxCachedSessions } = this.agent;
    const parameters = {
      protocols: readProtocols(protocols),
      ...readSuites({ ciphers, maxVersion, minVersion }),
      servername: servername || undefined,
      resumes: maxCachedSessions !== 0,
    };
    const context = new native.TlsClient(parameters, trust.roots);
    // Made once: it is only needed where Node goes on.
    const client = { key, name, trust, context, secureContext: createSecureContext(options) };
    keep(this.clients, key, client, maxCachedSessions > 0 ? maxCachedSessions : KNOWN);
    return client;
  }

  /** A connection with this key of the agent's has failed: its sessions are not resumed any more. */
  forget(name) {
    for (const [key, client] of this.clients) if (client.name === name) this.clients.delete(key);
  }

  /** The native side could not go on with a server: Node does, for a while; a shorter one if it could not, either. */
  leave(client, reason, isServed) {
    keep(this.left, client.name, { reason, until: now() + (isServed ? LEFT_FOR : FAILED_FOR) });
    this.note('node', reason);
  }
}

/** A connection that is being made, and what it will be. On the socket under `kDial`. */
class Dial {
  constructor(clientTls, options, client, remembers) {
    this.clientTls = clientTls;
    this.remembers = remembers;
    this.options = options;
    this.client = client;
    /** Of a socket that may become native. */
    this.prototype = TLSSocket.prototype;
    /** Of one that has. */
    this.complete = SecureClientSocket.prototype;
    /** Node has begun to speak TLS. */
    this.hasBegun = false;
  }

  merge(options) {
    return { ...options, secureContext: this.client.secureContext };
  }

  follow(socket) {
    if (ObjectGetPrototypeOf(socket) !== TLSSocket.prototype) {
      this.clientTls.note('node', 'the socket is another');
      return;
    }
    socket[kDial] = this;
    // Behind those that were there before comes Node's, with which its TLS begins.
    socket.once('connect', () => {
      this.hasBegun = true;
    });
    this.clientTls.note('native', null);
  }

  /** In the moment of 'connect': whether the native side goes on. */
  fits(socket) {
    const { options, clientTls } = this;
    const sessions = this.remembers ? 1 : 0;
    const fits =
      !this.hasBegun &&
      socket.secureConnecting === true &&
      socket.listenerCount('session') === sessions &&
      ArrayPrototypeEvery(NODES_EVENTS, (event) => socket.listenerCount(event) === 0) &&
      !ObjectHasOwn(socket, 'emit') &&
      (socket._handle.getServername() || undefined) === (options.servername || undefined);
    if (!fits) clientTls.note('node', 'somebody uses what only Node has');
    return fits;
  }

  adopt(fd, settings, flags) {
    return native.start().adoptClient(fd, settings, flags, this.client.context);
  }

  transport(id, socket) {
    return new SecureClientTransport(id, socket, this);
  }
}

module.exports = { ClientTls, NODES, SAME };
