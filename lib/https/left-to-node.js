'use strict';
// What keeps the native side from speaking TLS, for servers and clients alike, and how what both sides know of ciphers,
// versions and protocols is read.
const {
  ArrayPrototypeEvery,
  ArrayPrototypeFilter,
  ArrayPrototypeIncludes,
  ArrayPrototypeIndexOf,
  ArrayPrototypeSome,
  BufferFrom,
  BufferPrototypeSubarray,
  StringPrototypeStartsWith,
} = require('../base/primordials');
const crypto = require('node:crypto');
const tls = require('node:tls');
const { flags } = require('../node/runtime');
const native = require('../wire/loop');

const VERSIONS = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'];
/** What a list of ciphers may exclude, because the native side has none of it. */
const EXCLUSIONS =
  /^!(?:aNULL|eNULL|NULL|EXP|EXPORT|LOW|DES|3DES|RC2|RC4|IDEA|SEED|CAMELLIA|MD5|PSK|SRP|DSS|ADH|AECDH)$/;
/** Flags of the process that only OpenSSL follows. */
const FLAGS = /--(?:tls-keylog|trace-tls|enable-fips|force-fips|openssl-)/;
/** The same for clients alone: flags that say which authorities OpenSSL trusts. */
const CLIENT_FLAGS = /--use-openssl-ca/;

/** TLS is Node's; `reason` is what `stats()` tells. */
const leave = (reason) => {
  throw new Error(reason);
};

/** What is the same for all servers or clients of the process. */
function checkProcess(isClient) {
  const { env } = process;
  if (env.RUST_HTTP_TLS === 'node') leave('RUST_HTTP_TLS=node');
  const told = flags();
  const flag = FLAGS.exec(told) ?? (isClient ? CLIENT_FLAGS.exec(told) : null);
  if (flag) leave(`the process has ${flag[0]}`);
  if (env.OPENSSL_CONF) leave('OPENSSL_CONF is set');
  if (crypto.getFips?.()) leave('FIPS is on');
  if (tls.DEFAULT_ECDH_CURVE !== 'auto') leave('tls.DEFAULT_ECDH_CURVE is set');
  if (native.TlsContexts === undefined) leave('the addon speaks no TLS on this system');
}

const is13 = (name) => StringPrototypeStartsWith(name, 'TLS_');

/** The ciphers to be used of a list in OpenSSL's form. */
function readCiphers(list) {
  const known = native.TlsContexts.ciphers();
  if (list === crypto.constants.defaultCoreCipherList) return known;
  const ciphers = [];
  let isBehind = false;
  for (const name of list.split(':')) {
    if (ArrayPrototypeIncludes(known, name) && !isBehind) ciphers.push(name);
    // One that only Node has may be the last choice: a peer that has no other is left to Node.
    else if (/^[A-Z\d]+-[A-Z\d-]+$/.test(name) && !ArrayPrototypeIncludes(known, name))
      isBehind = true;
    else if (!EXCLUSIONS.test(name)) leave('the option ciphers');
  }
  // A list that names none of TLS 1.3 says nothing of those.
  return ArrayPrototypeSome(ciphers, is13)
    ? ciphers
    : [...ArrayPrototypeFilter(known, is13), ...ciphers];
}

/** `{ ciphers, tls12, tls13 }` of options in Node's form. A peer that has only older ones is left to Node. */
function readSuites(options) {
  const ciphers = readCiphers(options.ciphers || tls.DEFAULT_CIPHERS);
  const lowest = ArrayPrototypeIndexOf(VERSIONS, options.minVersion || tls.DEFAULT_MIN_VERSION);
  const highest = ArrayPrototypeIndexOf(VERSIONS, options.maxVersion || tls.DEFAULT_MAX_VERSION);
  return {
    ciphers,
    tls12: lowest <= 2 && highest >= 2 && !ArrayPrototypeEvery(ciphers, is13),
    tls13: highest >= 3 && ArrayPrototypeSome(ciphers, is13),
  };
}

/** The names in ALPN's own form. */
function readProtocols(bytes) {
  const names = [];
  for (let at = 0; at < bytes.length; at += 1 + bytes[at])
    names.push(BufferFrom(BufferPrototypeSubarray(bytes, at + 1, at + 1 + bytes[at])));
  return names;
}

module.exports = { checkProcess, leave, readProtocols, readSuites };
