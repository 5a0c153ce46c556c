'use strict';
// The head of an outgoing message as it is sent, where that is not the text that `_header` shows.
// The characters of a field value stand for bytes, and Content-Disposition may have a file name whose
// bytes are UTF-8 (RFC 6266, section 4.3). Text behind the head leaves as UTF-8 with it, and there
// such a name has to be decoded first; where the head leaves as latin1 it must not be: characters
// above U+00FF would lose their high byte, and U+010D U+010A become the end of a line.
const { BufferFrom, StringPrototypeSlice } = require('../base/primordials');
const { ERR_INVALID_CHAR } = require('../base/errors');
const { isInvalidValue } = require('../base/validate');
const { isUtf8 } = require('../node/builtins');

const kSentHead = Symbol('rust-http.sentHead');
const NOT_ASCII = /[\u0080-\uffff]/;
const NOT_LATIN1 = /[\u0100-\uffff]/;

/** The two forms of a head. Both hold the shown text up to `end`, but for the values that differ. */
class SentHead {
  constructor() {
    this.shown = '';
    this.end = 0;
    this.latin1 = '';
    /** Null when no text has all the bytes: the head then leaves as latin1, by itself. */
    this.utf8 = '';
  }

  /** Adds to both forms what the shown text has got since. */
  catchUp(shown) {
    const since = StringPrototypeSlice(shown, this.end);
    this.end = shown.length;
    this.latin1 += since;
    if (this.utf8 !== null) this.utf8 += since;
  }

  /** Adds a line in its two forms; in the shown text, where it is now, it is `length` long. */
  addLine(shown, length, latin1, utf8) {
    this.catchUp(StringPrototypeSlice(shown, 0, shown.length - length));
    this.end = shown.length;
    this.latin1 += latin1;
    if (utf8 === null) this.utf8 = null;
    else if (this.utf8 !== null) this.utf8 += utf8;
  }
}

/**
 * A value of Content-Disposition as Node shows it: decoded when the length of the content is known.
 * `decodes` says whether it is. What has been checked before decoding is what decoding keeps to:
 * from characters up to U+00FF without line ends it makes no line end.
 */
function shownDisposition(message, name, value, decodes) {
  if (!decodes) return value;
  if (typeof value === 'string' && isInvalidValue(value, false)) {
    if (isInvalidValue(value, message._isLenientHeaderValidation()))
      throw new ERR_INVALID_CHAR('header content', name);
  }
  return BufferFrom(value, 'latin1').toString();
}

/** Notes how the line of Content-Disposition that was added to `head` last is sent. */
function noteDisposition(head, name, value, shown) {
  if (typeof value !== 'string' || !NOT_ASCII.test(value) || NOT_LATIN1.test(value)) return;
  const bytes = BufferFrom(value, 'latin1');
  const utf8 = isUtf8(bytes) ? `${name}: ${bytes}\r\n` : null;
  head.sent ??= new SentHead();
  head.sent.addLine(head.text, `${name}: ${shown}\r\n`.length, `${name}: ${value}\r\n`, utf8);
}

/** The head is complete: keeps its forms with the message. */
function keepSentHead(message, head) {
  const { sent } = head;
  sent.catchUp(message._header);
  sent.shown = message._header;
  message[kSentHead] = sent;
}

/** The forms of the head, unless the application has changed it since it was rendered. */
function formsOf(message) {
  const sent = message[kSentHead];
  return sent?.shown === message._header ? sent : undefined;
}

/** The head for sending with text in UTF-8; null if it has to leave by itself. */
function utf8Head(message) {
  const sent = formsOf(message);
  return sent === undefined ? message._header : sent.utf8;
}

/** The head for sending as latin1; null if that cannot hold all of its characters. */
function latin1Head(message) {
  const text = formsOf(message)?.latin1 ?? message._header;
  return NOT_LATIN1.test(text) ? null : text;
}

module.exports = {
  kSentHead,
  keepSentHead,
  latin1Head,
  noteDisposition,
  shownDisposition,
  utf8Head,
};
