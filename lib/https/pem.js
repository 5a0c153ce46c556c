'use strict';
// Certificates in PEM, as options and files have them.
const { leave } = require('./left-to-node');

const CERTIFICATE =
  /-----BEGIN (?:X509 )?CERTIFICATE-----([^-]+)-----END (?:X509 )?CERTIFICATE-----/g;
/** What stands between is something of OpenSSL's own. */
const NOT_BASE64 = /[^A-Za-z0-9+/=\s]/;

/** The text of an option's value, which is one, or bytes. */
function textOf(value, option) {
  if (typeof value === 'string') return value;
  if (ArrayBuffer.isView(value))
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength).latin1Slice();
  return leave(`the option ${option}`);
}

/** The certificates of an option's text, in DER. */
function certificatesIn(text, option) {
  return [...text.matchAll(CERTIFICATE)].map(([, base64]) => {
    if (NOT_BASE64.test(base64)) leave(`the option ${option}`);
    return Buffer.from(base64, 'base64');
  });
}

module.exports = { certificatesIn, textOf };
