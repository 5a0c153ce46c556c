'use strict';
// The one importer of the native binding: starts the I/O side, reads its records, and hands them
// to their connections. May use the binding, the layout and Node.
const binding = loadBinding();
const { neutral } = require('./neutral-context');
const layout = require('./ring-layout');
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
        `node ${require('node:path').join(__dirname, 'build.mjs')} --install`,
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

const { CHUNK_SIZE, CONTENT, CONTENT_WORDS, GROUP_END, NEW_CHUNK, SHARED } = layout;
const FLAG_SHIFT = 8;
const ARENA_SIZE = 64 * 1024;
/** Batches handled before timers and other I/O of the process get their turn. */
const BATCHES_PER_TURN = 1;
/** Content shorter than this is copied, so that keeping it does not keep the arena. */
const COPY_SIZE = 4096;
/** Result of a send on a connection that is not there any more. */
const CLOSED = -2147483648;

/** @type {import('./binding').Io | undefined} */
let io;
let fast;
let references = 0;

// Records are copied here by the native side and read in place; once full, the arena is left to the
// garbage collector with the messages that still point into it.
let arena;
let words;
let filled = 0;
let cursor = 0;
let end = 0;
/** Large content that was not copied: what `SHARED` records point into. */
let chunk;

/** Connections by slot, and listeners by id. */
const connections = [];
const listeners = new Map();
const SLOT_MASK = (1 << 20) - 1;

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
  require('node:worker_threads').markAsUntransferable(arena.buffer); // loaded late: it is large
  words = new Uint32Array(arena.buffer);
  filled = 0;
  fast.setArena(arena);
}

/**
 * Handles all records that wait. Called by the native side; when a handler throws, the exception
 * leaves through here, is made an `uncaughtException`, and the native side calls again.
 */
function drain() {
  let batches = 0;
  for (;;) {
    while (cursor < end) {
      const at = cursor >>> 2;
      const head = words[at];
      cursor += words[at + 1];
      const flags = head >>> FLAG_SHIFT;
      const connection = handle(head & 0xff, flags, words[at + 2], at);
      // What one read of one connection brought is one callback of Node's: ticks run behind it, and
      // behind each piece of content of a request.
      if (flags & GROUP_END || ((head & 0xff) === CONTENT && connection?.ticksInGroup))
        process._tickCallback();
      if (flags & GROUP_END && connection?.grouped) connection.endGroup();
    }
    const size = fast.drain(filled);
    if (size === 0) return;
    if (size < 0) {
      renewArena(Math.max(ARENA_SIZE, -size));
      continue;
    }
    cursor = filled;
    end = filled += size;
    // What an answer brought about comes after the immediates of the handler that gave it.
    if (batches++ === BATCHES_PER_TURN) {
      setImmediate(drainHeld);
      return;
    }
  }
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
    listeners.get(words[at + 3])?.onOpen(id, flags);
    return undefined;
  }
  if (kind === layout.DROP) {
    listeners.get(id)?.onDrop(text((at + 4) << 2, words[at + 3]));
    return undefined;
  }
  // Chunks come in the order of their records, whoever those are for.
  if (flags & NEW_CHUNK && kind === CONTENT) chunk = takeChunk();
  const connection = connections[id & SLOT_MASK];
  if (connection === undefined || connection.id !== id) {
    if (kind === layout.CLOSE) io.release(id);
    return undefined;
  }
  if (kind === layout.CLOSE) {
    connections[id & SLOT_MASK] = undefined;
    io.release(id);
  }
  connection.onRecord(kind, flags, words, at, arena);
  return connection;
}

function text(from, length) {
  return arena.latin1Slice(from, from + length);
}

/** The next chunk. Lends the native side memory in its place, which nobody sees until it is filled. */
function takeChunk() {
  return fast.takeChunk(Buffer.allocUnsafeSlow(CHUNK_SIZE));
}

/** Bytes of a record as a Buffer of their own. */
function takeBytes(buffer, from, length) {
  if (length < COPY_SIZE) {
    const copy = Buffer.allocUnsafe(length);
    buffer.copy(copy, 0, from, from + length);
    return copy;
  }
  return buffer.subarray(from, from + length);
}

/** The bytes of a `Content` or `Raw` record. */
function readContent(flags, words, at, buffer) {
  const length = words[at + 3];
  if (flags & SHARED) return chunk.subarray(words[at + 4], words[at + 4] + length);
  return takeBytes(buffer, (at + CONTENT_WORDS) << 2, length);
}

/** More records of the batch wait to be handled. */
function hasMore() {
  return cursor < end;
}

/** Enters a connection, which gets the records of its id from now on. */
function register(connection) {
  connections[connection.id & SLOT_MASK] = connection;
}

/** A connection was given away: its last records are nobody's. */
function forget(connection) {
  connections[connection.id & SLOT_MASK] = undefined;
}

/** While the count is above 0 the process does not exit by itself. */
function ref() {
  if (references++ === 0) start().setRef(true);
}

function unref() {
  if (--references === 0) io.setRef(false);
}

module.exports = {
  CLOSED,
  StreamParser: binding.StreamParser,
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
  /** The decisions of an agent's pool. */
  pool: binding,
  profile: binding.profile,
  ref,
  register,
  start,
  unref,
};
