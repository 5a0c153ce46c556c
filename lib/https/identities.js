'use strict';
// Private keys and certificates, in any form that Node's TLS takes, as DER.
const { X509Certificate, createPrivateKey } = require('node:crypto');
const fs = require('node:fs');
const tls = require('node:tls');
const { flags } = require('../node/runtime');
const { certificatesIn, textOf } = require('./pem');

const listOf = (value) => (Array.isArray(value) ? value.flat() : [value]);
const certificatesOf = (value, option) =>
  certificatesIn(textOf(value, option), option).map((der) => new X509Certificate(der));

const hasIssued = (issuer, certificate) =>
  certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);

/** As OpenSSL does with a certificate that comes alone: those that have issued it, as far as they are known. */
function complete(chain, authorities) {
  for (;;) {
    const last = chain.at(-1);
    const issuer = hasIssued(last, last)
      ? undefined
      : authorities.find((one) => hasIssued(one, last));
    if (issuer === undefined || chain.length > authorities.length) return;
    chain.push(issuer);
  }
}

/**
 * The authorities that the process was told of. Without those that Node comes with: none of them issues a
 * server's certificate itself. Throws where only Node knows.
 */
function ownAuthorities() {
  if (tls.getCACertificates) {
    const bundled = new Set(tls.rootCertificates);
    return tls.getCACertificates('default').filter((pem) => !bundled.has(pem));
  }
  if (/--use-(?:openssl|system)-ca/.test(flags()))
    throw new Error('a certificate may have issuers that only Node knows');
  return readExtra(process.env.NODE_EXTRA_CA_CERTS);
}

const authoritiesOf = (ca) =>
  (ca ? listOf(ca) : ownAuthorities()).flatMap((text) => certificatesOf(text, 'ca'));

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
  const keys = listOf(key).map((one) =>
    createPrivateKey({ key: one.pem ?? one, passphrase: one.passphrase ?? passphrase }),
  );
  const identities = listOf(cert).map((text) => {
    const chain = certificatesOf(text, 'cert');
    if (chain.length === 1 && !hasIssued(chain[0], chain[0])) complete(chain, authoritiesOf(ca));
    const own = keys.find((candidate) => chain[0]?.checkPrivateKey(candidate));
    if (own === undefined) throw new Error('there is a certificate without a key');
    return {
      key: own.export({ format: 'der', type: 'pkcs8' }),
      chain: chain.map(({ raw }) => raw),
    };
  });
  return identities.reverse();
}

module.exports = { identitiesOf };
