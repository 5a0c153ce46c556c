'use strict';
// Whom a client trusts: the certificates of the option `ca`, or those that Node trusts by itself.
const { X509Certificate, createHash } = require('node:crypto');
const tls = require('node:tls');
const native = require('../wire/loop');
const { leave } = require('./left-to-node');
const { certificatesIn, textOf } = require('./pem');

const BEGIN = /-----BEGIN [^-]*CERTIFICATE-----/g;
/** The most lists of certificates that are kept. */
const KEPT = 16;

/** By what they were made of, the oldest first. */
const trusts = new Map();
/** Those that Node trusts by itself, and the list they were made of. */
let own = { list: undefined, trust: null };

class Trust {
  #objects = null;

  /** `certificates`: in DER. */
  constructor(certificates) {
    this.certificates = certificates;
    this.roots = new native.TlsRoots(certificates);
  }

  /** The same as objects of Node's. */
  objects() {
    this.#objects ??= this.certificates.map((der) => new X509Certificate(der));
    return this.#objects;
  }
}

/** All certificates of a text in PEM, in DER. */
function decode(text) {
  const found = certificatesIn(text, 'ca');
  // One in a form of OpenSSL's own, or none where some were promised.
  if (found.length !== (text.match(BEGIN) ?? []).length) leave('the option ca');
  return found;
}

/** The text that was given last, and what it says: most connections have the same. */
let last = { ca: undefined, trust: null };

/** Those of the option `ca`. */
function trustOf(ca) {
  if (typeof ca !== 'string') return find(ca);
  if (ca !== last.ca) last = { ca, trust: find(ca) };
  return last.trust;
}

function find(ca) {
  const texts = (Array.isArray(ca) ? ca : [ca]).map((value) => textOf(value, 'ca'));
  const hash = createHash('sha256');
  for (const text of texts) hash.update(`${text.length}:`).update(text);
  const key = hash.digest('base64');
  let trust = trusts.get(key);
  if (trust === undefined) {
    trust = new Trust(texts.flatMap(decode));
    if (trusts.size >= KEPT) trusts.delete(trusts.keys().next().value);
    trusts.set(key, trust);
  }
  return trust;
}

/** Node was built to trust the authorities of the system's OpenSSL, which it does not list. */
const trustsAsOpenssl =
  process.config.target_defaults?.defines?.includes('NODE_OPENSSL_CERT_STORE') ?? false;

/** Those that Node trusts where nothing else is said. What it trusts may change, and is another list then. */
function ownTrust() {
  if (trustsAsOpenssl) leave('whom OpenSSL trusts');
  const tellsAll = tls.getCACertificates !== undefined;
  // Node reads it when it starts, and the environment may have changed since.
  if (!tellsAll && process.env.NODE_EXTRA_CA_CERTS) leave('NODE_EXTRA_CA_CERTS is set');
  const list = tellsAll ? tls.getCACertificates('default') : tls.rootCertificates;
  if (own.list !== list) own = { list, trust: new Trust(list.flatMap(decode)) };
  return own.trust;
}

module.exports = { ownTrust, trustOf };
