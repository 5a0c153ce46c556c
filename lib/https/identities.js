'use strict';
// Private keys and certificates, in any form that Node's TLS takes, as DER.
const { X509Certificate, createPrivateKey } = require('node:crypto');

const CERTIFICATE =
  /-----BEGIN (?:X509 )?CERTIFICATE-----[^-]+-----END (?:X509 )?CERTIFICATE-----/g;

const listOf = (value) => (Array.isArray(value) ? value.flat() : [value]);
const textOf = (value) =>
  typeof value === 'string'
    ? value
    : Buffer.from(value.buffer ?? value, value.byteOffset, value.byteLength).latin1Slice();

const certificatesOf = (text) =>
  (textOf(text).match(CERTIFICATE) ?? []).map((pem) => new X509Certificate(pem));

/** As OpenSSL does with a certificate that comes alone: those that have issued it, as far as they are known. */
function complete(chain, authorities) {
  for (;;) {
    const last = chain.at(-1);
    const hasIssued = (one) => last.checkIssued(one) && last.verify(one.publicKey);
    const issuer = hasIssued(last) ? undefined : authorities.find(hasIssued);
    if (issuer === undefined || chain.length > authorities.length) return;
    chain.push(issuer);
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
    const chain = certificatesOf(text);
    if (ca && chain.length === 1) complete(chain, listOf(ca).flatMap(certificatesOf));
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
