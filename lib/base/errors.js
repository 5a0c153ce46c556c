'use strict';
// Node's coded errors. Node keeps its own classes to itself, so they are made here: same class,
// `code` and wording.
const { format, getSystemErrorMap, inspect } = require('node:util');

/** Makes a constructor of errors with `code` and a message formatted from the arguments. */
function coded(code, Base, format) {
  return function NodeError(...args) {
    const error = new Base(format(...args));
    // The code stands in the stack's first line but not in `name`, as in Node.
    Object.defineProperty(error, 'name', {
      value: `${Base.name} [${code}]`,
      configurable: true,
      enumerable: false,
      writable: true,
    });
    Error.captureStackTrace(error, NodeError);
    delete error.name;
    error.code = code;
    Object.defineProperty(error, 'toString', {
      value() {
        return `${this.name} [${code}]: ${this.message}`;
      },
      configurable: true,
      enumerable: false,
      writable: true,
    });
    return error;
  };
}

/** "an instance of X", "function f", "type number (1)" …: what was received instead. */
function received(value) {
  if (value == null) return `${value}`;
  if (typeof value === 'function') return `function ${value.name}`;
  if (typeof value === 'object') {
    if (value.constructor?.name) return `an instance of ${value.constructor.name}`;
    return inspect(value, { depth: -1 });
  }
  let text = inspect(value, { colors: false });
  if (text.length > 28) text = `${text.slice(0, 25)}...`;
  return `type ${typeof value} (${text})`;
}

const PRIMITIVES = new Set([
  'string',
  'function',
  'number',
  'object',
  'Function',
  'Object',
  'boolean',
  'bigint',
  'symbol',
]);

/** "a, b or c", as English lists them. */
function list(items, word) {
  if (items.length < 3) return items.join(` ${word} `);
  return `${items.slice(0, -1).join(', ')}, ${word} ${items.at(-1)}`;
}

/** "of type string or an instance of Buffer or Uint8Array": what would have been right. */
function wanted(expected) {
  const types = [];
  const instances = [];
  const others = [];
  for (const item of [].concat(expected)) {
    if (PRIMITIVES.has(item)) types.push(item.toLowerCase());
    else if (/^(?:[A-Z][a-z0-9]*)+$/.test(item)) instances.push(item);
    else others.push(item);
  }
  const parts = [];
  if (types.length > 0)
    parts.push(`${types.length > 1 ? 'one of type' : 'of type'} ${list(types, 'or')}`);
  if (instances.length > 0) parts.push(`an instance of ${list(instances, 'or')}`);
  if (others.length > 1) parts.push(`one of ${list(others, 'or')}`);
  else if (others.length === 1) parts.push(/[A-Z]/.test(others[0]) ? `an ${others[0]}` : others[0]);
  return parts.join(' or ');
}

function argument(name) {
  if (name.endsWith(' argument')) return `The ${name}`;
  return `The "${name}" ${name.includes('.') ? 'property' : 'argument'}`;
}

function grouped(number) {
  const text = String(number);
  const sign = text.startsWith('-') ? '-' : '';
  return sign + text.slice(sign.length).replace(/\B(?=(\d{3})+$)/g, '_');
}

function outOfRange(name, range, value) {
  let text;
  if (Number.isInteger(value) && Math.abs(value) > 2 ** 32) text = grouped(value);
  else if (typeof value === 'bigint')
    text = `${Math.abs(Number(value)) > 2 ** 32 ? grouped(value) : value}n`;
  else text = inspect(value);
  return `The value of "${name}" is out of range. It must be ${range}. Received ${text}`;
}

function invalidValue(name, value, reason = 'is invalid') {
  let text = inspect(value);
  if (text.length > 128) text = `${text.slice(0, 128)}...`;
  const type = name.includes('.') ? 'property' : 'argument';
  return `The ${type} '${name}' ${reason}. Received ${text}`;
}

