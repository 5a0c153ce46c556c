'use strict';
// Node's errors. Node keeps the classes of its coded ones to itself, so they are made here: same class, `code` and
// wording.
const {
  BufferAlloc,
  JSONStringify,
  MathAbs,
  NumberIsInteger,
  ObjectAssign,
  ObjectGetOwnPropertySymbols,
  ObjectGetPrototypeOf,
  ObjectKeys,
  StringPrototypeIncludes,
  StringPrototypeSlice,
  SymbolPrototypeGetDescription,
} = require('./primordials');
const { format, getSystemErrorMap, inspect } = require('node:util');
const { later } = require('./later');

/** "an instance of X", "function f", "type number (1)" …: what was received instead. */
function received(value) {
  if (value == null) return `${value}`;
  if (typeof value === 'function') return `function ${value.name}`;
  if (typeof value === 'object') {
    if (value.constructor?.name) return `an instance of ${value.constructor.name}`;
    return inspect(value, { depth: -1 });
  }
  if (typeof value !== 'string') return `type ${typeof value} (${inspect(value)})`;
  const text = value.length > 28 ? `${StringPrototypeSlice(value, 0, 25)}...` : value;
  // As it is, not escaped, unless that is what closes the quotes.
  return `type string (${StringPrototypeIncludes(text, "'") ? JSONStringify(text) : `'${text}'`})`;
}

/** What a name stands for. */
const kind = (name) => (StringPrototypeIncludes(name, '.') ? 'property' : 'argument');

function outOfRange(name, range, value) {
  const isLong = NumberIsInteger(value) && MathAbs(value) > 2 ** 32;
  const text = inspect(value, { numericSeparator: isLong });
  return `The value of "${name}" is out of range. It must be ${range}. Received ${text}`;
}

function invalidValue(name, value, reason = 'is invalid') {
  let text = inspect(value);
  if (text.length > 128) text = `${StringPrototypeSlice(text, 0, 128)}...`;
  return `The ${kind(name)} '${name}' ${reason}. Received ${text}`;
}

/** On Node's coded errors: their stacks tell the code behind the name. */
const kIsNodeError = findKey();

function findKey() {
  try {
    BufferAlloc('');
  } catch (error) {
    for (let holder = error; holder !== null; holder = ObjectGetPrototypeOf(holder))
      for (const symbol of ObjectGetOwnPropertySymbols(holder))
        if (SymbolPrototypeGetDescription(symbol) === 'kIsNodeError') return symbol;
  }
  return Symbol('kIsNodeError');
}

/** Makes a class of errors with `code`, and the message that `text` makes of the constructor's arguments; as Node's. */
const coded = (code, Base, text) =>
  class NodeError extends Base {
    code = code;

    constructor(...args) {
      super(text(...args));
    }

    // biome-ignore lint/complexity/useLiteralKeys: by its bare name a class may have no accessor for it
    get ['constructor']() {
      return Base;
    }

    get [kIsNodeError]() {
      return true;
    }

    toString() {
      return `${this.name} [${code}]: ${this.message}`;
    }
  };

/** Classes of errors by their code. */
const codes = {};

/** Adds classes; `messages` are made of their constructors' arguments. */
function add(Base, messages) {
  for (const code of ObjectKeys(messages)) codes[code] = coded(code, Base, messages[code]);
}

