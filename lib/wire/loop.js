'use strict';
// The one importer of the native binding: starts the I/O side, reads its records, and hands them
// to their connections. May use the binding, the layout and Node.
const binding = loadBinding();
const { performance } = require('node:perf_hooks');
const { setImmediate } = require('node:timers');
const { neutral } = require('../node/root-async-resource');
const layout = require('./layout');
const { version } = require('../../package.json');

/** The addon: beside this file, or the package for this platform. */
function loadBinding() {
  try {
    return require('./binding');
  } catch (cause) {
    const { arch, platform } = process;
    const suffix = { linux: '-gnu or -musl', win32: '-msvc' }[platform] ?? '';
    throw new Error(
      `rust-http found no native binding for ${platform} ${arch}, which is in the package ` +
        `rust-http-${platform}-${arch}${suffix}. Remove node_modules and the lock file and install ` +
        'again, or install that package by name. Where there is none, Rust builds it: ' +
        `node ${require('node:path').join(__dirname, '..', '..', 'scripts', 'build.mjs')} --install`,
      { cause },
    );
  }
}

if (binding.version() !== version) {
  throw new Error(
    `rust-http ${version} found a native addon of version ${binding.version()}. ` +
      'Remove node_modules and the lock file and install again, or run `npm run build` in a clone.',
  );
}

const {
  ATTACHED,
  CONTENT,
  CONTENT_LENGTH,
  CONTENT_WORDS,
  FLAG_SHIFT,
  GROUP_END,
  ID_SLOT_MASK,
  KIND_MASK,
  NEW_BATCH,
  OPEN_LISTENER,
  RECORD_HEAD,
  RECORD_ID,
  RECORD_SIZE,
} = layout;
const now = performance.now.bind(performance);
const ARENA_SIZE = 64 * 1024;
/** Batches handled before timers and other I/O of the process get their turn. */
const BATCHES_PER_TURN = 1;
/** Milliseconds of handling after which timers and other I/O get their turn… */
const TURN = 10;
/** …and how many records are handled between two looks at the clock. */
const RECORDS_PER_LOOK = 64;
/** Up to this size a Buffer is made full of zeros, which is cheaper than one that is not. */
const ZEROED_SIZE = 1024;

/** @type {import('./binding').Io | undefined} */
let io;
let fast;
let references = 0;

// The native side copies records here; they are read in place, and everything that leaves this module
// is a copy. The memory is used again and again, so nobody else may have a view of it.
let arena;
let words;
let cursor = 0;
let end = 0;
/** The content of the record that is being handled, if it travelled beside the records. */
let attached = null;

/** Connections by slot, and listeners by id. */
const connections = [];
const listeners = new Map();

function start() {
  if (io === undefined) {
    io = neutral.runInAsyncScope(() => new binding.Io(threads(), drain));
    fast = io.fast();
    renewArena(ARENA_SIZE);
  }
  return io;
}

/** `RUST_HTTP_IO_THREADS`: how many threads do I/O; one by default. */
function threads() {
  const wanted = Number(process.env.RUST_HTTP_IO_THREADS);
  return Number.isInteger(wanted) && wanted > 0 ? Math.min(wanted, 64) : 1;
}

function renewArena(size) {
  arena = Buffer.allocUnsafeSlow(size);
  words = new Uint32Array(arena.buffer);
}

/**
 * Handles all records that wait. Called by the native side; when a handler throws, the exception
 * leaves through here, is made an `uncaughtException`, and the native side calls again.
 */
function drain() {
  let batches = 0;
  let records = 0;
  const start = now();
  for (;;) {
    while (cursor < end) {
      const at = cursor >>> 2;
      const head = words[at + RECORD_HEAD];
      const kind = head & KIND_MASK;
      cursor += words[at + RECORD_SIZE];
      const flags = head >>> FLAG_SHIFT;
      const connection = handle(kind, flags, words[at + RECORD_ID], at);
      // What one read of one connection brought is one callback of Node's: ticks run behind it, and
      // behind each piece of content of a request.
      records++;
      if (flags & GROUP_END || (kind === CONTENT && connection?.ticksInGroup))
        process._tickCallback();
      if (records >= RECORDS_PER_LOOK && flags & GROUP_END) {
        records = 0;
        if (now() - start > TURN && cursor < end) {
          setImmediate(drainHeld);
          return;
        }
      }
    }
    const size = takeRecords();
    if (size === 0) return;
    // What an answer brought about comes after the immediates of the handler that gave it.
    if (size & NEW_BATCH && batches++ === BATCHES_PER_TURN) {
      setImmediate(drainHeld);
      return;
    }
  }
}

