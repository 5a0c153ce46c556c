'use strict';
// How the content of an outgoing message leaves: whole with its head, or piece by piece, and its end.
const { BufferByteLength } = require('../base/primordials');
const {
  ERR_HTTP_CONTENT_LENGTH_MISMATCH,
  ERR_STREAM_ALREADY_FINISHED,
  ERR_STREAM_DESTROYED,
  ERR_STREAM_WRITE_AFTER_END,
} = require('../base/errors');
const { kSendWhole, kWillEnd } = require('../base/symbols');
const { debuglog, isUint8Array } = require('../node/builtins');
const host = require('../node/http');
const { byteLength, flushPieces, isContent, isStrict, nop, raise, writeContent } =
  require('./content');
const { kSentHead, latin1Head, utf8Head } = require('./sent-head');
const { process } = require('../wire/realm');

const { kBytesWritten, kCorked, kEndCallbacks, kErrored, kFlushError, kWritableFinished } =
  host.keys;
const debug = debuglog('http');

// In older hosts a message counts as finished once nothing of it waits, and callbacks of `end()` hear nothing of errors.
const oldFinish = host.missingOutgoing.finished;

/** The piece behind the head, if both are text of one encoding; else the head leaves before it. */
function withHead(message, data, encoding) {
  if (typeof data === 'string') {
    const isUtf8 = !encoding || encoding === 'utf8';
    if (isUtf8 || encoding === 'latin1') {
      const head = isUtf8 ? utf8Head(message) : latin1Head(message);
      if (head !== null) return head + data;
    }
  }
  const latin1 = latin1Head(message);
  const head = latin1 ?? message._header;
  message.outputData.push({
    data: head,
    encoding: latin1 === null ? 'utf8' : 'latin1',
    callback: null,
  });
  message.outputSize += head.length;
  message._onPendingData(head.length);
  return data;
}

/** What `end()` does. `sendsItself`: the methods that send are ours, not the application's. */
function end(message, chunk, encoding, callback, sendsItself) {
  if (typeof chunk === 'function') {
    callback = chunk;
    chunk = null;
    encoding = null;
  } else if (typeof encoding === 'function') {
    callback = encoding;
    encoding = null;
  }
  if (typeof callback !== 'function') callback = undefined;
  if (message.finished) {
    endAgain(message, chunk, callback);
    return;
  }
  const { socket } = message;
  let finish = null;
  if (chunk) {
    if (
      sendsItself &&
      mayLeaveWhole(message, chunk) &&
      sendWhole(message, chunk, encoding, callback)
    )
      return;
    socket?.cork();
    // When nothing follows this piece, 'finish' comes with it instead of with a write of its own.
    if (isFinalPiece(message, chunk, encoding)) {
      if (callback) queueEndCallback(message, callback);
      callback = undefined;
      finish = (error) => onFinish(message, error);
    }
    writeContent(message, chunk, encoding, finish, true);
  } else if (!message._header) {
    socket?.cork();
    message._contentLength = 0;
    message._implicitHeader();
  }

  if (callback) queueEndCallback(message, callback);
  if (isStrict(message) && message[kBytesWritten] !== message._contentLength)
    throw new ERR_HTTP_CONTENT_LENGTH_MISMATCH(message[kBytesWritten], message._contentLength);
  if (finish === null) sendEnd(message, chunk);
  releaseCorks(message);
  message.finished = true;
  debug('outgoing message end.');
  if (message.outputData.length === 0 && message.socket?._httpMessage === message)
    message._finish();
}

function endAgain(message, chunk, callback) {
  if (!chunk) {
    if (callback) queueEndCallback(message, callback);
  } else if (!message.destroyed) {
    // Once it is destroyed, Node emits no error.
    raise(message, new ERR_STREAM_WRITE_AFTER_END(), callback ?? nop);
  }
}

/** Nothing of the message has left or waits. */
function mayLeaveWhole(message, chunk) {
  const { socket } = message;
  return (
    socket?.[kSendWhole] !== undefined &&
    socket._httpMessage === message &&
    !message._headerSent &&
    !message.destroyed &&
    !message.strictContentLength &&
    message[kCorked] === 0 &&
    message.outputData.length === 0 &&
    (typeof chunk === 'string' || isUint8Array(chunk))
  );
}

