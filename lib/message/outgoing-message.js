'use strict';
// http.OutgoingMessage: the writable half of a message. Headers are in `outgoing-headers`, the
// rendering of the head in `internal/outgoing-head`, content and its end in `internal/outgoing-content`
// and `-finish`; here is the class that ties them together.
const EventEmitter = require('node:events');
const {
  debuglog,
  types: { isUint8Array },
} = require('node:util');
const { codes } = require('../base/errors');
const { kSendWhole, kWillEnd } = require('../base/symbols');
const host = require('../node/http');
const { byteLength, flushPieces, isContent, isStrict, nop, raise, writeContent } =
  require('./content');
const { finishesWithContent, isFinished, onFinish, queueEndCallback } = require('./finish');
const { storeHead } = require('./head');
const { storeTrailers } = require('./trailers');
const { kSentHead, latin1Head, utf8Head } = require('./sent-head');

const {
  ERR_HTTP_CONTENT_LENGTH_MISMATCH,
  ERR_METHOD_NOT_IMPLEMENTED,
  ERR_STREAM_CANNOT_PIPE,
  ERR_STREAM_WRITE_AFTER_END,
} = codes;
const {
  kBytesWritten,
  kChunkedBuffer,
  kChunkedLength,
  kCorked,
  kErrored,
  kHighWaterMark,
  kNeedDrain,
} = host.keys;
const debug = debuglog('http');

/**
 * The common part of requests and responses on their way out.
 * Callable without `new`, as in Node.
 */
function OutgoingMessage(options) {
  host.OutgoingMessage.call(this, options);
  if (host.missingOutgoing.chunks) initialize(this);
}
Object.setPrototypeOf(OutgoingMessage.prototype, host.OutgoingMessage.prototype);
Object.setPrototypeOf(OutgoingMessage, host.OutgoingMessage);

/** Adds the fields that the constructor of an older host does not know. */
function initialize(message) {
  message[kChunkedBuffer] = null;
  message[kChunkedLength] = 0;
}

function getter(name, get, more) {
  Object.defineProperty(OutgoingMessage.prototype, name, {
    __proto__: null,
    configurable: true,
    get,
    ...more,
  });
}
getter('errored', function () {
  return this[kErrored];
});
getter('closed', function () {
  return this._closed;
});
getter('writableFinished', function () {
  return isFinished(this);
});
getter('writableObjectMode', () => false);
getter('writableEnded', function () {
  return this.finished;
});
getter('writableCorked', function () {
  return this[kCorked];
});
getter('writableLength', function () {
  const { socket } = this;
  const held = this[kChunkedLength];
  // Where the host counts what will be around the pieces, so do we.
  const around = held > 0 && host.joinsPieces ? lengthAround(this, held) : 0;
  return this.outputSize + held + around + (socket ? socket.writableLength : 0);
});
/** The length of what a chunk of `length` bytes leaves with: its size, line ends, perhaps the head. */
function lengthAround(message, length) {
  const head = !message._headerSent && message._header !== null ? message._header.length : 0;
  return length.toString(16).length + 4 + head;
}
getter('writableHighWaterMark', function () {
  const { socket } = this;
  return socket ? socket.writableHighWaterMark : this[kHighWaterMark];
});
getter('writableNeedDrain', function () {
  return !this.destroyed && !this.finished && this[kNeedDrain];
});
getter(
  'headersSent',
  function () {
    return !!this._header;
  },
  { enumerable: true },
);
getter(
  'connection',
  function () {
    return this.socket;
  },
  {
    set(socket) {
      this.socket = socket;
    },
  },
);

/** Whether field values may hold control characters: as the parser is set for the other direction. */
OutgoingMessage.prototype._isLenientHeaderValidation = function _isLenientHeaderValidation() {
  if (this.httpValidation !== undefined) return this.httpValidation !== 'strict';
  const server = this.req?.socket?.server;
  if (server?.httpValidation !== undefined) return server.httpValidation !== 'strict';
  if (typeof this.insecureHTTPParser === 'boolean') return this.insecureHTTPParser;
  if (typeof server?.insecureHTTPParser === 'boolean') return server.insecureHTTPParser;
  return host.insecureByDefault;
};

OutgoingMessage.prototype._storeHeader = function _storeHeader(firstLine, headers) {
  storeHead(this, firstLine, headers);
};

