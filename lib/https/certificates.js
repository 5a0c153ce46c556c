'use strict';
// Certificates and private keys, in any form that Node's TLS takes, as DER: what a server shows, and whom a client
// trusts.
const {
  ArrayBufferIsView,
  ArrayIsArray,
  ArrayPrototypeFilter,
  ArrayPrototypeFind,
  ArrayPrototypeFlat,
  ArrayPrototypeFlatMap,
  ArrayPrototypeIncludes,
  ArrayPrototypeMap,
  ArrayPrototypeReverse,
  BufferFrom,
  BufferPrototypeLatin1Slice,
  SafeMap,
  SafeSet,
} = require('../base/primordials');
const { X509Certificate, createHash, createPrivateKey } = require('node:crypto');
const fs = require('node:fs');
const tls = require('node:tls');
const { flags } = require('../node/runtime');
const native = require('../wire/loop');
const { leave } = require('./left-to-node');

/** One in PEM as OpenSSL reads it: each line from its beginning on. */
const CERTIFICATE =
  /(?<![^\n])-----BEGIN (X509 )?CERTIFICATE-----[\t\r ]*\n((?:[A-Za-z\d+/]+[\t\r ]*\n)*[A-Za-z\d+/]+={0,2}[\t\r ]*\n)-----END \1CERTIFICATE-----(?=[\t\r ]*(?:\n|$))/g;
/** What may be one, in this form or another. */
const BEGIN = /-----BEGIN [^-]*CERTIFICATE-----/g;

/** The text of an option's value, which is one, or bytes. */
function textOf(value, option) {
  if (typeof value === 'string') return value;
  if (ArrayBufferIsView(value))
    return BufferPrototypeLatin1Slice(BufferFrom(value.buffer, value.byteOffset, value.byteLength));
  return leave(`the option ${option}`);
}

/** The certificates of an option's text, in DER. One that cannot be read, OpenSSL may see otherwise. */
function certificatesIn(text, option) {
  const found = [];
  CERTIFICATE.lastIndex = 0;
  for (let match; (match = CERTIFICATE.exec(text)) !== null; )
    found.push(BufferFrom(match[2], 'base64'));
  BEGIN.lastIndex = 0;
  let promised = 0;
  while (BEGIN.test(text)) promised++;
  if (found.length !== promised) leave(`the option ${option}`);
  return found;
}

// ---- what a server shows ----

const listOf = (value) => (ArrayIsArray(value) ? ArrayPrototypeFlat(value) : [value]);
const objectsOf = (certificates) =>
  ArrayPrototypeMap(certificates, (der) => new X509Certificate(der));
const certificatesOf = (value, option) => objectsOf(certificatesIn(textOf(value, option), option));

const hasIssued = (issuer, certificate) =>
  certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);

/** As OpenSSL does with a certificate that comes alone: those that have issued it, as far as they are known. */
function complete(chain, authorities) {
  for (;;) {
    const last = chain[chain.length - 1];
    const issuer = hasIssued(last, last)
      ? undefined
      : ArrayPrototypeFind(authorities, (one) => hasIssued(one, last));
    if (issuer === undefined || chain.length > authorities.length) return;
    chain.push(issuer);
  }
}

/** Those that the process was told of, and what they were made of: there may be hundreds. */
let told = { source: null, certificates: [] };

/** The authorities that the process was told of: those that Node comes with issue no server's certificate. */
function ownAuthorities() {
  const tellsAll = tls.getCACertificates !== undefined;
  if (!tellsAll && /--use-(?:openssl|system)-ca/.test(flags()))
    throw new Error('a certificate may have issuers that only Node knows');
  const source = tellsAll ? tls.getCACertificates('default') : process.env.NODE_EXTRA_CA_CERTS;
  if (told.source !== source) {
    const bundled = new SafeSet(tls.rootCertificates);
    const texts = tellsAll
      ? ArrayPrototypeFilter(source, (pem) => !bundled.has(pem))
      : readExtra(source);
    told = { source, certificates: authoritiesIn(texts) };
  }
  return told.certificates;
}

const authoritiesIn = (texts) => ArrayPrototypeFlatMap(texts, (text) => certificatesOf(text, 'ca'));
const authoritiesOf = (ca) => (ca ? authoritiesIn(listOf(ca)) : ownAuthorities());

