'use strict';
// Node's coded errors. Node keeps its own classes to itself, so they are made here: same class,
// `code` and wording.
const { later } = require('./later');
const { getSystemErrorMap } = require('./utilities');

const errorTexts = later(() => require('./error-texts'));

/** An error whose stack is replaced by another one. */
function withoutStack(Base, message) {
  const limit = Error.stackTraceLimit;
  if (!Reflect.set(Error, 'stackTraceLimit', 0)) return new Base(message);
  const error = new Base(message);
  Error.stackTraceLimit = limit;
  return error;
}

/** Makes a constructor of errors with `code` and a message made from the arguments. */
function coded(code, Base) {
  return function NodeError(...args) {
    const error = withoutStack(Base, errorTexts().texts[code](...args));
    // The code stands in the stack's first line but not in `name`, as in Node.
    Object.defineProperty(error, 'name', {
      value: `${Base.name} [${code}]`,
      configurable: true,
      enumerable: false,
      writable: true,
    });
    Error.captureStackTrace(error, NodeError);
    error.stack; // its first line is made when it is first looked at
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

/** The codes by class. Their messages are in `error-texts`. */
const classes = [
  [
    Error,
    [
      'ERR_HTTP_BODY_NOT_ALLOWED',
      'ERR_HTTP_CONTENT_LENGTH_MISMATCH',
      'ERR_HTTP_HEADERS_SENT',
      'ERR_HTTP_REQUEST_TIMEOUT',
      'ERR_HTTP_SOCKET_ASSIGNED',
      'ERR_HTTP_SOCKET_ENCODING',
      'ERR_HTTP_TRAILER_INVALID',
      'ERR_PROXY_INVALID_CONFIG',
      'ERR_PROXY_TUNNEL',
      'ERR_METHOD_NOT_IMPLEMENTED',
      'ERR_SOCKET_CLOSED',
      'ERR_STREAM_ALREADY_FINISHED',
      'ERR_STREAM_CANNOT_PIPE',
      'ERR_STREAM_DESTROYED',
      'ERR_STREAM_WRITE_AFTER_END',
      'ERR_TLS_HANDSHAKE_TIMEOUT',
      'ERR_TLS_INVALID_STATE',
      'ERR_TLS_RENEGOTIATION_DISABLED',
      'ERR_TLS_SNI_FROM_SERVER',
    ],
  ],
  [
    TypeError,
    [
      'ERR_HTTP_INVALID_HEADER_VALUE',
      'ERR_INVALID_ARG_TYPE',
      'ERR_INVALID_ARG_VALUE',
      'ERR_INVALID_CHAR',
      'ERR_INVALID_HANDLE_TYPE',
      'ERR_INVALID_PROTOCOL',
      'ERR_UNESCAPED_CHARACTERS',
      'ERR_INVALID_HTTP_TOKEN',
      'ERR_STREAM_NULL_VALUES',
      'ERR_UNKNOWN_ENCODING',
    ],
  ],
  [RangeError, ['ERR_HTTP_INVALID_STATUS_CODE', 'ERR_OUT_OF_RANGE', 'ERR_SOCKET_BAD_PORT']],
];

/** Constructors of errors by their code. */
const codes = {};
for (const [Base, names] of classes) for (const name of names) codes[name] = coded(name, Base);

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

/** The (negative) error numbers of this system that we give ourselves. */
const systemErrors = later(() => {
  const numbers = { __proto__: null, EADDRINUSE: 0, ECONNRESET: 0, EFAULT: 0, EPIPE: 0, EPROTO: 0 };
  for (const [errno, [name]] of getSystemErrorMap()) if (name in numbers) numbers[name] = errno;
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
