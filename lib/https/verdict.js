'use strict';
// OpenSSL's code for a server's certificates that the native side does not trust, where `rejectUnauthorized` is false:
// Node shows it as `authorizationError`. It makes nothing trusted.

const {
  ArrayPrototypeFind,
  ArrayPrototypeSome,
  DateNow,
  DateParse,
} = require('../base/primordials');
const isSame = (one, other) => one.fingerprint256 === other.fingerprint256;
const isSelfSigned = (certificate) =>
  certificate.subject === certificate.issuer && certificate.verify(certificate.publicKey);

/** The certificates from the server's own up, as OpenSSL looks for them; null if one only has the name of an issuer. */
function pathOf(shown, trusted) {
  const path = [shown[0]];
  let known = 0; // of them, this many come from `trusted`
  while (path.length <= shown.length + trusted.length) {
    const top = path[path.length - 1];
    if (isSelfSigned(top)) break;
    const isIssuer = (one) =>
      one.subject === top.issuer && !ArrayPrototypeSome(path, (other) => isSame(one, other));
    const root = ArrayPrototypeFind(trusted, isIssuer);
    const issuer = root ?? (known === 0 ? ArrayPrototypeFind(shown, isIssuer) : undefined);
    if (issuer === undefined) break;
    if (!top.checkIssued(issuer)) return null;
    if (root !== undefined) known++;
    path.push(issuer);
  }
  return { path, known };
}

/** Why the path ends where it does; null if its end is trusted. */
function incompleteness({ path, known }, trusted) {
  const top = path[path.length - 1];
  if (isSelfSigned(top)) {
    if (ArrayPrototypeSome(trusted, (one) => isSame(one, top))) return null;
    return path.length === 1 ? 'DEPTH_ZERO_SELF_SIGNED_CERT' : 'SELF_SIGNED_CERT_IN_CHAIN';
  }
  if (path.length === 1) return 'UNABLE_TO_VERIFY_LEAF_SIGNATURE';
  return known > 0 ? 'UNABLE_TO_GET_ISSUER_CERT' : 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY';
}

/** What is wrong with one certificate of the path. */
function fault(certificate, issuer, now) {
  if (issuer !== undefined && !certificate.verify(issuer.publicKey))
    return 'CERT_SIGNATURE_FAILURE';
  if (DateParse(certificate.validFrom) > now) return 'CERT_NOT_YET_VALID';
  if (DateParse(certificate.validTo) < now) return 'CERT_HAS_EXPIRED';
  return null;
}

/** OpenSSL's code; undefined if it cannot be told. Of several faults it is the last, from the root down. */
function verdictOn(shown, trusted) {
  const found = pathOf(shown, trusted);
  if (found === null) return undefined;
  const { path } = found;
  let code = incompleteness(found, trusted);
  if (code === 'UNABLE_TO_VERIFY_LEAF_SIGNATURE') return code;
  const first = isSelfSigned(path[path.length - 1]) ? path.length - 1 : path.length - 2;
  const now = DateNow();
  for (let i = first; i >= 0; i--) code = fault(path[i], path[i + 1], now) ?? code;
  return code ?? undefined;
}

module.exports = { verdictOn };
