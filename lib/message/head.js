'use strict';
// Renders the head of an outgoing message, and decides its framing and persistence on the way, in
// the order in which Node does. Renders its trailer section.
const { ArrayIsArray, ArrayPrototypeJoin, MathFloor, ObjectKeys } = require('../base/primordials');
const { ERR_HTTP_TRAILER_INVALID, ERR_INVALID_CHAR } = require('../base/errors');
const { kEndsConnection } = require('../base/symbols');
const { isInvalidValue, validateHeaderName, validateHeaderValue } = require('../base/validate');
const { forEachField } = require('./field-pairs');
const { lowerCase } = require('../wire/field-names');
const {
  keys: { kOutHeaders },
  serverKeys,
} = require('../node/http');
const { setTimeout } = require('../node/timers');
const { SystemDate } = require('../wire/realm');
const { keepSentHead, noteDisposition, shownDisposition } = require('./sent-head');

const { kUniqueHeaders } = serverKeys();

const CLOSE = /(?:^|\W)close(?:$|\W)/i;
const CHUNKED = /(?:^|\W)chunked(?:$|\W)/i;

/** The Date field's value, rendered once a second. */
let cachedDate;

/** The current date in the form of RFC 9110, section 5.6.7. */
function utcDate() {
  if (cachedDate === undefined) {
    const now = new SystemDate();
    cachedDate = now.toUTCString();
    setTimeout(forgetDate, 1000 - now.getMilliseconds()).unref();
  }
  return cachedDate;
}

function forgetDate() {
  cachedDate = undefined;
}

/** How the fields of a head are checked. */
const Check = {
  /** They were checked when they were set. */
  DONE: 'done',
  STRICT: 'strict',
  RELAXED: 'relaxed',
};

/** What the fields of a head say, gathered while they are rendered. */
class Head {
  constructor(firstLine) {
    this.text = firstLine;
    this.check = Check.DONE;
    this.connection = false;
    this.contLen = false;
    this.te = false;
    this.date = false;
    this.expect = false;
    this.trailer = false;
    /** Lines that are not sent as they are shown; see `sent-head`. */
    this.dispositions = null;
  }
}

/** Renders `firstLine` and `headers` (the store, an object, or an array in either form). */
function storeHead(message, firstLine, headers) {
  const head = new Head(firstLine);
  if (headers) addFields(message, head, headers);
  if (message.sendDate && !head.date) head.text += `Date: ${utcDate()}\r\n`;

  // A 204 or 304 has no content whatever its fields say: the chunked coding asked for by the user
  // would leave the peer waiting, so the connection ends instead.
  if (message.chunkedEncoding && (message.statusCode === 204 || message.statusCode === 304)) {
    message.chunkedEncoding = false;
    message.shouldKeepAlive = false;
  }
  decidePersistence(message, head);
  decideFraming(message, head);

  // Without the chunked coding there is no place for a trailer section.
  if (message.chunkedEncoding !== true && head.trailer) throw new ERR_HTTP_TRAILER_INVALID();

  message._header = `${head.text}\r\n`;
  if (head.dispositions !== null) keepSentHead(message, head);
  message._headerSent = false;
  // The peer waits for the head before it answers an expectation.
  if (head.expect) message._send('');
}

function addFields(message, head, headers) {
  if (headers === message[kOutHeaders]) {
    for (const key in headers) {
      const entry = headers[key];
      addField(message, head, entry[0], entry[1]);
    }
    return;
  }
  head.check = message._isLenientHeaderValidation() ? Check.RELAXED : Check.STRICT;
  forEachField(headers, (name, value) => {
    addField(message, head, name, value);
  });
}

const isCookie = (name) => name.length === 6 && name.toLowerCase() === 'cookie';
const isContentDisposition = (name) =>
  name.length === 19 && name.toLowerCase() === 'content-disposition';

function addField(message, head, name, value) {
  if (head.check !== Check.DONE) validateHeaderName(name);
  const add = isContentDisposition(name) ? addDisposition : addLine;
  if (ArrayIsArray(value)) {
    const unique = message[kUniqueHeaders];
    if ((value.length < 2 || !isCookie(name)) && !unique?.has(name.toLowerCase())) {
      for (const item of value) add(message, head, name, item);
      return;
    }
    value = ArrayPrototypeJoin(value, '; ');
  }
  add(message, head, name, value);
}

/** Adds a line whose file name may be UTF-8. */
function addDisposition(message, head, name, value) {
  const shown = shownDisposition(message, name, value, message._contentLength);
  addLine(message, head, name, shown);
  noteDisposition(head, name, value, shown);
}

