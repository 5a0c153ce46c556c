'use strict';
// http.IncomingMessage: a received message, a stream.Readable.
const {
  ArrayPrototypeSlice,
  ObjectSetPrototypeOf,
  StringPrototypeEndsWith,
} = require('../base/primordials');
const { finished } = require('node:stream');
const host = require('../node/http');
const { define } = require('../base/define');
const { later } = require('../base/later');
const { kConnection } = require('../base/symbols');
const { process } = require('../wire/realm');

const fieldLines = later(() => require('./fields'));

const { kHeaders, kHeadersCount, kHeadersDistinct, kTrailers, kTrailersCount, kTrailersDistinct } =
  host.keys;
const kAbortController = Symbol('kAbortController');
const kAbortListener = Symbol('kAbortListener');

/** A received request or response. Callable without `new`, as in Node. */
function IncomingMessage(socket) {
  // The host's makes url, method, statusCode, statusMessage and the rest.
  host.IncomingMessage.call(this, socket);
  this[kConnection] = null;
}
ObjectSetPrototypeOf(IncomingMessage.prototype, host.IncomingMessage.prototype);
ObjectSetPrototypeOf(IncomingMessage, host.IncomingMessage);
host.admit(IncomingMessage, host.IncomingMessage);

const { prototype } = IncomingMessage;

/** Objects that are made on first use from raw lines, and assignable: their keys, the lines and their number. */
for (const [name, key, raw, countKey] of [
  ['headers', kHeaders, 'rawHeaders', kHeadersCount],
  ['headersDistinct', kHeadersDistinct, 'rawHeaders', kHeadersCount],
  ['trailers', kTrailers, 'rawTrailers', kTrailersCount],
  ['trailersDistinct', kTrailersDistinct, 'rawTrailers', kTrailersCount],
]) {
  const isDistinct = StringPrototypeEndsWith(name, 'Distinct');
  const add = isDistinct ? '_addHeaderLineDistinct' : '_addHeaderLine';
  define(prototype, {
    get [name]() {
      if (!this[key]) {
        const fields = (this[key] = isDistinct ? { __proto__: null } : {});
        const lines = this[raw];
        const count = this[countKey];
        for (let i = 0; i < count; i += 2) this[add](lines[i], lines[i + 1], fields);
      }
      return this[key];
    },
    set [name](value) {
      this[key] = value;
    },
  });
}

/** Adding a line to one of these objects. */
const adding = {
  _addHeaderLine(name, value, fields) {
    fieldLines().addLine(fields, name, value, this.joinDuplicateHeaders);
  },
  _addHeaderLineDistinct(name, value, fields) {
    fieldLines().addLineDistinct(fields, name, value);
  },
};
define(prototype, adding, true);

/** A program may put a method of its own in the place of this one, and hears of each field line. */
const { _addHeaderLine: ownAddHeaderLine } = adding;

define(prototype, {
  get connection() {
    return this.socket;
  },
  set connection(socket) {
    this.socket = socket;
  },

  /** Aborted when the message is, or when its connection closes before the exchange is complete. */
  get signal() {
    if (!this[kAbortController]) {
      this[kAbortController] = new AbortController();
      if (this.destroyed && (!this.readableEnded || !this.complete)) this[kAbortController].abort();
      else abortOnClose(this);
    }
    return this[kAbortController].signal;
  },

  /** Leaves the stream as reading it to its end would, without events: it has no listener. */
  _endQuietly() {
    this._dumpAndCloseReadable();
    if (!host.readsToDump) this._readableState.flowing = true;
  },
});

function abortOnClose(message) {
  const { socket } = message;
  if (!socket || message[kAbortListener] === null) return;
  if (socket.destroyed) {
    message[kAbortController].abort();
    return;
  }
  message[kAbortListener] = () => {
    abortSignal(message);
  };
  socket.once('close', message[kAbortListener]);
}

function abortSignal(message) {
  detachSignal(message);
  message[kAbortController]?.abort();
}

/** The exchange is complete: closing the connection does not abort it any more. */
function detachSignal(message) {
  if (message[kAbortListener]) message.socket?.removeListener('close', message[kAbortListener]);
  if (message[kAbortController]) message[kAbortListener] = null;
}

/** Timeout of the socket in milliseconds; `callback` is added to 'timeout'. */
IncomingMessage.prototype.setTimeout = function setTimeout(msecs, callback) {
  if (callback) this.on('timeout', callback);
  this.socket.setTimeout(msecs);
  return this;
};

/** The content is pushed as it arrives: reading only lets the connection go on. */
IncomingMessage.prototype._read = function _read() {
  if (!this._consuming) {
    this._readableState.readingMore = false;
    this._consuming = true;
  }
  const connection = this[kConnection];
  if (connection) connection.resumeFor(this);
  else if (this.socket.readable && !this.socket._paused) this.socket.resume();
};

IncomingMessage.prototype._destroy = function _destroy(error, callback) {
  if (!this.readableEnded || !this.complete) {
    this.aborted = true;
    this.emit('aborted');
    abortSignal(this);
  }
  const { socket } = this;
  if (socket && !socket.destroyed && this.aborted) {
    socket.destroy(error);
    const cleanUp = finished(socket, (e) => {
      cleanUp();
      const reason = e?.code === 'ERR_STREAM_PREMATURE_CLOSE' ? error : e || error;
      process.nextTick(report, this, reason, callback);
    });
  } else if (host.endsAtOnce && !error && !this.aborted) {
    callback();
  } else {
    process.nextTick(report, this, error, callback);
  }
};

/** An error without a listener is not raised: in Node, messages have always ended so. */
function report(message, error, callback) {
  callback(message.listenerCount('error') === 0 ? undefined : error);
}

/** Takes the raw lines of the head, or of the trailer section behind the content: no more than `count` in any form. */
IncomingMessage.prototype._addHeaderLines = function _addHeaderLines(lines, count) {
  if (!lines || lines.length === 0) return;
  if (count < lines.length) lines = ArrayPrototypeSlice(lines, 0, count);
  let fields;
  if (this.complete) {
    this.rawTrailers = lines;
    this[kTrailersCount] = count;
    fields = this[kTrailers];
  } else {
    this.rawHeaders = lines;
    this[kHeadersCount] = count;
    fields = this[kHeaders];
  }
  if (fields)
    for (let i = 0; i < count; i += 2) this._addHeaderLine(lines[i], lines[i + 1], fields);
};

/** Takes what the heads of requests and responses have in common. */
function takeHead(message, { lines, major, minor }) {
  message.httpVersionMajor = major;
  message.httpVersionMinor = minor;
  message.httpVersion = major === 1 && minor === 1 ? '1.1' : `${major}.${minor}`;
  message.upgrade = false;
  message._addHeaderLines(lines, lines.length);
}

/** Lets the rest of the content go by unread. */
IncomingMessage.prototype._dump = function _dump() {
  if (this._dumped) return;
  this._dumped = true;
  // What is buffered must not reach listeners any more.
  this.removeAllListeners('data');
  if (host.readsToDump && this.complete && !this.destroyed && this.readableLength === 0)
    this.read(0);
  else this.resume();
};

/** Ends the stream without its events: there is no content that a reader could wait for. */
IncomingMessage.prototype._dumpAndCloseReadable = function _dumpAndCloseReadable() {
  const state = this._readableState;
  this._dumped = true;
  state.ended = true;
  state.endEmitted = true;
  state.destroyed = true;
  state.closed = true;
  state.closeEmitted = true;
};

module.exports = { IncomingMessage, detachSignal, kAbortController, ownAddHeaderLine, takeHead };
