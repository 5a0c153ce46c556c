'use strict';
// Checks of arguments, with Node's errors.
const {
  ArrayBufferIsView,
  ArrayIsArray,
  ArrayPrototypeIncludes,
  ArrayPrototypeJoin,
  ArrayPrototypeMap,
  NumberIsFinite,
  NumberIsInteger,
  NumberIsNaN,
  SafeSet,
  StringPrototypeTrim,
} = require('./primordials');
const {
  ERR_HTTP_INVALID_HEADER_VALUE,
  ERR_INVALID_ARG_TYPE,
  ERR_INVALID_ARG_VALUE,
  ERR_INVALID_CHAR,
  ERR_INVALID_HTTP_TOKEN,
  ERR_OUT_OF_RANGE,
  ERR_SOCKET_BAD_PORT,
} = require('./errors');

const TOKEN = /^[\^_`a-zA-Z\-0-9!#$%&'*+.|~]+$/;
const NOT_FIELD_VALUE = /[^\t\x20-\x7e\x80-\xff]/;
// Under `insecureHTTPParser`: what the Fetch standard lets through.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const NOT_RELAXED_VALUE = /[\x00\x0a\x0d]|[^\x00-\xff]/;
const LINK = /^(?:<[^>\r\n]*>)(?:\s*;\s*[^;"\s]+(?:=(")?[^;"\s]*\1)?)*$/;

const isToken = (text) => TOKEN.test(text);
const isInvalidValue = (value, relaxed) =>
  (relaxed ? NOT_RELAXED_VALUE : NOT_FIELD_VALUE).test(value);

/** A check that `value` is of a type; `name` is what the error calls it. */
const ofType = (type) => (value, name) => {
  if (typeof value !== type) throw new ERR_INVALID_ARG_TYPE(name, `of type ${type}`, value);
};
const validateBoolean = ofType('boolean');
const validateFunction = ofType('function');
const mustBeNumber = ofType('number');

/** By itself, because each look at a header calls it. */
function validateString(value, name) {
  if (typeof value !== 'string') throw new ERR_INVALID_ARG_TYPE(name, 'of type string', value);
}

function validateBuffer(value, name) {
  if (!ArrayBufferIsView(value))
    throw new ERR_INVALID_ARG_TYPE(name, 'an instance of Buffer, TypedArray, or DataView', value);
}

function validateInteger(
  value,
  name,
  min = Number.MIN_SAFE_INTEGER,
  max = Number.MAX_SAFE_INTEGER,
) {
  mustBeNumber(value, name);
  if (!NumberIsInteger(value)) throw new ERR_OUT_OF_RANGE(name, 'an integer', value);
  if (value < min || value > max) throw new ERR_OUT_OF_RANGE(name, `>= ${min} && <= ${max}`, value);
}

function validateObject(value, name) {
  if (value === null || ArrayIsArray(value) || typeof value !== 'object')
    throw new ERR_INVALID_ARG_TYPE(name, 'of type object', value);
}

function validateOneOf(value, name, allowed) {
  if (ArrayPrototypeIncludes(allowed, value)) return;
  const choices = ArrayPrototypeJoin(
    ArrayPrototypeMap(allowed, (item) => (typeof item === 'string' ? `'${item}'` : String(item))),
    ', ',
  );
  throw new ERR_INVALID_ARG_VALUE(name, value, `must be one of: ${choices}`);
}

/** The options that say how strictly input is read: there may be one of them. */
function validateStrictness({ httpValidation, insecureHTTPParser }) {
  if (insecureHTTPParser !== undefined)
    validateBoolean(insecureHTTPParser, 'options.insecureHTTPParser');
  if (httpValidation === undefined) return;
  validateOneOf(httpValidation, 'options.httpValidation', ['strict', 'relaxed', 'insecure']);
  if (insecureHTTPParser !== undefined)
    throw new ERR_INVALID_ARG_VALUE(
      'options.httpValidation',
      httpValidation,
      'cannot be used together with options.insecureHTTPParser',
    );
}

function validatePort(value, name) {
  const isPort =
    (typeof value === 'number' ||
      (typeof value === 'string' && StringPrototypeTrim(value).length > 0)) &&
    +value === +value >>> 0 &&
    value <= 0xffff;
  if (!isPort) throw new ERR_SOCKET_BAD_PORT(name, value);
  return value | 0;
}

function validateNumber(value, name, min) {
  mustBeNumber(value, name);
  if ((min != null && value < min) || NumberIsNaN(value))
    throw new ERR_OUT_OF_RANGE(name, `>= ${min}`, value);
}

/** The most milliseconds that a timer can be set to. */
const MAX_TIMER = 2 ** 31 - 1;

/** A timeout for `socket.setTimeout`, in milliseconds; too long ones are cut to what a timer can. */
function timerDuration(msecs, name) {
  mustBeNumber(msecs, name);
  if (msecs < 0 || !NumberIsFinite(msecs))
    throw new ERR_OUT_OF_RANGE(name, 'a non-negative finite number', msecs);
  if (msecs <= MAX_TIMER) return msecs;
  process.emitWarning(
    `${msecs} does not fit into a 32-bit signed integer.\nTimer duration was truncated to ${MAX_TIMER}.`,
    'TimeoutOverflowWarning',
  );
  return MAX_TIMER;
}

/** Checks a field name. `label` is what the message calls it. */
function validateHeaderName(name, label) {
  if (typeof name !== 'string' || !name || !isToken(name))
    throw new ERR_INVALID_HTTP_TOKEN(label || 'Header name', name);
}

/** Checks a field value; `relaxed` lets control characters through. */
function validateHeaderValue(name, value, relaxed) {
  if (value === undefined) throw new ERR_HTTP_INVALID_HEADER_VALUE(value, name);
  if (isInvalidValue(value, relaxed)) throw new ERR_INVALID_CHAR('header content', name);
}

/** The value of a Link field from one link or an array of them. */
function validateLinkHeaderValue(hints) {
  const links = ArrayIsArray(hints) ? hints : [hints];
  for (const link of links) {
    if (typeof link !== 'string' || !LINK.test(link)) {
      throw new ERR_INVALID_ARG_VALUE(
        'hints',
        link,
        'must be an array or string of format "</styles.css>; rel=preload; as=style"',
      );
    }
  }
  return ArrayPrototypeJoin(links, ', ');
}

/** The `uniqueHeaders` option as a set of lower-case names, or null. */
function parseUniqueHeaders(names) {
  return ArrayIsArray(names)
    ? new SafeSet(ArrayPrototypeMap(names, (name) => name.toLowerCase()))
    : null;
}

module.exports = {
  MAX_TIMER,
  isInvalidValue,
  isToken,
  parseUniqueHeaders,
  timerDuration,
  validateBoolean,
  validateBuffer,
  validateFunction,
  validateHeaderName,
  validateHeaderValue,
  validateInteger,
  validateLinkHeaderValue,
  validateNumber,
  validateObject,
  validateOneOf,
  validatePort,
  validateStrictness,
  validateString,
};
