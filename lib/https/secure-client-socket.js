'use strict';
// The socket of a client's native connection on which TLS is spoken natively. It was made by Node's `tls.connect`,
// with its state of a TLSSocket; its prototype answers what Node would ask its handle.
const {
  ArrayPrototypeFind,
  ObjectCreate,
  ObjectDefineProperty,
  ObjectGetOwnPropertyDescriptor,
  ObjectGetOwnPropertyDescriptors,
  ReflectApply,
  SafeMap,
} = require('../base/primordials');
const { define } = require('../base/define');
const { kTransport } = require('../base/symbols');
const { validateString } = require('../base/validate');
const { major } = require('../node/runtime');
const { ClientSocket } = require('../socket/client-socket');
const { SecureSocket } = require('./secure-socket');

/** Made of a connected TLSSocket alone. */
function SecureClientSocket() {}
SecureClientSocket.prototype = ObjectCreate(
  SecureSocket.prototype,
  ObjectGetOwnPropertyDescriptors(ClientSocket.prototype),
);
const { prototype } = SecureClientSocket;
const { pushMirrored: pushToReaders } = ClientSocket.prototype;
const { pushMirrored: pushToStream } = SecureSocket.prototype;
const handleOf = ObjectGetOwnPropertyDescriptor(SecureSocket.prototype, '_handle');

/** Node's OpenSSL tells of groups that are no curves. */
const namesGroups = major >= 24;
/** The groups as OpenSSL names them, and their bits. */
const CURVES = {
  __proto__: null,
  X25519: ['X25519', 253],
  secp256r1: ['prime256v1', 256],
  secp384r1: ['secp384r1', 384],
};

const issuerOf = (certificate, others) =>
  ArrayPrototypeFind(others, (one) => certificate.checkIssued(one));

define(prototype, {
  getPeerCertificate(detailed) {
    if (this.destroyed) return null;
    const { certificates: chain, dial } = this[kTransport];
    if (chain.length === 0) return {};
    const first = chain[0].toLegacyObject();
    if (!detailed) return first;
    const seen = new SafeMap([[chain[0].fingerprint256, first]]);
    let [certificate] = chain;
    for (let its = first; ; its = its.issuerCertificate) {
      const issuer =
        issuerOf(certificate, chain) ?? issuerOf(certificate, dial.client.trust.objects());
      if (issuer === undefined) return first;
      const known = seen.get(issuer.fingerprint256);
      its.issuerCertificate = known ?? issuer.toLegacyObject();
      if (known !== undefined) return first;
      seen.set(issuer.fingerprint256, its.issuerCertificate);
      certificate = issuer;
    }
  },

  getPeerX509Certificate() {
    if (this.destroyed) return undefined;
    const { certificates: chain } = this[kTransport];
    // Node's have the one that was shown next as their issuer.
    for (let i = 1; i < chain.length; i++)
      ObjectDefineProperty(chain[i - 1], 'issuerCertificate', { __proto__: null, value: chain[i] });
    return chain[0];
  },

  // No certificate is shown to the server.
  getCertificate() {
    return this.destroyed ? null : {};
  },
  getX509Certificate() {},

  getEphemeralKeyInfo() {
    if (this.destroyed) return null;
    const group = this[kTransport].agreement()?.group ?? '';
    if (group in CURVES) {
      const [name, size] = CURVES[group];
      return { type: 'ECDH', name, size };
    }
    return namesGroups && group !== '' ? { type: 'TLSGroup', name: group, size: undefined } : {};
  },

  /** It has been asked for. */
  setServername(name) {
    validateString(name, 'name');
  },

  pushMirrored(bytes) {
    const isHttp = this[kTransport].role !== null;
    ReflectApply(isHttp ? pushToReaders : pushToStream, this, [bytes]);
  },
});

/** While Node's own code finishes the handshake, it asks a handle; see `SecureClientTransport`. */
ObjectDefineProperty(prototype, '_handle', {
  ...handleOf,
  get() {
    return this[kTransport]?.answers ?? ReflectApply(handleOf.get, this, []);
  },
});

module.exports = { SecureClientSocket };
