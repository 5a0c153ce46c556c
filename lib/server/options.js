'use strict';
// A server's options: checking them, and telling the native side.
const {
  MathCeil,
  MathMax,
  MathMin,
  NumberIsNaN,
  ObjectGetOwnPropertyDescriptor,
} = require('../base/primordials');
const { IncomingMessage } = require('../message/incoming-message');
const { ServerResponse } = require('../message/server-response');
const { ERR_OUT_OF_RANGE } = require('../base/errors');
const { later } = require('../base/later');
const { kGuard, kOptimizeEmptyRequests } = require('../base/symbols');
const {
  parseUniqueHeaders,
  validateBoolean,
  validateFunction,
  validateInteger,
  validateStrictness,
} = require('../base/validate');
const { OPTIONS } = require('./live-options');
const host = require('../node/http');

const guard = later(() => require('./guard'));

const { kIncomingMessage, kServerResponse, kUniqueHeaders } = host.serverKeys();
const defaults = host.defaults();

/** Turns options that are plain properties, as fields of a subclass are, into accessors that tell the native side. */
function adoptOptions(server) {
  for (const name of OPTIONS) {
    const own = ObjectGetOwnPropertyDescriptor(server, name);
    if (own === undefined || !('value' in own) || !own.configurable) continue;
    delete server[name];
    server[name] = own.value;
  }
}

/** `RUST_HTTP_STRICT_HOST=1`: servers are strict about Host fields where no option says otherwise. */
const strictByDefault = process.env.RUST_HTTP_STRICT_HOST === '1';

/** Checks the options of `createServer` in Node's order and puts them on `server`. */
function storeOptions(server, options) {
  server[kIncomingMessage] = options.IncomingMessage || IncomingMessage;
  server[kServerResponse] = options.ServerResponse || ServerResponse;
  const check = (name, validate, ...more) => {
    if (options[name] !== undefined) validate(options[name], ...more);
    return options[name];
  };
  const flag = (name, fallback) => check(name, validateBoolean, `options.${name}`) ?? fallback;
  server.maxHeaderSize = check('maxHeaderSize', validateInteger, 'maxHeaderSize', 0);
  server[kOptimizeEmptyRequests] = flag('optimizeEmptyRequests', false);
  validateStrictness(options);
  server.insecureHTTPParser = options.insecureHTTPParser;
  server.httpValidation = options.httpValidation;
  storeTimeouts(server, options, check);
  server.requireHostHeader = flag('requireHostHeader', true);
  server.strictHost = flag('strictHost', strictByDefault);
  server.joinDuplicateHeaders = flag('joinDuplicateHeaders');
  server.rejectNonStandardBodyWrites = flag('rejectNonStandardBodyWrites', false);
  server.shouldUpgradeCallback =
    check('shouldUpgradeCallback', validateFunction, 'options.shouldUpgradeCallback') ??
    function () {
      return this.listenerCount('upgrade') > 0;
    };
  server[kUniqueHeaders] = parseUniqueHeaders(options.uniqueHeaders);
  if (options.overload !== undefined || options.health !== undefined)
    server[kGuard] = guard().readGuard(options);
}

function storeTimeouts(server, options, check) {
  const timeout = (name, fallback = defaults[name]) =>
    check(name, validateInteger, name, 0) ?? fallback;
  server.requestTimeout = timeout('requestTimeout');
  server.headersTimeout = timeout(
    'headersTimeout',
    MathMin(defaults.headersTimeout, server.requestTimeout),
  );
  const { headersTimeout, requestTimeout } = server;
  if (requestTimeout > 0 && headersTimeout > 0 && headersTimeout > requestTimeout)
    throw new ERR_OUT_OF_RANGE('headersTimeout', '<= requestTimeout', options.headersTimeout);
  for (const name of ['keepAliveTimeout', 'keepAliveTimeoutBuffer', 'connectionsCheckingInterval'])
    server[name] = timeout(name);
}

/** How many connections may be open, -1 for any number. */
function connectionLimit({ maxConnections }) {
  const limit = Number(maxConnections ?? Number.NaN);
  return NumberIsNaN(limit) ? -1 : MathMin(MathMax(MathCeil(limit), 0), 2 ** 31 - 1);
}

module.exports = {
  adoptOptions,
  connectionLimit,
  storeOptions,
};
