'use strict';
// Content of outgoing messages: checking pieces, counting them, putting them into chunks.
const { BufferByteLength, BufferIsEncoding } = require('../base/primordials');
const {
  ERR_HTTP_BODY_NOT_ALLOWED,
  ERR_HTTP_CONTENT_LENGTH_MISMATCH,
  ERR_INVALID_ARG_TYPE,
  ERR_STREAM_DESTROYED,
  ERR_STREAM_NULL_VALUES,
  ERR_STREAM_WRITE_AFTER_END,
  ERR_UNKNOWN_ENCODING,
} = require('../base/errors');
const { debuglog, isUint8Array } = require('../node/builtins');
const host = require('../node/http');
const { process } = require('../wire/realm');

const {
  kBytesWritten,
  kChunkedBuffer,
  kChunkedLength,
  kCorked,
  kErrored,
  kHighWaterMark,
  kRejectNonStandardBodyWrites,
} = host.keys;

const debug = debuglog('http');
const CRLF = '\r\n';
const joinsPieces = host.joinsPieces();

const byteLength = (chunk, encoding) =>
  typeof chunk === 'string' ? BufferByteLength(chunk, encoding) : chunk.byteLength;

function nop() {}

function writeContent(message, chunk, encoding, callback, last) {
  if (typeof callback !== 'function') callback = nop;
  if (chunk === null) throw new ERR_STREAM_NULL_VALUES();
  if (typeof chunk !== 'string' && !isUint8Array(chunk))
    throw new ERR_INVALID_ARG_TYPE(
      'chunk',
      'of type string or an instance of Buffer or Uint8Array',
      chunk,
    );
  if (message.finished) {
    raise(message, new ERR_STREAM_WRITE_AFTER_END(), callback);
    return false;
  }
  if (message.destroyed) {
    process.nextTick(callback, new ERR_STREAM_DESTROYED('write'));
    return false;
  }
  if (message.strictContentLength) countStrictly(message, byteLength(chunk, encoding), last);
  if (!message._header) {
    if (last) message._contentLength = byteLength(chunk, encoding);
    message._implicitHeader();
  }
  if (!message._hasBody) {
    if (message[kRejectNonStandardBodyWrites]) throw new ERR_HTTP_BODY_NOT_ALLOWED();
    debug('This type of response MUST NOT have a body. Ignoring write() calls.');
    process.nextTick(callback);
    return true;
  }
  const { socket } = message;
  const isChunked = message.chunkedEncoding;
  if (joinsPieces && isChunked && isUnknown(chunk, encoding))
    throw new ERR_UNKNOWN_ENCODING(encoding);
  // What is written in one tick leaves together.
  if (!last && socket && !socket.writableCorked) {
    const corked = joinsPieces ? message : socket;
    corked.cork();
    process.nextTick(uncork, corked);
  }
  if (isChunked && (chunk.length !== 0 || (joinsPieces && holdsPieces(message))))
    return writeChunk(message, chunk, encoding, callback);
  return message._send(chunk, encoding, callback);
}

/** Undoes a cork of `write()`, unless all were undone by `end()` meanwhile. */
function uncork(corked) {
  if (!joinsPieces || corked[kCorked]) corked.uncork();
}

const isUnknown = (chunk, encoding) =>
  typeof chunk === 'string' && encoding && !BufferIsEncoding(encoding);

const holdsPieces = (message) => message[kCorked] > 0 && message[kChunkedBuffer]?.length > 0;

function writeChunk(message, chunk, encoding, callback) {
  const length = byteLength(chunk, encoding);
  if (message[kCorked] && (joinsPieces || message._headerSent)) {
    message[kChunkedBuffer] ??= [];
    message[kChunkedBuffer].push(chunk, encoding, callback);
    message[kChunkedLength] += length;
    if (joinsPieces) return message.writableLength < message.writableHighWaterMark;
    return message[kChunkedLength] < message[kHighWaterMark];
  }
  const around = encodingAround(chunk, encoding);
  message._send(length.toString(16), message._headerSent ? around : 'latin1', null);
  message._send(CRLF, around, null);
  message._send(chunk, encoding, null, length);
  return message._send(CRLF, around, callback);
}

/** Encoded like the chunk where that is UTF-8 text, so that the socket can join them. */
const encodingAround = (chunk, encoding) =>
  typeof chunk === 'string' && (!encoding || encoding === 'utf8') ? encoding : 'latin1';

const isStrict = (message) =>
  message.strictContentLength &&
  message._contentLength != null &&
  message._hasBody &&
  !message._removedContLen &&
  !message.chunkedEncoding &&
  !message.hasHeader('transfer-encoding');

function countStrictly(message, length, last) {
  const total = message[kBytesWritten] + length;
  const limit = message._contentLength;
  if (isStrict(message) && (last ? total !== limit : total > limit))
    throw new ERR_HTTP_CONTENT_LENGTH_MISMATCH(total, limit);
  message[kBytesWritten] = total;
}

function raise(message, error, callback) {
  if (message.destroyed) process.nextTick(callback, error);
  else process.nextTick(emitError, message, error, callback);
}

function emitError(message, error, callback) {
  callback(error);
  if (typeof message.emit === 'function' && !message.destroyed) message.emit('error', error);
}

/** Sends the pieces of chunked content that were held back, as one chunk. Returns whether there were any. */
function flushPieces(message) {
  const pieces = message[kChunkedBuffer];
  if (!pieces || pieces.length === 0) return false;
  if (message.destroyed || message.socket?.destroyed) {
    failPieces(message);
    return false;
  }
  const callbacks = [];
  const first = encodingAround(pieces[0], pieces[1]);
  const last = encodingAround(pieces[pieces.length - 3], pieces[pieces.length - 2]);
  message._send(message[kChunkedLength].toString(16), message._headerSent ? first : 'latin1', null);
  message._send(CRLF, first, null);
  for (let i = 0; i < pieces.length; i += 3) {
    message._send(pieces[i], pieces[i + 1], null);
    if (pieces[i + 2]) callbacks.push(pieces[i + 2]);
  }
  message._send(CRLF, last, (error) => {
    for (const callback of callbacks) callback(error);
  });
  pieces.length = 0;
  message[kChunkedLength] = 0;
  return true;
}

/** The pieces that were held back will not be sent: their callbacks hear why. */
function failPieces(message) {
  const pieces = message[kChunkedBuffer];
  const error = message[kErrored] ?? message.socket?.errored ?? new ERR_STREAM_DESTROYED('write');
  for (let i = 2; i < pieces.length; i += 3)
    if (pieces[i] !== nop) process.nextTick(pieces[i], error);
  pieces.length = 0;
  message[kChunkedLength] = 0;
}

const isContent = (chunk) => typeof chunk === 'string' || isUint8Array(chunk);

module.exports = { byteLength, flushPieces, isContent, isStrict, nop, raise, writeContent };
