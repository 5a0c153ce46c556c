'use strict';
// The socket of a native connection on which TLS is spoken natively: to users a TLSSocket, lazy as the sockets
// of plain connections are. Behind HTTP (an upgrade, CONNECT) it stays what it is, and its stream has what
// TLS carries: a handle of Node's own could not go on with the session.
const {
  BufferFrom,
  BufferIsBuffer,
  ObjectCreate,
  ObjectDefineProperty,
  ObjectGetOwnPropertyDescriptors,
  ObjectKeys,
} = require('../base/primordials');
const { X509Certificate } = require('node:crypto');
const EventEmitter = require('node:events');
const { PassThrough } = require('node:stream');
const { TLSSocket } = require('node:tls');
const { define } = require('../base/define');
const {
  ERR_TLS_INVALID_STATE,
  ERR_TLS_RENEGOTIATION_DISABLED,
  ERR_TLS_SNI_FROM_SERVER,
} = require('../base/errors');
const { kTransport } = require('../base/symbols');
const {
  validateBuffer,
  validateFunction,
  validateInteger,
  validateNumber,
  validateObject,
  validateString,
} = require('../base/validate');
const { LazySocket, reserveRoom } = require('../socket/lazy-socket');
const { NativeSocket, tellMirrored } = require('../socket/socket');
const { Context } = require('../node/async-contexts');
const native = require('../wire/loop');
const { process } = require('../wire/realm');
const { opensslError } = require('./tls-errors');

/** With TLS 1.2, key material by labels that begin so is TLS' own (RFC 5705, section 4). */
const OWN_LABELS =
  /^(?:client finished|server finished|master secret|extended master secret|key expansion)/;

/** A complete socket. Made by `materialize` alone. */
function SecureSocket() {}
SecureSocket.prototype = derive(NativeSocket.prototype, TLSSocket.prototype);

/** The same before it is materialized. */
function Lazy(server) {
  LazySocket.call(this, server);
}
Lazy.prototype = derive(LazySocket.prototype, SecureSocket.prototype);
SecureSocket.Lazy = Lazy;
define(Lazy.prototype, { complete: SecureSocket.prototype });

/** Calls a method that has no effect by now on an unconnected socket of Node's, which checks the arguments. */
function tryOnNodes(socket, name, args) {
  const other = new TLSSocket(new PassThrough(), { isServer: !socket[kTransport].isClient });
  other.on('error', () => {});
  try {
    return other[name](...args);
  } finally {
    other.destroy();
  }
}

/** What `prototype` has, on an object that inherits from another one. */
function derive(prototype, parent) {
  return ObjectCreate(parent, ObjectGetOwnPropertyDescriptors(prototype));
}

/**
 * What `tls.Server` listens to on each of its sockets, and programs count. For one of 'error', those whose program
 * listens to none, behind an upgrade for example, do not end the process.
 */
const NODES_LISTENERS = ['close', 'close', 'error', 'secure', '_tlsError'];

function ignore() {}

const { prototype } = SecureSocket;
const agreementOf = (socket) => socket[kTransport].agreement();

/** What is not known while the socket is open, and is not there afterwards. */
function unknown() {
  return this.destroyed ? null : undefined;
}

/** What a socket of Node's has as properties: each is this socket's own once it is assigned. */
const properties = {
  encrypted: () => true,
  authorized: () => false,
  authorizationError: () => null,
  secureConnecting: (socket) => !socket[kTransport].isSecured,
  _secureEstablished: (socket) => socket[kTransport].isSecured,
  _controlReleased: (socket) => socket[kTransport].isSecured,
  _requestCert: () => false,
  _rejectUnauthorized: ({ server }) => server?.rejectUnauthorized,
  _newSessionPending: () => false,
  _securePending: () => false,
  _SNICallback: () => null,
  ssl: () => null,
  _tlsOptions: ({ server }) => ({ isServer: true, server, requestCert: false }),
  servername: (socket) => agreementOf(socket)?.servername ?? null,
  alpnProtocol: (socket) => agreementOf(socket)?.alpnProtocol ?? null,
};
for (const name of ObjectKeys(properties)) {
  const common = { __proto__: null, configurable: true, enumerable: true };
  ObjectDefineProperty(prototype, name, {
    ...common,
    get() {
      return properties[name](this);
    },
    set(value) {
      ObjectDefineProperty(this, name, { ...common, value, writable: true });
    },
  });
}

