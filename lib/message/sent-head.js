'use strict';
// The head of an outgoing message as it is sent, where that is not the text that `_header` shows.
// The characters of a field value stand for bytes, and Content-Disposition may have a file name whose
// bytes are UTF-8 (RFC 6266, section 4.3). Such a head leaves as latin1, by itself, with the name as it was
// given: of a name that is decoded, as Node shows it, characters above U+00FF would lose their high byte,
// and U+010D U+010A become the end of a line.
const { BufferFrom, StringPrototypeSlice } = require('../base/primordials');
const { validateHeaderValue } = require('../base/validate');

/** On messages: the head as it is sent, and the text that was shown when it was rendered. */
const kSentHead = Symbol('rust-http.sentHead');
const NOT_ASCII = /[\u0080-\uffff]/;
const NOT_LATIN1 = /[\u0100-\uffff]/;

/**
 * A value of Content-Disposition as Node shows it: decoded when the length of the content is known.
 * `decodes` says whether it is. What has been checked before decoding is what decoding keeps to:
 * from characters up to U+00FF without line ends it makes no line end.
 */
function shownDisposition(message, name, value, decodes) {
  if (!decodes) return value;
  if (typeof value === 'string')
    validateHeaderValue(name, value, message._isLenientHeaderValidation());
  return BufferFrom(value, 'latin1').toString();
}

/** Notes the line of Content-Disposition that was added to `head` last, whose bytes `value` has. */
function noteDisposition(head, name, value, shown) {
  if (typeof value !== 'string' || !NOT_ASCII.test(value) || NOT_LATIN1.test(value)) return;
  const to = head.text.length;
  const from = to - `${name}: ${shown}\r\n`.length;
  head.dispositions ??= [];
  head.dispositions.push({ from, to, line: `${name}: ${value}\r\n` });
}

/** The head is complete: keeps its form with the message. */
function keepSentHead(message, { dispositions }) {
  const { _header: shown } = message;
  let latin1 = '';
  let end = 0;
  for (const { from, to, line } of dispositions) {
    latin1 += StringPrototypeSlice(shown, end, from) + line;
    end = to;
  }
  message[kSentHead] = { shown, latin1: latin1 + StringPrototypeSlice(shown, end) };
}

/** Whether the head has such a form; not if the application has changed it since it was rendered. */
const hasSentHead = (message) =>
  message[kSentHead] !== undefined && message[kSentHead].shown === message._header;

/** The head for sending with text in UTF-8; null if it has to leave by itself. */
function utf8Head(message) {
  return hasSentHead(message) ? null : message._header;
}

/** The head for sending as latin1; null if that cannot hold all of its characters. */
function latin1Head(message) {
  const text = hasSentHead(message) ? message[kSentHead].latin1 : message._header;
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