function addLine(message, head, name, value) {
  if (head.check !== Check.DONE) validateHeaderValue(name, value, head.check === Check.RELAXED);
  head.text += `${name}: ${value}\r\n`;
  const { length } = name;
  if (length >= 4 && length <= 17) note(message, head, lowerCase(name), value);
}

/** Notes what a field means for framing and persistence. */
function note(message, head, name, value) {
  switch (name) {
    case 'connection':
      head.connection = true;
      message._removedConnection = false;
      if (CLOSE.test(value)) message._last = true;
      else message.shouldKeepAlive = true;
      break;
    case 'transfer-encoding':
      head.te = true;
      message._removedTE = false;
      if (CHUNKED.test(value)) message.chunkedEncoding = true;
      break;
    case 'content-length':
      head.contLen = true;
      message._contentLength = +value;
      message._removedContLen = false;
      break;
    case 'date':
      head.date = true;
      break;
    case 'expect':
      head.expect = true;
      break;
    case 'trailer':
      head.trailer = true;
      break;
    case 'keep-alive':
      message._defaultKeepAlive = false;
      // How long the connection persists is what the handler says, though its server was closed.
      if (message[kEndsConnection] === true) message.shouldKeepAlive = true;
      break;
  }
}

function decidePersistence(message, head) {
  if (message._removedConnection) {
    // HTTP/1.1 persists by default, so leaving the field out does not mean to close.
    message._last = !message.shouldKeepAlive;
    return;
  }
  if (head.connection) return;
  const persist =
    message.shouldKeepAlive &&
    (head.contLen || message.useChunkedEncodingByDefault || message.agent);
  if (!persist) {
    message._last = true;
    head.text += 'Connection: close\r\n';
  } else if (message.maxRequestsOnConnectionReached) {
    head.text += 'Connection: close\r\n';
  } else {
    head.text += keepAliveLines(message);
  }
}

// Made anew only when a timeout other than the last one comes along.
let linesTimeout = -1;
let lines = '';

function keepAliveLines(message) {
  const timeout = message._keepAliveTimeout;
  if (!timeout || !message._defaultKeepAlive) return 'Connection: keep-alive\r\n';
  const max = ~~message._maxRequestsPerSocket;
  if (max > 0) {
    return `Connection: keep-alive\r\nKeep-Alive: timeout=${MathFloor(timeout / 1000)}, max=${max}\r\n`;
  }
  if (timeout !== linesTimeout) {
    linesTimeout = timeout;
    lines = `Connection: keep-alive\r\nKeep-Alive: timeout=${MathFloor(timeout / 1000)}\r\n`;
  }
  return lines;
}

function decideFraming(message, head) {
  if (head.contLen || head.te) return;
  if (!message._hasBody) {
    message.chunkedEncoding = false; // no last chunk behind a message without content
  } else if (!message.useChunkedEncodingByDefault) {
    message._last = true; // an HTTP/1.0 peer sees the end by the close
  } else if (
    !head.trailer &&
    !message._removedContLen &&
    typeof message._contentLength === 'number'
  ) {
    head.text += `Content-Length: ${message._contentLength}\r\n`;
  } else if (!message._removedTE) {
    head.text += 'Transfer-Encoding: chunked\r\n';
    message.chunkedEncoding = true;
  } else {
    message._last = true; // the user removed both: only the close ends the content
  }
}

/** Sets the trailer section: `headers` as an object or an array of pairs. */
function storeTrailers(message, headers) {
  message._trailer = '';
  const isArray = ArrayIsArray(headers);
  const relaxed = message._isLenientHeaderValidation();
  const unique = message[kUniqueHeaders];
  for (const key of ObjectKeys(headers)) {
    const name = isArray ? headers[key][0] : key;
    let value = isArray ? headers[key][1] : headers[key];
    validateHeaderName(name, 'Trailer name');
    if (ArrayIsArray(value) && value.length > 1 && !unique?.has(name.toLowerCase())) {
      for (const item of value) message._trailer += trailerLine(name, item, relaxed);
    } else {
      if (ArrayIsArray(value)) value = ArrayPrototypeJoin(value, '; ');
      message._trailer += trailerLine(name, value, relaxed);
    }
  }
}

function trailerLine(name, value, relaxed) {
  if (isInvalidValue(value, relaxed)) throw new ERR_INVALID_CHAR('trailer content', name);
  return `${name}: ${value}\r\n`;
}

module.exports = { storeHead, storeTrailers };
