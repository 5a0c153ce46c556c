'use strict';
// Reads the parts of records that become JavaScript values. May use the layout and `native`.
const { COMMON_NAME_INDEXES, namesOf } = require('./common-names');
const { copyOf } = require('./loop');
const layout = require('./layout');

const { COMPLETE_WORDS, ERRORS, HEAD_WORDS } = layout;

/** Field lines as a flat array of names and values, from their words and their text. */
function readLines(words, at, count, text, position) {
  const lines = new Array(count * 2);
  for (let i = 0; i < count * 2; i += 2) {
    const name = words[at + i] | 0;
    const length = words[at + i + 1];
    if (name < 0) {
      lines[i] = namesOf[name & COMMON_NAME_INDEXES];
    } else {
      lines[i] = text.substring(position, (position += name));
    }
    lines[i + 1] = text.substring(position, (position += length));
  }
  return lines;
}

/** What a `Head` record says. The object is reused: take what you need before the next call. */
const head = { code: 0, major: 1, minor: 1, keepAliveTimeout: -1, line: '', lines: [] };

function readHead(words, at, buffer) {
  const version = words[at + 4];
  const count = words[at + 5];
  const lineLength = words[at + 6];
  const from = (at + HEAD_WORDS + count * 2) << 2;
  const text = buffer.latin1Slice(from, from + words[at + 7]);
  head.code = words[at + 3];
  head.major = version >>> 8;
  head.minor = version & 0xff;
  head.keepAliveTimeout = words[at + 8] | 0;
  head.line = text.substring(0, lineLength);
  head.lines = readLines(words, at + HEAD_WORDS, count, text, lineLength);
  return head;
}

/** The trailer section of a `Complete` record, or undefined if there is none. */
function readTrailers(words, at, buffer) {
  const count = words[at + 3];
  if (count === 0) return undefined;
  const from = (at + COMPLETE_WORDS + count * 2) << 2;
  return readLines(
    words,
    at + COMPLETE_WORDS,
    count,
    buffer.latin1Slice(from, from + words[at + 4]),
    0,
  );
}

/** Code, reason, bytes parsed and chunk of a `Malformed` record. */
function readMalformed(words, at, buffer) {
  const [code, reason] = ERRORS[words[at + 3]];
  const from = (at + layout.MALFORMED_WORDS) << 2;
  const rawPacket = copyOf(buffer, from, words[at + 5]);
  return { code, reason, bytesParsed: words[at + 4], rawPacket };
}

module.exports = { readHead, readMalformed, readTrailers };
