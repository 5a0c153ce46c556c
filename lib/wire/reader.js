'use strict';
// Reads the parts of records that become JavaScript values. May use the layout and `native`.
const { namesOf } = require('./common-names');
const { copyOf } = require('./loop');
const layout = require('./layout');

const {
  COMMON_NAME_INDEX_MASK,
  COMPLETE_FIELDS,
  COMPLETE_TEXT_LENGTH,
  COMPLETE_WORDS,
  ERRORS,
  HEAD_CODE,
  HEAD_FIELDS,
  HEAD_LINE_LENGTH,
  HEAD_TEXT_LENGTH,
  HEAD_VERSION,
  HEAD_WORDS,
  MALFORMED_ERROR,
  MALFORMED_LENGTH,
  MALFORMED_PARSED,
  MALFORMED_WORDS,
  VERSION_MINOR_MASK,
  VERSION_SHIFT,
} = layout;

/** Field lines as a flat array of names and values, from their words and their text. */
function readLines(words, at, count, text, position) {
  const lines = new Array(count * 2);
  for (let i = 0; i < count * 2; i += 2) {
    // Signed: COMMON_NAME is the sign.
    const name = words[at + i] | 0;
    const length = words[at + i + 1];
    if (name < 0) {
      lines[i] = namesOf[name & COMMON_NAME_INDEX_MASK];
    } else {
      lines[i] = text.substring(position, (position += name));
    }
    lines[i + 1] = text.substring(position, (position += length));
  }
  return lines;
}

/** What a `Head` record says. The object is reused: take what you need before the next call. */
const head = { code: 0, major: 1, minor: 1, line: '', lines: [] };

function readHead(words, at, buffer) {
  const version = words[at + HEAD_VERSION];
  const count = words[at + HEAD_FIELDS];
  const lineLength = words[at + HEAD_LINE_LENGTH];
  const from = (at + HEAD_WORDS + count * 2) << 2;
  const text = buffer.latin1Slice(from, from + words[at + HEAD_TEXT_LENGTH]);
  head.code = words[at + HEAD_CODE];
  head.major = version >>> VERSION_SHIFT;
  head.minor = version & VERSION_MINOR_MASK;
  head.line = text.substring(0, lineLength);
  head.lines = readLines(words, at + HEAD_WORDS, count, text, lineLength);
  return head;
}

/** The trailer section of a `Complete` record, or undefined if there is none. */
function readTrailers(words, at, buffer) {
  const count = words[at + COMPLETE_FIELDS];
  if (count === 0) return undefined;
  const from = (at + COMPLETE_WORDS + count * 2) << 2;
  return readLines(
    words,
    at + COMPLETE_WORDS,
    count,
    buffer.latin1Slice(from, from + words[at + COMPLETE_TEXT_LENGTH]),
    0,
  );
}

/** Code, reason, bytes parsed and chunk of a `Malformed` record. */
function readMalformed(words, at, buffer) {
  const [code, reason] = ERRORS[words[at + MALFORMED_ERROR]];
  const from = (at + MALFORMED_WORDS) << 2;
  const rawPacket = copyOf(buffer, from, words[at + MALFORMED_LENGTH]);
  return { code, reason, bytesParsed: words[at + MALFORMED_PARSED], rawPacket };
}

module.exports = { readHead, readMalformed, readTrailers };