OutgoingMessage.prototype._implicitHeader = function _implicitHeader() {
  throw new ERR_METHOD_NOT_IMPLEMENTED('_implicitHeader()');
};

/** Holds back what is written, until `uncork()`; pieces of chunked content become one chunk. */
OutgoingMessage.prototype.cork = function cork() {
  this[kCorked]++;
  this.socket?.cork();
};

OutgoingMessage.prototype.uncork = function uncork() {
  this[kCorked]--;
  if (!this[kCorked]) flushPieces(this);
  this.socket?.uncork();
  if (this[kNeedDrain] && this[kChunkedBuffer]?.drain && this.writableLength === 0) {
    this[kChunkedBuffer].drain = false;
    this[kNeedDrain] = false;
    this.emit('drain');
  }
};

/** Timeout of the socket in milliseconds; `callback` is added to 'timeout'. */
OutgoingMessage.prototype.setTimeout = function setTimeout(msecs, callback) {
  if (callback) this.on('timeout', callback);
  if (this.socket) this.socket.setTimeout(msecs);
  else
    this.once('socket', (socket) => {
      socket.setTimeout(msecs);
    });
  return this;
};

OutgoingMessage.prototype.destroy = function destroy(error) {
  if (this.destroyed) return this;
  this.destroyed = true;
  this[kErrored] = error;
  flushPieces(this);
  if (this.socket) this.socket.destroy(error);
  else process.nextTick(emitClose, this);
  return this;
};

function emitClose(message) {
  if (message._closed) return;
  message._closed = true;
  message.emit('close');
}

/** Sends a piece behind the head, which leaves with the first one. */
OutgoingMessage.prototype._send = function _send(data, encoding, callback, byteLength) {
  if (!this._headerSent && this._header !== null) {
    data = withHead(this, data, encoding);
    this._headerSent = true;
  }
  return this._writeRaw(data, encoding, callback, byteLength);
};

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

const { _send: ownSend } = OutgoingMessage.prototype;

/** Writes to the socket, or keeps the piece until the message is given one. */
OutgoingMessage.prototype._writeRaw = function _writeRaw(data, encoding, callback) {
  const { socket } = this;
  if (socket?.destroyed) return false; // its 'close' is on the way
  if (typeof encoding === 'function') {
    callback = encoding;
    encoding = null;
  }
  if (socket && socket._httpMessage === this && socket.writable) {
    if (this.outputData.length > 0) this._flushOutput(socket);
    return socket.write(data, encoding, callback);
  }
  this.outputData.push({ data, encoding, callback });
  this.outputSize += data.length;
  this._onPendingData(data.length);
  return this.outputSize < this[kHighWaterMark];
};

const { _writeRaw: ownWriteRaw } = OutgoingMessage.prototype;

OutgoingMessage.prototype.write = function write(chunk, encoding, callback) {
  if (typeof encoding === 'function') {
    callback = encoding;
    encoding = null;
  }
  const more = writeContent(this, chunk, encoding, callback, false);
  if (!more) this[kNeedDrain] = true;
  return more;
};

OutgoingMessage.prototype.addTrailers = function addTrailers(headers) {
  storeTrailers(this, headers);
};

OutgoingMessage.prototype.end = function end(chunk, encoding, callback) {
  if (typeof chunk === 'function') {
    callback = chunk;
    chunk = null;
    encoding = null;
  } else if (typeof encoding === 'function') {
    callback = encoding;
    encoding = null;
  }
  const { socket } = this;
  let finish = null;
  if (chunk) {
    if (this.finished) {
      raise(
        this,
        new ERR_STREAM_WRITE_AFTER_END(),
        typeof callback === 'function' ? callback : nop,
      );
      return this;
    }
    if (mayLeaveWhole(this, chunk) && sendWhole(this, chunk, encoding, callback)) return this;
    socket?.cork();
    // When nothing follows this piece, 'finish' comes with it instead of with a write of its own.
    if (isFinalPiece(this, chunk, encoding)) {
      if (typeof callback === 'function') {
        queueEndCallback(this, callback);
        callback = undefined;
      }
      finish = (error) => onFinish(this, error);
    }
    writeContent(this, chunk, encoding, finish, true);
  } else if (this.finished) {
    if (typeof callback === 'function') queueEndCallback(this, callback);
    return this;
  } else if (!this._header) {
    socket?.cork();
    this._contentLength = 0;
    this._implicitHeader();
  }

  if (typeof callback === 'function') queueEndCallback(this, callback);
  if (isStrict(this) && this[kBytesWritten] !== this._contentLength)
    throw new ERR_HTTP_CONTENT_LENGTH_MISMATCH(this[kBytesWritten], this._contentLength);
  if (finish === null) sendEnd(this, chunk);
  releaseCorks(this);
  this.finished = true;
  debug('outgoing message end.');
  if (this.outputData.length === 0 && this.socket?._httpMessage === this) this._finish();
  return this;
};