/** A file that cannot be read, Node has warned of. */
function readExtra(file) {
  try {
    return file ? [fs.readFileSync(file)] : [];
  } catch {
    return [];
  }
}

/**
 * `[{ key, chain }]`: each certificate of these options, with those that stand behind it in its text, and
 * the key that belongs to it, in PKCS #8. Those that were given last come first: with OpenSSL, too, they
 * stand in for others of their kind. The caller overwrites the keys when he has used them. Throws if
 * something is missing.
 */
function identitiesOf({ ca, cert, key, passphrase }) {
  if (!cert || !key) throw new Error('there is no certificate, or no key');
  const keys = ArrayPrototypeMap(listOf(key), (one) =>
    createPrivateKey({ key: one.pem ?? one, passphrase: one.passphrase ?? passphrase }),
  );
  const identities = ArrayPrototypeMap(listOf(cert), (text) => {
    const chain = certificatesOf(text, 'cert');
    if (chain.length === 1 && !hasIssued(chain[0], chain[0])) complete(chain, authoritiesOf(ca));
    const own = ArrayPrototypeFind(keys, (candidate) => chain[0]?.checkPrivateKey(candidate));
    if (own === undefined) throw new Error('there is a certificate without a key');
    return {
      key: own.export({ format: 'der', type: 'pkcs8' }),
      chain: ArrayPrototypeMap(chain, ({ raw }) => raw),
    };
  });
  return ArrayPrototypeReverse(identities);
}

// ---- whom a client trusts ----

/** The most lists of certificates that are kept. */
const KEPT = 16;

/** By what they were made of, the oldest first. */
const trusts = new SafeMap();
/** Those that Node trusts by itself, and the list they were made of. */
let own = { list: undefined, trust: null };

class Trust {
  #objects;

  /** `certificates`: in DER; `objects`: the same as objects of Node's, if they are there. */
  constructor(certificates, objects = null) {
    this.certificates = certificates;
    this.#objects = objects;
    this.roots = new native.TlsRoots(certificates);
  }

  objects() {
    this.#objects ??= objectsOf(this.certificates);
    return this.#objects;
  }
}

const decode = (text) => certificatesIn(text, 'ca');

/** The text that was given last, and what it says: most connections have the same. */
let last = { ca: undefined, trust: null };

/** Those of the option `ca`. */
function trustOf(ca) {
  if (typeof ca !== 'string') return find(ca);
  if (ca !== last.ca) last = { ca, trust: find(ca) };
  return last.trust;
}

function find(ca) {
  const texts = ArrayPrototypeMap(ArrayIsArray(ca) ? ca : [ca], (value) => textOf(value, 'ca'));
  const hash = createHash('sha256');
  for (const text of texts) hash.update(`${text.length}:`).update(text);
  const key = hash.digest('base64');
  let trust = trusts.get(key);
  if (trust === undefined) {
    const certificates = ArrayPrototypeFlatMap(texts, decode);
    // Behind one that it cannot read, OpenSSL reads no more: that throws here.
    trust = new Trust(certificates, objectsOf(certificates));
    if (trusts.size >= KEPT) trusts.delete(trusts.keys().next().value);
    trusts.set(key, trust);
  }
  return trust;
}

/** Node was built to trust the authorities of the system's OpenSSL, which it does not list. */
const trustsAsOpenssl = ArrayPrototypeIncludes(
  process.config.target_defaults?.defines ?? [],
  'NODE_OPENSSL_CERT_STORE',
);

/** Those that Node trusts where nothing else is said. What it trusts may change, and is another list then. */
function ownTrust() {
  if (trustsAsOpenssl) leave('whom OpenSSL trusts');
  const tellsAll = tls.getCACertificates !== undefined;
  // Node reads it when it starts, and the environment may have changed since.
  if (!tellsAll && process.env.NODE_EXTRA_CA_CERTS) leave('NODE_EXTRA_CA_CERTS is set');
  const list = tellsAll ? tls.getCACertificates('default') : tls.rootCertificates;
  if (own.list !== list) own = { list, trust: new Trust(ArrayPrototypeFlatMap(list, decode)) };
  return own.trust;
}

module.exports = { identitiesOf, ownTrust, trustOf };
