'use strict';
// The socket of a native connection on which TLS is spoken natively: to users a TLSSocket, lazy as the sockets
// of plain connections are. Behind HTTP (an upgrade, CONNECT) it stays what it is, and its stream has what
// TLS carries: a handle of Node's own could not go on with the session.
const { X509Certificate } = require('node:crypto');
const EventEmitter = require('node:events');
const { PassThrough } = require('node:stream');
const { TLSSocket } = require('node:tls');
const { define } = require('../base/define');
const { codes } = require('../base/errors');
const { kTransport } = require('../base/symbols');
const {
  validateBuffer,
  validateFunction,
  validateInteger,
  validateNumber,
  validateObject,
  validateString,
} = require('../base/validate');
const { LazySocket } = require('../socket/lazy-socket');
const { NativeSocket, tellMirrored } = require('../socket/socket');
const native = require('../wire/loop');
const { process } = require('../wire/realm');

const { ERR_TLS_INVALID_STATE, ERR_TLS_RENEGOTIATION_DISABLED, ERR_TLS_SNI_FROM_SERVER } = codes;

/** A complete socket. Made by `materialize` alone. */
function SecureSocket() {}
SecureSocket.prototype = derive(NativeSocket.prototype, TLSSocket.prototype);

/** The same before it is materialized. */
function Lazy(server) {
  LazySocket.call(this, server);
}
Lazy.prototype = derive(LazySocket.prototype, SecureSocket.prototype);
SecureSocket.Lazy = Lazy;
Object.defineProperty(Lazy.prototype, 'complete', {
  __proto__: null,
  value: SecureSocket.prototype,
});

/**
 * Calls a method, which has no effect once the handshake is over, on a socket of Node's without a connection: so the
 * arguments are checked by Node, with Node's errors.
 */
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
  return Object.create(parent, Object.getOwnPropertyDescriptors(prototype));
}

const { prototype } = SecureSocket;
const agreementOf = (socket) => socket[kTransport].agreement();

/** A property that becomes a plain one of the socket's, as in Node, when it is assigned. */
function property(name, get) {
  Object.defineProperty(prototype, name, {
    __proto__: null,
    configurable: true,
    enumerable: true,
    get,
    set(value) {
      Object.defineProperty(this, name, {
        __proto__: null,
        configurable: true,
        enumerable: true,
        value,
        writable: true,
      });
    },
  });
}

property('encrypted', () => true);
property('authorized', () => false);
property('authorizationError', () => null);
property('secureConnecting', function () {
  return !this[kTransport].isSecured;
});
property('_secureEstablished', function () {
  return this[kTransport].isSecured;
});
property('_controlReleased', function () {
  return this[kTransport].isSecured;
});
property('_requestCert', () => false);
property('_rejectUnauthorized', function () {
  return this.server?.rejectUnauthorized;
});
property('ssl', () => null);
property('_tlsOptions', function () {
  return { isServer: true, server: this.server, requestCert: false };
});
property('servername', function () {
  const agreed = agreementOf(this);
  return agreed === null ? null : (agreed.servername ?? false);
});
property('alpnProtocol', function () {
  const agreed = agreementOf(this);
  return agreed === null ? null : (agreed.alpnProtocol?.latin1Slice() ?? false);
});

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
    const inContext =
      context && Buffer.from(context.buffer, context.byteOffset, context.byteLength);
    const bytes = transport.isSecured
      ? native.io.exportKeyingMaterial(transport.id, length, label, inContext)
      : null;
    if (bytes === null) throw new ERR_TLS_INVALID_STATE();
    return bytes;
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
    const isSession = typeof session === 'string' || Buffer.isBuffer(session);
    if (!this.destroyed && !isSession) tryOnNodes(this, 'setSession', [session]);
  },

  // What rustls keeps to itself.
  getEphemeralKeyInfo: () => null,
  getFinished() {},
  getPeerFinished() {},
  getSession() {},
  getSharedSigalgs: () => [],
  getTLSTicket() {},

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
    this.allowHalfOpen = Boolean(this.server?.allowHalfOpen);
    native.io.readRaw(transport.id);
    transport.resumeReading();
  },

  exchangeTransport: () => false,

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

  _read() {
    const transport = this[kTransport];
    if (transport.isSecured && transport.role === null) transport.resumeReading();
  },

  joinHttp() {
    agreementOf(this); // it may be asked for when the connection is gone
    NativeSocket.prototype.joinHttp.call(this);
  },
});

module.exports = { SecureSocket };