/** Nothing of the message has left or waits, and nobody has put a method of theirs in the way. */
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
    message._send === ownSend &&
    message._writeRaw === ownWriteRaw &&
    (typeof chunk === 'string' || isUint8Array(chunk))
  );
}

/** Sends head and content in one go; false if they have to go the long way. */
function sendWhole(message, chunk, encoding, callback) {
  if (!message._header) {
    message._contentLength =
      typeof chunk === 'string' ? Buffer.byteLength(chunk, encoding) : chunk.byteLength;
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
  if (typeof callback === 'function') queueEndCallback(message, callback);
  message._headerSent = true;
  message.finished = true;
  debug('outgoing message end.');
  if (socket._httpMessage === message) message._finish();
  return true;
}

function isFinalPiece(message, chunk, encoding) {
  if (!isContent(chunk) || message.destroyed || message.strictContentLength) return false;
  if (!finishesWithContent) return false;
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
  if (socket?.[kWillEnd]) socket[kWillEnd](message);
  for (let corks = socket?.writableCorked ?? 0; corks > 0; corks--) socket.uncork();
}

/** All content has been given to the socket, which need not have sent it. */
OutgoingMessage.prototype._finish = function _finish() {
  this.emit('prefinish');
};

/** The message has been given its socket: writes what it kept. */
OutgoingMessage.prototype._flush = function _flush() {
  const { socket } = this;
  if (!socket?.writable) return;
  const more = this._flushOutput(socket);
  if (this.finished) {
    this._finish();
  } else if (this[kNeedDrain] && more !== false) {
    this[kNeedDrain] = false;
    this.emit('drain');
  }
};

OutgoingMessage.prototype._flushOutput = function _flushOutput(socket) {
  const pieces = this.outputData;
  if (pieces.length === 0) return undefined;
  socket.cork();
  let more;
  for (const piece of pieces) {
    const { data, encoding, callback } = piece;
    piece.data = null;
    more = socket.write(data, encoding, callback);
  }
  socket.uncork();
  this.outputData = [];
  this._onPendingData(-this.outputSize);
  this.outputSize = 0;
  return more;
};

OutgoingMessage.prototype.flushHeaders = function flushHeaders() {
  if (!this._header) this._implicitHeader();
  this._send('');
};

OutgoingMessage.prototype.pipe = function pipe() {
  this.emit('error', new ERR_STREAM_CANNOT_PIPE());
};

OutgoingMessage.prototype[EventEmitter.captureRejectionSymbol] = function (error) {
  this.destroy(error);
};

require('./headers').define(OutgoingMessage);

// A message class has two parents, our OutgoingMessage and the host's class of the same name, and
// its objects are instances of both: they inherit from the host's class through a copy of our
// prototype, and `instanceof OutgoingMessage` knows the copies.
const copies = [];

/** Makes `Class` inherit from `OutgoingMessage` and from the host's `Parent`. */
function inheritMessage(Class, Parent) {
  const { constructor: _, ...members } = Object.getOwnPropertyDescriptors(
    OutgoingMessage.prototype,
  );
  const copy = Object.create(Parent.prototype, members);
  copies.push(copy);
  Object.setPrototypeOf(Class.prototype, copy);
  Object.setPrototypeOf(Class, OutgoingMessage);
}

Object.defineProperty(OutgoingMessage, Symbol.hasInstance, {
  __proto__: null,
  configurable: true,
  value(object) {
    if (Function.prototype[Symbol.hasInstance].call(this, object)) return true;
    return (
      this === OutgoingMessage &&
      copies.some((copy) => Object.prototype.isPrototypeOf.call(copy, object))
    );
  },
});

module.exports = { OutgoingMessage, emitClose, inheritMessage, initialize };
