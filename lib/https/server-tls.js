'use strict';
// Whether the native side can speak the TLS of a server, and what it is told for that. What is not known to be
// the same there is left to Node: all of a server's connections, or, where that depends on the client or
// on who listens, some of them.
const {
  ArrayPrototypeEvery,
  ArrayPrototypeIncludes,
  ArrayPrototypeMap,
  MathMax,
  MathMin,
  SafeSet,
  TypedArrayPrototypeFill,
} = require('../base/primordials');
const { channel } = require('node:diagnostics_channel');
const EventEmitter = require('node:events');
const { kListener, kTransport } = require('../base/symbols');
const { MAX_TIMER } = require('../base/validate');
const { LazySocket } = require('../socket/lazy-socket');
const { _connectionListener } = require('../server/server');
const native = require('../wire/loop');
const { identitiesOf } = require('./certificates');
const { checkProcess, leave, readProtocols, readSuites } = require('./left-to-node');
const { SecureSocket } = require('./secure-socket');
const { SecureTransport } = require('./secure-transport');

const netServerSocket = channel('net.server.socket');
/** Options of servers that have nothing to do with TLS, or mean the same on both sides. */
const SAME = (
  'IncomingMessage ServerResponse connectionsCheckingInterval headersTimeout health ' +
  'httpValidation insecureHTTPParser joinDuplicateHeaders keepAliveTimeout ' +
  'keepAliveTimeoutBuffer maxHeaderSize optimizeEmptyRequests overload ' +
  'rejectNonStandardBodyWrites requestTimeout requireHostHeader ' +
  'shouldUpgradeCallback strictHost uniqueHeaders ' +
  'allowHalfOpen backlog highWaterMark host keepAlive keepAliveInitialDelay noDelay ' +
  'port ALPNProtocols ca cert ciphers ecdhCurve handshakeTimeout honorCipherOrder ' +
  'key maxVersion minVersion passphrase rejectUnauthorized sessionIdContext'
).split(' ');
/** A listener for one of these needs sockets or sessions of Node's TLS. */
const NODES_EVENTS = ['newSession', 'resumeSession', 'keylog', 'OCSPRequest'];

function checkOptions(options) {
  for (const name in options)
    if (options[name] && !ArrayPrototypeIncludes(SAME, name)) leave(`the option ${name}`);
  const { ecdhCurve = 'auto' } = options;
  if (ecdhCurve !== 'auto') leave('the option ecdhCurve');
}

/** What the native side is told of one `addContext`. */
function readContext([name, its]) {
  if (its.context) leave('addContext was given a context');
  for (const key in its)
    if (its[key] && !ArrayPrototypeIncludes(['cert', 'key', 'passphrase'], key))
      leave(`the option ${key} of addContext`);
  return { name, identities: identitiesOf(its) };
}

/** Has `make` made of these contexts what the native side keeps, and overwrites their keys. */
function usingKeys(contexts, make) {
  try {
    return make(contexts);
  } finally {
    for (const { identities } of contexts)
      for (const { key } of identities) TypedArrayPrototypeFill(key, 0);
  }
}

/** All that `for…in` finds; of an object of another class, as Node's contexts, no less. */
function copyOf(options) {
  const copy = { __proto__: null };
  for (const name in options) copy[name] = options[name];
  return copy;
}

class ServerTls {
  // As they were given: programs use such objects again, with other content.
  #options;
  /** Those that `setSecureContext` was given last. */
  #secureOptions;
  /** What `addContext` was given: pairs of a name and options. */
  #named = [];

  constructor(server, options) {
    this.server = server;
    this.#options = copyOf(options);
    this.#secureOptions = this.#options;
    /** Node's listener for 'connection', which puts its TLS on a socket. */
    this.nodeListener = null;
    /** A reason that came up later. */
    this.complaint = null;
    /** What the native side has for it; undefined: it has to be made; null: nothing. */
    this.contexts = undefined;
    this.reason = null;
    /** Transports of connections amid their handshake. */
    this.handshaking = new SafeSet();
  }

  /** `setSecureContext(options)` was called. */
  renew(options) {
    this.#secureOptions = copyOf(options);
    this.change();
  }

