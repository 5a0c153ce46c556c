'use strict';
// http.OutgoingMessage: the writable half of a message. Headers are in `headers`, the rendering of the
// head in `head`, content and its end in `content` and `sending`; here is the class that ties
// them together.
const { ObjectSetPrototypeOf } = require('../base/primordials');
const EventEmitter = require('node:events');
const { define } = require('../base/define');
const { ERR_METHOD_NOT_IMPLEMENTED, ERR_STREAM_CANNOT_PIPE } = require('../base/errors');
const { later } = require('../base/later');
const { kWillEnd } = require('../base/symbols');
const headers = require('./headers');
const host = require('../node/http');
const { process } = require('../wire/realm');

const { kChunkedBuffer, kChunkedLength, kCorked, kErrored, kHighWaterMark, kNeedDrain } = host.keys;
const content = later(() => require('./content'));
const sending = later(() => require('./sending'));
const rendering = later(() => require('./head'));

/** The common part of requests and responses on their way out. Callable without `new`, as in Node. */
function OutgoingMessage(options) {
  host.OutgoingMessage.call(this, options);
  if (host.missingOutgoing.chunks) initialize(this);
}
ObjectSetPrototypeOf(OutgoingMessage.prototype, host.OutgoingMessage.prototype);
ObjectSetPrototypeOf(OutgoingMessage, host.OutgoingMessage);
host.admit(OutgoingMessage, host.OutgoingMessage);

/** Adds the fields that the constructor of an older host does not know. */
function initialize(message) {
  message[kChunkedBuffer] = null;
  message[kChunkedLength] = 0;
}

define(OutgoingMessage.prototype, {
  get errored() {
    return this[kErrored];
  },
  get closed() {
    return this._closed;
  },
  get writableFinished() {
    return sending().isFinished(this);
  },
  get writableObjectMode() {
    return false;
  },
  get writableEnded() {
    return this.finished;
  },
  get writableCorked() {
    return this[kCorked];
  },
  get writableLength() {
    const { socket } = this;
    const held = this[kChunkedLength];
    // Where the host counts what will be around the pieces, so do we.
    const around = held > 0 && host.joinsPieces() ? lengthAround(this, held) : 0;
    return this.outputSize + held + around + (socket ? socket.writableLength : 0);
  },
  get writableHighWaterMark() {
    const { socket } = this;
    return socket ? socket.writableHighWaterMark : this[kHighWaterMark];
  },
  get writableNeedDrain() {
    return !this.destroyed && !this.finished && this[kNeedDrain];
  },
  get connection() {
    return this.socket;
  },
  set connection(socket) {
    this.socket = socket;
  },
});
define(
  OutgoingMessage.prototype,
  {
    get headersSent() {
      return !!this._header;
    },
  },
  true,
);

/** The length of what a chunk of `length` bytes leaves with: its size, line ends, perhaps the head. */
function lengthAround(message, length) {
  const head = !message._headerSent && message._header !== null ? message._header.length : 0;
  return length.toString(16).length + 4 + head;
}

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
  rendering().storeHead(this, firstLine, headers);
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
  const hasFlushed = !this[kCorked] && content().flushPieces(this);
  this.socket?.uncork();
  if (hasFlushed && this[kNeedDrain] && this.writableLength === 0) {
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
  content().flushPieces(this);
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
    data = sending().withHead(this, data, encoding);
    this._headerSent = true;
  }
  return this._writeRaw(data, encoding, callback, byteLength);
};

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
  const more = content().writeContent(this, chunk, encoding, callback, false);
  if (!more) this[kNeedDrain] = true;
  return more;
};

OutgoingMessage.prototype.addTrailers = function addTrailers(headers) {
  rendering().storeTrailers(this, headers);
};

OutgoingMessage.prototype.end = function end(chunk, encoding, callback) {
  sending().end(
    this,
    chunk,
    encoding,
    callback,
    this._send === ownSend && this._writeRaw === ownWriteRaw,
  );
  return this;
};

/** All content has been given to the socket, which need not have sent it. */
OutgoingMessage.prototype._finish = function _finish() {
  this.emit('prefinish');
};

/** The message has been given its socket: writes what it kept. */
OutgoingMessage.prototype._flush = function _flush() {
  const { socket } = this;
  if (!socket?.writable) return;
  if (this.finished) socket[kWillEnd]?.(this);
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

define(OutgoingMessage.prototype, headers.methods, true);
define(OutgoingMessage.prototype, headers.deprecated);

/** Has `Class` inherit from `OutgoingMessage`; its objects are instances of the host's class of that name, too. */
function inheritMessage(Class, HostClass) {
  ObjectSetPrototypeOf(Class.prototype, OutgoingMessage.prototype);
  ObjectSetPrototypeOf(Class, OutgoingMessage);
  host.recognize(HostClass, Class);
  host.admit(Class, HostClass);
}

module.exports = { OutgoingMessage, emitClose, inheritMessage, initialize };
