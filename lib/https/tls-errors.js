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
  const family = familyOf(alert);
  const reason = alert === 0 ? words : `${family}${words}`;
  const head =
    alert === 0 ? 'error:0A000000:SSL routines' : `error:${hex(ALERTS + alert)}:SSL routines`;
  const tail = alert === 0 ? '' : `:SSL alert number ${alert}`;
  return withReason(new Error(`${head}::${reason}${tail}\n`), reason);
}

function withReason(error, reason) {
  error.library = 'SSL routines';
  error.reason = reason;
  error.code = `ERR_SSL_${StringPrototypeReplaceAll(reason.toUpperCase(), ' ', '_')}`;
  return error;
}

/** The error of a call; `number` and `reason` are OpenSSL's. */
function callError(number, reason) {
  return withReason(new Error(`error:${hex(number)}:SSL routines::${reason}`), reason);
}

function familyOf(alert) {
  if (ArrayPrototypeIncludes(OLD, alert)) return isNewer ? 'ssl/tls alert ' : 'sslv3 alert ';
  if (ArrayPrototypeIncludes(OF_EXTENSIONS, alert)) return 'tlsv1 ';
  return ArrayPrototypeIncludes(NEW, alert) ? 'tlsv13 alert ' : 'tlsv1 alert ';
}

const hex = (number) => StringPrototypePadStart(number.toString(16).toUpperCase(), 8, '0');

module.exports = { callError, tlsError };
