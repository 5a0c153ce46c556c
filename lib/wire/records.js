'use strict';
// The only place that reads records: what the native side tells, as calls of methods. Records of
// native connections and those of a parser that JavaScript feeds have the same form.
const {
  ArrayPrototypeFlatMap,
  BufferAlloc,
  BufferAllocUnsafeSlow,
  BufferPrototypeLatin1Slice,
  StringPrototypeSubstring,
  TypedArrayPrototypeGetBuffer,
  TypedArrayPrototypeGetByteOffset,
  TypedArrayPrototypeSet,
} = require('../base/primordials');
const layout = require('./layout');
const { runTicks } = require('../node/timers');

const { ATTACHED, ERRORS } = layout;
/** Common names by the index under which they cross: even for the customary spelling, odd for lower case. */
const commonNames = ArrayPrototypeFlatMap(layout.COMMON_NAMES, (name) => [
  name,
  name.toLowerCase(),
]);
/** What the high word of a count is worth. */
const WORD = 2 ** 32;
/** Up to this size a Buffer full of zeros is cheaper to make than one that is not. */
const ZEROED_SIZE = 1024;
/**
 * The text of a head is cut out of strings of so many characters: a part that a program keeps holds all of that
 * string, and what a stranger makes it hold must not be a head's whole size.
 */
const BLOCK = 1024;
/** Fields of a head that Node's parser tells together with it. */
const FIELDS_AT_ONCE = 32;

/** Records in memory that only `lib/wire` can reach. */
class Batch {
  constructor(size) {
    this.bytes = BufferAllocUnsafeSlow(size);
    this.words = new Uint32Array(TypedArrayPrototypeGetBuffer(this.bytes), 0, size >>> 2);
    /** Where the next record begins, in bytes. */
    this.cursor = 0;
    this.end = size;
  }
}

/** A Buffer with an ArrayBuffer of its own, of exactly this size. */
function newBuffer(length) {
  return length <= ZEROED_SIZE ? BufferAlloc(length) : BufferAllocUnsafeSlow(length);
}

/** A part of `bytes`. */
function viewOf(bytes, from, length) {
  const offset = TypedArrayPrototypeGetByteOffset(bytes) + from;
  return new Uint8Array(TypedArrayPrototypeGetBuffer(bytes), offset, length);
}

/** A part of `bytes` in memory of its own. */
function copyOf(bytes, from, length) {
  const copy = newBuffer(length);
  TypedArrayPrototypeSet(copy, viewOf(bytes, from, length));
  return copy;
}

/** The bytes of a `Content` or `Raw` record, in memory of their own. */
function readContent(batch, at, flags) {
  const length = batch.words[at + layout.CONTENT_LENGTH];
  if (flags & ATTACHED)
    return batch.takeContent(length, batch.words[at + layout.ATTACHED_AT], flags);
  return copyOf(batch.bytes, (at + layout.CONTENT_WORDS) << 2, length);
}

/** Text from this place on, up to `end`: so much as is needed, and no more than a block without need. */
function textAt(bytes, from, needed, end) {
  const next = from + (needed > BLOCK ? needed : BLOCK);
  return BufferPrototypeLatin1Slice(bytes, from, next < end ? next : end);
}

/**
 * Field lines as a flat array of names and values, from their words and their text, which lies in the batch up to
 * `end`. Of that `text` is what begins at `from`, and the first line is at `position` in it.
 */
function readLines({ bytes, words }, at, count, text, position, from, end) {
  const lines = new Array(count * 2);
  for (let i = 0; i < count * 2; i += 2) {
    const name = words[at + i] | 0;
    const length = words[at + i + 1];
    // Signed: COMMON_NAME is the sign.
    const needed = name < 0 ? length : name + length;
    if (position + needed > text.length) {
      from += position;
      position = 0;
      text = textAt(bytes, from, needed, end);
    }
    if (name < 0) {
      lines[i] = commonNames[name & layout.COMMON_NAME_INDEX_MASK];
    } else {
      lines[i] = StringPrototypeSubstring(text, position, (position += name));
    }
    lines[i + 1] = StringPrototypeSubstring(text, position, (position += length));
  }
  return lines;
}

/** What a `Head` record says. The object is used again: take from it before the next record. */
const head = { code: 0, major: 1, minor: 1, keepAliveTimeout: -1, line: '', lines: [] };