/** Sends head and content in one go; false if they have to go the long way. */
function sendWhole(message, chunk, encoding, callback) {
  if (!message._header) {
    message._contentLength =
      typeof chunk === 'string' ? BufferByteLength(chunk, encoding) : chunk.byteLength;
    message._implicitHeader();
  }
  const { socket } = message;
  if (!message._header || !message._hasBody || message.chunkedEncoding) return false;
  const isUtf8 = typeof chunk === 'string' && (!encoding || encoding === 'utf8');
  let head = message._header;
  if (!isUtf8) head = latin1Head(message);
  else if (message[kSentHead] !== undefined) head = utf8Head(message);
  if (head === null) return false;
  const finish = (error) => onFinish(message, error);
  if (!socket[kSendWhole](message, head, chunk, encoding, finish)) return false;
  if (callback) queueEndCallback(message, callback);
  message._headerSent = true;
  message.finished = true;
  debug('outgoing message end.');
  if (socket._httpMessage === message) message._finish();
  return true;
}

function isFinalPiece(message, chunk, encoding) {
  if (!isContent(chunk) || message.destroyed || message.strictContentLength) return false;
  if (oldFinish) return false; // 'finish' comes with an empty write of its own
  if (!message._header) {
    message._contentLength = byteLength(chunk, encoding);
    message._implicitHeader();
  }
  return !!message._header && message._hasBody && !message.chunkedEncoding;
}

function sendEnd(message, chunk) {
  const finish = (error) => onFinish(message, error);
  if (message._hasBody && message.chunkedEncoding) {
    flushPieces(message);
    message._send(`0\r\n${message._trailer}\r\n`, 'latin1', finish);
  } else if (!message._headerSent || message.writableLength || chunk) {
    message._send('', 'latin1', finish);
  } else {
    process.nextTick(finish);
  }
}

/** `end()` undoes all corks, those of the user included. */
function releaseCorks(message) {
  const { socket } = message;
  message[kCorked] = 0;
  socket?.[kWillEnd]?.(message);
  for (let corks = socket?.writableCorked ?? 0; corks > 0; corks--) socket.uncork();
}

// ---- its end: callbacks and 'finish', in the way of the runtime ----

/** All of the message has been handed to the system. */
function isFinished(message) {
  return oldFinish ? message.finished && isFlushed(message) : message[kWritableFinished];
}

/** Callbacks of `end()`: null once all was written, else the error that prevented it. */
function queueEndCallback(message, callback) {
  if (oldFinish && !message.finished) {
    message.once('finish', callback);
  } else if (oldFinish && !message.writableFinished) {
    message.on('finish', callback);
  } else if (message.writableFinished) {
    callback(new ERR_STREAM_ALREADY_FINISHED('end'));
  } else if (message[kFlushError] !== null) {
    process.nextTick(callback, message[kFlushError]);
  } else {
    message[kEndCallbacks] ??= [];
    message[kEndCallbacks].push(callback);
  }
}

const isFlushed = (message) =>
  message.outputSize === 0 && (!message.socket || message.socket.writableLength === 0);

function callEndCallbacks(message, error) {
  const callbacks = message[kEndCallbacks];
  if (callbacks === null) return;
  message[kEndCallbacks] = null;
  for (const callback of callbacks) callback(error);
}

function onFinish(message, error) {
  const { socket } = message;
  if (oldFinish) {
    if (!socket?._hadError) message.emit('finish');
    return;
  }
  if (error || message[kErrored] || socket?.errored || socket?._hadError) {
    message[kFlushError] =
      error ?? message[kErrored] ?? socket?.errored ?? new ERR_STREAM_DESTROYED('end');
    callEndCallbacks(message, message[kFlushError]);
    return;
  }
  message[kWritableFinished] = true;
  callEndCallbacks(message, null);
  message.emit('finish');
}

module.exports = { end, isFinished, withHead };