/** Lets the native side copy the next records; returns what `drain` does. */
function takeRecords() {
  if (arena.length > ARENA_SIZE) renewArena(ARENA_SIZE);
  let size = fast.drain(arena);
  if (size < 0) {
    // One record is larger than the arena.
    renewArena(-size);
    size = fast.drain(arena);
  }
  cursor = 0;
  end = size & ~NEW_BATCH;
  return size;
}

/** Goes on with records that were left to the next turn. */
function drainHeld() {
  let over = false;
  try {
    drain();
    over = true;
  } finally {
    // A handler threw, if only at the last record: the queue counts on us until it was found empty.
    if (!over) io.wakeAgain();
  }
}

function handle(kind, flags, id, at) {
  if (kind === layout.OPEN) {
    const listener = listeners.get(words[at + OPEN_LISTENER]);
    if (listener !== undefined) listener.onOpen(id, flags);
    // Accepted in the moment of closing: Node would not have taken it from the backlog.
    else io.destroy(id, true);
    return undefined;
  }
  if (kind === layout.DROP) {
    const ends = io.takeDropped();
    listeners.get(id)?.drop(ends);
    return undefined;
  }
  const connection = connections[id & ID_SLOT_MASK];
  if (connection === undefined || connection.id !== id) {
    if (kind === layout.CLOSE) io.release(id);
    if (kind === CONTENT && flags & ATTACHED) fast.dropContent();
    return undefined;
  }
  // Attached content comes in the order of its records, whether somebody wants it or not.
  if (kind === CONTENT && flags & ATTACHED) attached = takeAttached(words[at + CONTENT_LENGTH]);
  if (kind === layout.CLOSE) {
    connections[id & ID_SLOT_MASK] = undefined;
    io.release(id);
  }
  connection.onRecord(kind, flags, words, at, arena);
  return connection;
}

function takeAttached(length) {
  const bytes = newBuffer(length);
  fast.takeContent(bytes);
  return bytes;
}

/** A Buffer with an ArrayBuffer of its own, of exactly this size. */
function newBuffer(length) {
  return length <= ZEROED_SIZE ? Buffer.alloc(length) : Buffer.allocUnsafeSlow(length);
}

/** A copy of a part of `buffer` in memory of its own. */
function copyOf(buffer, from, length) {
  const copy = newBuffer(length);
  copy.set(new Uint8Array(buffer.buffer, buffer.byteOffset + from, length));
  return copy;
}

/** The bytes of a `Content` or `Raw` record, in memory of their own. */
function readContent(flags, words, at, buffer) {
  if (flags & ATTACHED) {
    const bytes = attached;
    attached = null;
    return bytes;
  }
  return copyOf(buffer, (at + CONTENT_WORDS) << 2, words[at + CONTENT_LENGTH]);
}

/** More records of the batch wait to be handled. */
function hasMore() {
  return cursor < end;
}

/** Enters a connection, which gets the records of its id from now on. */
function register(connection) {
  connections[connection.id & ID_SLOT_MASK] = connection;
}

/** A connection was given away: nobody wants its last records. */
function forget(connection) {
  connections[connection.id & ID_SLOT_MASK] = undefined;
}

/** While the count is above 0 the process does not exit by itself. */
function ref() {
  if (references++ === 0) start().setRef(true);
}

function unref() {
  if (--references === 0) io.setRef(false);
}

module.exports = {
  StreamParser: binding.StreamParser,
  copyOf,
  forget,
  hasMore,
  readContent,
  get fast() {
    return fast;
  },
  get io() {
    return start();
  },
  listeners,
  /** Milliseconds on a scale that nobody sets. */
  now,
  /** The decisions of an agent's pool. */
  pool: binding,
  profile: binding.profile,
  ref,
  register,
  start,
  unref,
};
