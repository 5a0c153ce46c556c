'use strict';
// Parsers that JavaScript feeds. The records of each chunk are handled at once, in memory that is used
// again. Meanwhile a chunk of another stream may be fed, whose records stand behind these.
const {
  ArrayPrototypeFilter,
  ArrayPrototypeSplice,
  ArrayPrototypeUnshift,
  BufferAlloc,
  TypedArrayPrototypeSet,
} = require('../base/primordials');
const { ATTACHED, FLAG_SHIFT, KIND_MASK, RECORD_SIZE } = require('./layout');
const native = require('./loop');
const { Batch, copyOf, deliver, newBuffer, viewOf } = require('./records');
const { process } = require('./realm');

const ARENA_SIZE = 64 * 1024;
const NO_CHUNK = BufferAlloc(0);

const calls = native.streams();
/** Where the next records go in the arena. */
let top = 0;
/** The chunk whose records are handled. */
let chunk = NO_CHUNK;
/** Memory that is used for one read after the other. */
let reused = NO_CHUNK;
/** The last view of it, and where that begins: as a rule, so much of it is content time and again. */
let view = NO_CHUNK;
let viewed = NO_CHUNK;
let viewedAt = 0;

/** Records of a chunk, in which their content is. */
class FedBatch extends Batch {
  takeContent(length, at) {
    const content = newBuffer(length);
    TypedArrayPrototypeSet(content, partOf(at, length));
    return content;
  }

  dropContent() {}
}

/** A part of the chunk whose records are handled. */
function partOf(at, length) {
  if (chunk === viewed && at === viewedAt && view.length === length) return view;
  const part = viewOf(chunk, at, length);
  if (chunk !== reused) return part;
  viewed = chunk;
  viewedAt = at;
  view = part;
  return part;
}

/** No other code gets a view of it. */
const arena = new FedBatch(ARENA_SIZE);

/** The end of what arrives. */
const END = Symbol('end');

/** Has `transport` hear what is parsed of one stream, or of bytes that were pushed into a native socket's stream. */
class FedParser {
  /** `parser`: a StreamParser. */
  constructor(parser, transport) {
    this.parser = parser;
    this.slot = parser.slot;
    this.transport = transport;
    this.isHandling = false;
    /** Records in memory of their own, which come before those of the next chunk… */
    this.waiting = [];
    /** …and what has arrived since: a head among the records may say how it is to be read. */
    this.arrived = [];
  }

  /** Parses a chunk, a Uint8Array, and handles what was in it. */
  execute(bytes) {
    if (this.mustWait()) this.arrived.push(bytes);
    else this.parse(bytes);
  }

  /** The same for the first `length` bytes of memory that is used again. */
  executeRead(memory, length) {
    if (this.mustWait() || this.transport.failure) {
      this.execute(copyOf(memory, 0, length));
    } else {
      // Content with which the memory begins is taken from there by the first record, before anything
      // else can happen; the other records have theirs.
      reused = memory;
      this.handle(calls.execute(this.slot, memory, arena.bytes, top, length), memory);
    }
  }

  finish() {
    if (this.mustWait()) this.arrived.push(END);
    else this.parse(END);
  }

  /** Whether something has to be handled, or parsed, before what arrives. */
  mustWait() {
    const { arrived, isHandling, transport, waiting } = this;
    return isHandling || transport.isTrailing || waiting.length > 0 || arrived.length > 0;
  }

  parse(input) {
    if (input === END) this.handle(calls.finish(this.slot, arena.bytes, top), NO_CHUNK);
    else if (this.transport.failure) this.transport.tellFailure?.(input);
    else this.handle(calls.execute(this.slot, input, arena.bytes, top), input);
  }

  /** Chunks that were not parsed yet, for another owner. */
  takeArrived() {
    return ArrayPrototypeFilter(ArrayPrototypeSplice(this.arrived, 0), (input) => input !== END);
  }

  /** What a native connection has left unparsed comes first. */
  takeRest() {
    this.handle(calls.takeRest(this.slot, arena.bytes, top), NO_CHUNK);
  }

  /** What came behind the head of an upgrade is HTTP: all of it, or its content. */
  readContent(upgrades) {
    const flag = upgrades ? 1 : 0;
    this.handle(calls.readContent(this.slot, arena.bytes, top, flag), NO_CHUNK);
  }

  /** Handles records at the top of the arena (negative `size`: they have no room there), behind those that wait. */
  handle(size, source) {
    const mustWait = this.isHandling || this.transport.isTrailing;
    if (size < 0 || mustWait || this.waiting.length > 0) {
      this.waiting.push({ batch: this.setAside(size), source });
    } else {
      const from = top;
      top += size;
      try {
        this.handleRecords(arena, from, top, source);
      } finally {
        top = from;
      }
    }
    if (!mustWait) this.handleWaiting();
  }

  /** Handles and parses what waits, in its order. */
  handleWaiting() {
    const { arrived, waiting } = this;
    while (waiting.length > 0 || arrived.length > 0) {
      if (waiting.length === 0) {
        this.parse(arrived.shift());
      } else {
        const { batch, source } = waiting.shift();
        this.handleRecords(batch, 0, batch.end, source);
      }
    }
  }

  /** Handles the records between two places. When a handler throws, the rest waits for the next tick. */
  handleRecords(batch, from, end, source) {
    const { transport } = this;
    const { words } = batch;
    const { length } = source;
    const outer = chunk;
    let at = from;
    let isDone = false;
    chunk = source;
    this.isHandling = true;
    try {
      while (at < end) {
        const record = at >>> 2;
        at += words[record + RECORD_SIZE];
        // A handler has transferred the memory: the content in it is lost.
        if (source.length !== length && (words[record] >>> FLAG_SHIFT) & ATTACHED) {
          transport.onLost();
          break;
        }
        deliver(transport, words[record] & KIND_MASK, words[record] >>> FLAG_SHIFT, batch, record);
      }
      isDone = true;
    } finally {
      this.isHandling = false;
      chunk = outer;
      if (!isDone) this.goOnLater(batch, at, end, source);
    }
  }

  goOnLater(batch, at, end, source) {
    if (at < end)
      ArrayPrototypeUnshift(this.waiting, { batch: batchOf(batch.bytes, at, end), source });
    process.nextTick(goOn, this);
  }

  /** Copies the newest records out of the arena, or takes those that have no room there. */
  setAside(size) {
    if (size >= 0) return batchOf(arena.bytes, top, top + size);
    const batch = new FedBatch(-size);
    calls.takeRecords(this.slot, batch.bytes, 0);
    return batch;
  }
}

/** Records in memory of their own. */
function batchOf(bytes, from, end) {
  const batch = new FedBatch(end - from);
  TypedArrayPrototypeSet(batch.bytes, viewOf(bytes, from, end - from));
  return batch;
}

/** Behind an exception. */
function goOn(parser) {
  const { transport } = parser;
  if (!parser.isHandling && !transport.isTrailing) parser.handleWaiting();
  transport.flowOn?.();
}

const { renew } = calls;

module.exports = { FedParser, renew };