function readHead(batch, at) {
  const { bytes, words } = batch;
  const version = words[at + layout.HEAD_VERSION];
  const count = words[at + layout.HEAD_FIELDS];
  const lineLength = words[at + layout.HEAD_LINE_LENGTH];
  const from = (at + layout.HEAD_WORDS + count * 2) << 2;
  const end = from + words[at + layout.HEAD_TEXT_LENGTH];
  const text = textAt(bytes, from, lineLength, end);
  head.code = words[at + layout.HEAD_CODE];
  head.major = version >>> layout.VERSION_SHIFT;
  head.minor = version & layout.VERSION_MINOR_MASK;
  head.keepAliveTimeout = words[at + layout.HEAD_KEEP_ALIVE] | 0;
  head.line = StringPrototypeSubstring(text, 0, lineLength);
  head.lines = readLines(batch, at + layout.HEAD_WORDS, count, text, lineLength, from, end);
  return head;
}

/** The trailer section of a `Complete` record, or undefined if there is none. */
function readTrailers(batch, at) {
  const count = batch.words[at + layout.COMPLETE_FIELDS];
  if (count === 0) return undefined;
  const from = (at + layout.COMPLETE_WORDS + count * 2) << 2;
  const end = from + batch.words[at + layout.COMPLETE_TEXT_LENGTH];
  return readLines(batch, at + layout.COMPLETE_WORDS, count, '', 0, from, end);
}

/** What is wrong with the input: code, reason, bytes parsed, and the chunk. */
function readMalformed(batch, at) {
  const { words } = batch;
  const [code, reason] = ERRORS[words[at + layout.MALFORMED_ERROR]];
  const rawPacket = copyOf(
    batch.bytes,
    (at + layout.MALFORMED_WORDS) << 2,
    words[at + layout.MALFORMED_LENGTH],
  );
  return { code, reason, bytesParsed: words[at + layout.MALFORMED_PARSED], rawPacket };
}

/** How a connection ended: errno, 0 for none; whether that was in a write; bytes read and written. */
function readClose({ words }, at) {
  return {
    errno: words[at + layout.CLOSE_ERRNO],
    isWrite: words[at + layout.CLOSE_CALL] === layout.CALL_WRITE,
    bytesRead: words[at + layout.CLOSE_READ_LOW] + words[at + layout.CLOSE_READ_HIGH] * WORD,
    bytesWritten:
      words[at + layout.CLOSE_WRITTEN_LOW] + words[at + layout.CLOSE_WRITTEN_HIGH] * WORD,
  };
}

/** Hands a record to `transport`; its `receiver` is null when nothing that the peer sends is of interest any more. */
function deliver(transport, kind, flags, batch, at) {
  const { receiver } = transport;
  switch (kind) {
    case layout.HEAD:
      // Node's parser tells more fields than that on their own, trailers as well, and from then on those of every head
      // of its connection: ticks run behind them.
      if (batch.words[at + layout.HEAD_FIELDS] > FIELDS_AT_ONCE) transport.ticksBeforeHeads = true;
      try {
        if (transport.ticksBeforeHeads && transport.ticksBehindContent) runTicks();
      } finally {
        // A tick that throws must not lose the message behind it.
        transport.receiver?.onHead(flags, readHead(batch, at));
      }
      break;
    case layout.CONTENT:
      if (receiver !== null) receiver.onContent(flags, readContent(batch, at, flags));
      else if (flags & ATTACHED) batch.dropContent();
      // Node runs ticks behind each piece of content that its own parser finds on its own handle. Behind the
      // last one they run without us: the handle has called.
      if (transport.ticksBehindContent && (flags & layout.GROUP_END) === 0) runTicks();
      break;
    case layout.COMPLETE:
      if (receiver !== null) receiver.onComplete(flags, readTrailers(batch, at));
      if (batch.words[at + layout.COMPLETE_FIELDS] > 0) transport.ticksBeforeHeads = true;
      break;
    case layout.RAW:
      if (flags & layout.GROUP_END) transport.onRaw(readContent(batch, at, flags));
      else batch.holdMirrored(transport, readContent(batch, at, flags));
      break;
    case layout.MALFORMED:
      transport.onMalformed(readMalformed(batch, at));
      break;
    case layout.END:
      transport.onEnd();
      break;
    case layout.DRAIN:
      transport.onDrained();
      break;
    case layout.STARVED:
      transport.onStarved();
      break;
    case layout.SHUTDOWN:
      transport.onShutdown();
      break;
    case layout.TIMEOUT:
      transport.onTimeout();
      break;
    case layout.EXPIRED:
      if (receiver !== null) receiver.onExpired();
      break;
    case layout.SECURED:
      transport.onSecured((flags & layout.READ_DEFERRED) !== 0);
      break;
    case layout.FOREIGN:
      transport.onForeign(readContent(batch, at, flags));
      break;
    case layout.FAILED:
      transport.onFailed(BufferPrototypeLatin1Slice(readContent(batch, at, flags)));
      break;
    case layout.CLOSE:
      transport.onClose(readClose(batch, at));
      break;
  }
}

module.exports = { Batch, copyOf, deliver, newBuffer, readClose, viewOf };
