'use strict';
// Errors of TLS as Node words those of its OpenSSL.

const {
  ArrayPrototypeIncludes,
  ArrayPrototypeMap,
  StringPrototypePadStart,
  StringPrototypeReplaceAll,
} = require('../base/primordials');
const [major, minor] = ArrayPrototypeMap(process.versions.openssl.split('.'), Number);
const isNewer = major > 3 || (major === 3 && minor >= 2);
/** The alerts that are as old as SSL 3, whose name OpenSSL has changed. */
const OLD = [10, 20, 30, 40, 41, 42, 43, 44, 45, 46, 47];
/** Those that came with TLS 1.3. */
const NEW = [109, 116];
/** Those whose name says that they came with extensions of TLS, and not that they are alerts. */
const OF_EXTENSIONS = [110, 111, 112, 113, 114];
/** Where the numbers of OpenSSL's reasons begin that tell of alerts. */
const ALERTS = 0x0a000000 + 1000;

/** The error that a `Failed` record tells of: the number of an alert, or 0, and OpenSSL's words. */
function tlsError(text) {
  const [, number, words] = /^(\d+) (.*)$/.exec(text);
  const alert = Number(number);
  if (alert === 0) return opensslError(0x0a000000, words, '\n');
  return opensslError(ALERTS + alert, `${familyOf(alert)}${words}`, `:SSL alert number ${alert}\n`);
}

/** An error with OpenSSL's number and reason, and what stands behind that in its message. */
function opensslError(number, reason, rest = '') {
  const error = new Error(`error:${hex(number)}:SSL routines::${reason}${rest}`);
  error.library = 'SSL routines';
  error.reason = reason;
  error.code = `ERR_SSL_${StringPrototypeReplaceAll(reason.toUpperCase(), ' ', '_')}`;
  return error;
}

function familyOf(alert) {
  if (ArrayPrototypeIncludes(OLD, alert)) return isNewer ? 'ssl/tls alert ' : 'sslv3 alert ';
  if (ArrayPrototypeIncludes(OF_EXTENSIONS, alert)) return 'tlsv1 ';
  return ArrayPrototypeIncludes(NEW, alert) ? 'tlsv13 alert ' : 'tlsv1 alert ';
}

const hex = (number) => StringPrototypePadStart(number.toString(16).toUpperCase(), 8, '0');

module.exports = { opensslError, tlsError };