add(Error, {
  ERR_HTTP_BODY_NOT_ALLOWED: () =>
    'Adding content for this request method or response status is not allowed.',
  ERR_HTTP_CONTENT_LENGTH_MISMATCH: (body, length) =>
    `Response body's content-length of ${body} byte(s) does not match the content-length of ${length} byte(s) set in header`,
  ERR_HTTP_HEADERS_SENT: (verb) => `Cannot ${verb} headers after they are sent to the client`,
  ERR_HTTP_REQUEST_TIMEOUT: () => 'Request timeout',
  ERR_HTTP_SOCKET_ASSIGNED: () => 'ServerResponse has an already assigned socket',
  ERR_HTTP_SOCKET_ENCODING: () =>
    'Changing the socket encoding is not allowed per RFC7230 Section 3.',
  ERR_HTTP_TRAILER_INVALID: () => 'Trailers are invalid with this transfer encoding',
  ERR_METHOD_NOT_IMPLEMENTED: (name) => `The ${name} method is not implemented`,
  ERR_PROXY_INVALID_CONFIG: (message) => message,
  ERR_PROXY_TUNNEL: (message) => message,
  ERR_SOCKET_CLOSED: () => 'Socket is closed',
  ERR_STREAM_ALREADY_FINISHED: (name) => `Cannot call ${name} after a stream was finished`,
  ERR_STREAM_CANNOT_PIPE: () => 'Cannot pipe, not readable',
  ERR_STREAM_DESTROYED: (name) => `Cannot call ${name} after a stream was destroyed`,
  ERR_STREAM_WRITE_AFTER_END: () => 'write after end',
  ERR_TLS_HANDSHAKE_TIMEOUT: () => 'TLS handshake timeout',
  ERR_TLS_INVALID_STATE: () => 'TLS socket connection must be securely established',
  ERR_TLS_RENEGOTIATION_DISABLED: () => 'TLS session renegotiation disabled for this socket',
  ERR_TLS_SNI_FROM_SERVER: () => 'Cannot issue SNI from a TLS server-side socket',
});
add(TypeError, {
  ERR_HTTP_INVALID_HEADER_VALUE: (value, name) =>
    format('Invalid value "%s" for header "%s"', value, name),
  ERR_INVALID_ARG_TYPE: (name, wanted, value) =>
    `The "${name}" ${kind(name)} must be ${wanted}. Received ${received(value)}`,
  ERR_INVALID_ARG_VALUE: invalidValue,
  ERR_INVALID_CHAR: (name, field) =>
    `Invalid character in ${name}${field === undefined ? '' : ` ["${field}"]`}`,
  ERR_INVALID_HTTP_TOKEN: (name, value) =>
    format('%s must be a valid HTTP token ["%s"]', name, value),
  ERR_INVALID_PROTOCOL: (protocol, expected) =>
    format('Protocol "%s" not supported. Expected "%s"', protocol, expected),
  ERR_STREAM_NULL_VALUES: () => 'May not write null values to stream',
  ERR_UNESCAPED_CHARACTERS: (name) => `${name} contains unescaped characters`,
  ERR_UNKNOWN_ENCODING: (encoding) => format('Unknown encoding: %s', encoding),
});
add(RangeError, {
  ERR_HTTP_INVALID_STATUS_CODE: (status) => format('Invalid status code: %s', status),
  ERR_OUT_OF_RANGE: outOfRange,
  ERR_SOCKET_BAD_PORT: (name, port) =>
    `${name} should be >= 0 and < 65536. Received ${received(port)}.`,
});

/** The peer went away: 'aborted' or 'socket hang up', with code ECONNRESET. */
function connectionReset(message, cause) {
  const error = cause ? new Error(message, { cause }) : new Error(message);
  error.code = 'ECONNRESET';
  return error;
}

/** The same error for another message, with the stack of the first: a stack takes long to make. */
function sameReset(first) {
  const error = connectionReset(first.message);
  error.stack = first.stack;
  return error;
}

/** The (negative) error numbers of this system, by their names. */
const systemErrors = later(() => {
  const numbers = { __proto__: null };
  for (const [errno, [name]] of getSystemErrorMap()) numbers[name] = errno;
  return numbers;
});

/** Name and description of a (negative) system error number. */
function systemError(errno) {
  const [name, message] = getSystemErrorMap().get(errno) ?? [`Unknown system error ${errno}`, ''];
  return { name, message };
}

/** A failed system call, as Node reports it. `errno` is negative. */
function errnoException(errno, syscall, details = '') {
  const { name } = systemError(errno);
  const error = new Error(`${syscall} ${name}${details && ` ${details}`}`);
  return ObjectAssign(error, { errno, code: name, syscall });
}

/** A failed system call on an address, as Node reports it. `errno` is negative. */
function addressException(errno, syscall, address, port) {
  const { name, message } = systemError(errno);
  let details = '';
  if (port && port > 0) details = ` ${address}:${port}`;
  else if (address) details = ` ${address}`;
  const error = new Error(`${syscall} ${name}: ${message}${details}`);
  ObjectAssign(error, { code: name, errno, syscall, address });
  if (port) error.port = port;
  return error;
}

/** Malformed input, as Node's parser reports it. */
function parseError({ code, reason, bytesParsed, rawPacket }) {
  const error = new Error(`Parse Error: ${reason}`);
  return ObjectAssign(error, { bytesParsed, code, reason, rawPacket });
}

module.exports = {
  ...codes,
  addressException,
  connectionReset,
  errnoException,
  parseError,
  sameReset,
  systemErrors,
};