define(prototype, {
  getProtocol() {
    return this.destroyed ? null : (agreementOf(this)?.protocol ?? null);
  },

  getCipher() {
    const agreed = agreementOf(this);
    if (this.destroyed || agreed === null) return null;
    const { cipher: name, protocol: version, standardCipher: standardName } = agreed;
    return { name, standardName, version };
  },

  isSessionReused() {
    return this.destroyed ? null : (agreementOf(this)?.isResumed ?? false);
  },

  /** Clients are asked for no certificate. */
  getPeerCertificate() {
    return this.destroyed ? null : {};
  },
  getPeerX509Certificate() {},

  getCertificate() {
    return this.getX509Certificate()?.toLegacyObject() ?? null;
  },

  getX509Certificate() {
    const bytes = this.destroyed ? null : this[kTransport].certificate();
    return bytes === null ? undefined : new X509Certificate(bytes);
  },

  exportKeyingMaterial(length, label, context) {
    validateInteger(length, 'length', 1, 2 ** 32 - 1);
    validateString(label, 'label');
    if (context !== undefined) validateBuffer(context, 'context');
    const transport = this[kTransport];
    const protocol = this.getProtocol();
    if (protocol === null) throw new ERR_TLS_INVALID_STATE();
    if (protocol === 'TLSv1.2' && OWN_LABELS.test(label))
      throw opensslError(0x0a00016f, 'tls illegal exporter label');
    const inContext = context && BufferFrom(context.buffer, context.byteOffset, context.byteLength);
    const bytes = native.io.exportKeyingMaterial(transport.id, length, label, inContext);
    if (bytes !== null) return bytes;
    if (transport.isDestroyed) throw new ERR_TLS_INVALID_STATE();
    throw opensslError(0x0a0c0103, 'internal error'); // more than there is
  },

  renegotiate(options, callback) {
    validateObject(options, 'options');
    if (callback !== undefined) validateFunction(callback, 'callback');
    if (this.destroyed) return undefined;
    if (callback) process.nextTick(callback, new ERR_TLS_RENEGOTIATION_DISABLED());
    return false;
  },

  setServername(name) {
    validateString(name, 'name');
    throw new ERR_TLS_SNI_FROM_SERVER();
  },

  setMaxSendFragment(size) {
    validateNumber(size, 'size');
    return false;
  },
  disableRenegotiation() {},
  enableTrace() {},
  setKeyCert(...args) {
    if (!this.destroyed) tryOnNodes(this, 'setKeyCert', args);
  },
  setSession(session) {
    const isSession = typeof session === 'string' || BufferIsBuffer(session);
    if (!this.destroyed && !isSession) tryOnNodes(this, 'setSession', [session]);
  },

  // What rustls keeps to itself.
  getEphemeralKeyInfo: () => null,
  getFinished: unknown,
  getPeerFinished: unknown,
  getSession: unknown,
  getSharedSigalgs() {
    return this.destroyed ? null : [];
  },
  getTLSTicket: unknown,

  listenAsNodes() {
    for (const event of NODES_LISTENERS) this.on(event, ignore);
  },

  // ---- the stream behind HTTP ----

  /** The stream has what arrives from now on; see `SecureTransport`. */
  leaveHttp() {
    const transport = this[kTransport];
    tellMirrored(this, transport);
    this.quitHttp();
    transport.role?.onGone(...transport.traffic());
    transport.role = null;
    transport.receiver = null;
    if (transport.isClosed) return;
    if (transport.isClient) transport.origin = new Context(); // that of the request that asked for it
    this.allowHalfOpen = Boolean(this.server?.allowHalfOpen);
    native.io.readRaw(transport.id);
    transport.resumeReading();
  },

  /** Node's TLS takes a socket without a handle for one that is connecting, and waits. */
  once(event, listener) {
    EventEmitter.prototype.once.call(this, event, listener);
    if (event === 'connect' && this[kTransport].role === null)
      process.nextTick(() => this.emit('connect'));
    return this;
  },

  /** Bytes for the stream: more are read when it wants them. */
  pushMirrored(bytes) {
    if (!this.push(bytes) && this[kTransport].role === null) this[kTransport].pauseReading();
  },
});

const listed = {
  _read() {
    const transport = this[kTransport];
    if (transport.isSecured && transport.role === null) transport.resumeReading();
  },
};
define(prototype, listed, true);
reserveRoom(Lazy);

module.exports = { SecureSocket };