const codes = {
  ERR_HTTP_BODY_NOT_ALLOWED: coded(
    'ERR_HTTP_BODY_NOT_ALLOWED',
    Error,
    () => 'Adding content for this request method or response status is not allowed.',
  ),
  ERR_HTTP_CONTENT_LENGTH_MISMATCH: coded(
    'ERR_HTTP_CONTENT_LENGTH_MISMATCH',
    Error,
    (body, length) =>
      `Response body's content-length of ${body} byte(s) does not match the content-length of ${length} byte(s) set in header`,
  ),
  ERR_HTTP_HEADERS_SENT: coded(
    'ERR_HTTP_HEADERS_SENT',
    Error,
    (verb) => `Cannot ${verb} headers after they are sent to the client`,
  ),
  ERR_HTTP_INVALID_HEADER_VALUE: coded('ERR_HTTP_INVALID_HEADER_VALUE', TypeError, (value, name) =>
    format('Invalid value "%s" for header "%s"', value, name),
  ),
  ERR_HTTP_INVALID_STATUS_CODE: coded('ERR_HTTP_INVALID_STATUS_CODE', RangeError, (status) =>
    format('Invalid status code: %s', status),
  ),
  ERR_HTTP_REQUEST_TIMEOUT: coded('ERR_HTTP_REQUEST_TIMEOUT', Error, () => 'Request timeout'),
  ERR_HTTP_SOCKET_ASSIGNED: coded(
    'ERR_HTTP_SOCKET_ASSIGNED',
    Error,
    () => 'ServerResponse has an already assigned socket',
  ),
  ERR_HTTP_SOCKET_ENCODING: coded(
    'ERR_HTTP_SOCKET_ENCODING',
    Error,
    () => 'Changing the socket encoding is not allowed per RFC7230 Section 3.',
  ),
  ERR_HTTP_TRAILER_INVALID: coded(
    'ERR_HTTP_TRAILER_INVALID',
    Error,
    () => 'Trailers are invalid with this transfer encoding',
  ),
  ERR_INVALID_ARG_TYPE: coded(
    'ERR_INVALID_ARG_TYPE',
    TypeError,
    (name, expected, value) =>
      `${argument(name)} must be ${wanted(expected)}. Received ${received(value)}`,
  ),
  ERR_INVALID_ARG_VALUE: coded('ERR_INVALID_ARG_VALUE', TypeError, invalidValue),
  ERR_INVALID_CHAR: coded(
    'ERR_INVALID_CHAR',
    TypeError,
    (name, field) => `Invalid character in ${name}${field === undefined ? '' : ` ["${field}"]`}`,
  ),
  ERR_INVALID_HANDLE_TYPE: coded(
    'ERR_INVALID_HANDLE_TYPE',
    TypeError,
    () => 'This handle type cannot be sent',
  ),
  ERR_INVALID_PROTOCOL: coded(
    'ERR_INVALID_PROTOCOL',
    TypeError,
    (protocol, expected) => `Protocol "${protocol}" not supported. Expected "${expected}"`,
  ),
  ERR_PROXY_INVALID_CONFIG: coded('ERR_PROXY_INVALID_CONFIG', Error, (message) => message),
  ERR_UNESCAPED_CHARACTERS: coded(
    'ERR_UNESCAPED_CHARACTERS',
    TypeError,
    (name) => `${name} contains unescaped characters`,
  ),
  ERR_INVALID_HTTP_TOKEN: coded('ERR_INVALID_HTTP_TOKEN', TypeError, (name, value) =>
    format('%s must be a valid HTTP token ["%s"]', name, value),
  ),
  ERR_METHOD_NOT_IMPLEMENTED: coded(
    'ERR_METHOD_NOT_IMPLEMENTED',
    Error,
    (name) => `The ${name} method is not implemented`,
  ),
  ERR_OUT_OF_RANGE: coded('ERR_OUT_OF_RANGE', RangeError, outOfRange),
  ERR_SOCKET_BAD_PORT: coded(
    'ERR_SOCKET_BAD_PORT',
    RangeError,
    (name, port) => `${name} should be >= 0 and < 65536. Received ${received(port)}.`,
  ),
  ERR_SOCKET_CLOSED: coded('ERR_SOCKET_CLOSED', Error, () => 'Socket is closed'),
  ERR_STREAM_ALREADY_FINISHED: coded(
    'ERR_STREAM_ALREADY_FINISHED',
    Error,
    (name) => `Cannot call ${name} after a stream was finished`,
  ),
  ERR_STREAM_CANNOT_PIPE: coded('ERR_STREAM_CANNOT_PIPE', Error, () => 'Cannot pipe, not readable'),
  ERR_STREAM_DESTROYED: coded(
    'ERR_STREAM_DESTROYED',
    Error,
    (name) => `Cannot call ${name} after a stream was destroyed`,
  ),
  ERR_STREAM_NULL_VALUES: coded(
    'ERR_STREAM_NULL_VALUES',
    TypeError,
    () => 'May not write null values to stream',
  ),
  ERR_STREAM_WRITE_AFTER_END: coded('ERR_STREAM_WRITE_AFTER_END', Error, () => 'write after end'),
  ERR_UNKNOWN_ENCODING: coded(
    'ERR_UNKNOWN_ENCODING',
    TypeError,
    (encoding) => `Unknown encoding: ${encoding}`,
  ),
};

/** The peer went away: 'aborted' or 'socket hang up', with code ECONNRESET. */
function connectionReset(message) {
  const error = new Error(message);
  error.code = 'ECONNRESET';
  return error;
}

/** The same error for another message. Where it was made takes long to tell, so that is told once. */
function sameReset(first) {
  const error = connectionReset(first.message);
  error.stack = first.stack;
  return error;
}

/** The (negative) error numbers of this system that we give ourselves. */
const systemErrors = { __proto__: null, EADDRINUSE: 0, ECONNRESET: 0, EPIPE: 0 };
for (const [errno, [name]] of getSystemErrorMap())
  if (name in systemErrors) systemErrors[name] = errno;

/** Name and description of a (negative) system error number. */
function systemError(errno) {
  const [name, message] = getSystemErrorMap().get(errno) ?? [`Unknown system error ${errno}`, ''];
  return { name, message };
}

/** A failed system call, as Node reports it. `errno` is negative. */
function errnoException(errno, syscall) {
  const { name } = systemError(errno);
  const error = new Error(`${syscall} ${name}`);
  error.errno = errno;
  error.code = name;
  error.syscall = syscall;
  return error;
}

/** A failed system call on an address, as Node reports it. `errno` is negative. */
function addressException(errno, syscall, address, port) {
  const { name, message } = systemError(errno);
  let details = '';
  if (port && port > 0) details = ` ${address}:${port}`;
  else if (address) details = ` ${address}`;
  const error = new Error(`${syscall} ${name}: ${message}${details}`);
  error.code = name;
  error.errno = errno;
  error.syscall = syscall;
  error.address = address;
  if (port) error.port = port;
  return error;
}

/** Malformed input, as Node's parser reports it. */
function parseError(code, reason, bytesParsed, rawPacket) {
  const error = new Error(`Parse Error: ${reason}`);
  error.bytesParsed = bytesParsed;
  error.code = code;
  error.reason = reason;
  error.rawPacket = rawPacket;
  return error;
}

module.exports = {
  addressException,
  codes,
  connectionReset,
  sameReset,
  errnoException,
  parseError,
  systemErrors,
};