  /** `addContext(name, options)` was called. */
  add(name, options) {
    const added = [name, copyOf(options)];
    this.#named.push(added);
    const { contexts } = this;
    // Of the others, of which there may be thousands, nothing has changed.
    if (contexts)
      this.attempt(() => usingKeys([readContext(added)], ([one]) => contexts.with(one)));
    this.server[kListener]?.update();
  }

  /** The server uses what only Node has. */
  leave(reason) {
    this.complaint ??= reason;
    this.change();
  }

  change() {
    this.contexts = undefined;
    this.server[kListener]?.update();
  }

  /** What the native side speaks TLS with; null if it cannot. */
  prepare() {
    if (this.contexts === undefined) this.attempt(() => this.make());
    return this.contexts;
  }

  attempt(make) {
    this.contexts = null;
    this.reason = null;
    try {
      this.contexts = make();
    } catch (error) {
      this.reason = error.message;
    }
  }

  make() {
    const { server } = this;
    const [options, secureOptions] = [this.#options, this.#secureOptions];
    checkProcess(false);
    if (this.complaint !== null) leave(this.complaint);
    checkOptions(options);
    if (secureOptions !== options) checkOptions(secureOptions);
    if (server.requestCert) leave('the option requestCert');
    const contexts = [
      { identities: identitiesOf(secureOptions) },
      ...ArrayPrototypeMap(this.#named, readContext),
    ];
    return usingKeys(contexts, () => new native.TlsContexts(this.parameters(contexts)));
  }

  parameters(contexts) {
    const { server } = this;
    const [options, secureOptions] = [this.#options, this.#secureOptions];
    return {
      contexts,
      protocols: readProtocols(server.ALPNProtocols ?? []),
      ...readSuites(secureOptions),
      honorsOwnOrder: server.honorCipherOrder,
      handshakeTimeout: MathMin(MathMax(options.handshakeTimeout || 120_000, 0), MAX_TIMER),
    };
  }

  /** Whether there is no listener that needs Node's TLS. */
  isUnwatched() {
    const { nodeListener, server } = this;
    const { _events: events } = server;
    return (
      events.connection === nodeListener &&
      ArrayPrototypeIncludes(server.listeners('secureConnection'), _connectionListener) &&
      server.emit === EventEmitter.prototype.emit &&
      ArrayPrototypeEvery(NODES_EVENTS, (event) => events[event] === undefined) &&
      !netServerSocket.hasSubscribers
    );
  }

  /** Whether the server's connections may be accepted natively. */
  isPossible() {
    return this.isUnwatched() && this.prepare() !== null;
  }

  /** Tells the native side who speaks TLS on the connections that come now. */
  tell(listenerId) {
    native.io.secure(listenerId, this.isUnwatched() ? this.prepare() : null);
  }

  /** `{ tls, tlsReason }` as `stats()` tells them. */
  stats(isListeningNatively) {
    const isNative = this.isPossible() && isListeningNatively;
    if (isNative) return { tls: 'native', tlsReason: null };
    const watched = this.isUnwatched() ? null : 'somebody listens for what only Node has';
    const late = this.server.listening
      ? 'it was so when the server began to listen'
      : 'the server does not listen';
    return {
      tls: 'node',
      tlsReason: watched ?? this.reason ?? (isListeningNatively ? null : late),
    };
  }

  // ---- connections ----

  /** The transport of a connection that was accepted. */
  open(server, id) {
    const transport = new SecureTransport(id, new SecureSocket.Lazy(server), this);
    this.handshaking.add(transport);
    return transport;
  }

  /** The sockets on which a handshake is under way. */
  handshakes() {
    return ArrayPrototypeMap([...this.handshaking], ({ socket }) => socket);
  }

  /** Lets Node speak TLS on a connection from which only these bytes, if any, were read. */
  leaveToNode(transport, bytes) {
    const { server } = this;
    this.handshaking.delete(transport);
    const socket = new LazySocket(server);
    socket[kTransport] = transport;
    transport.socket = socket;
    socket.leaveHttp();
    if (socket.destroyed || !socket._handle) return;
    socket.allowHalfOpen = Boolean(server.allowHalfOpen);
    if (bytes !== undefined) socket.unshift(bytes);
    server.emit('connection', socket);
    if (netServerSocket.hasSubscribers) netServerSocket.publish({ socket });
  }
}

module.exports = { NODES_EVENTS, ServerTls };
