'use strict';
// The one importer of the native binding: starts the I/O side, and hands its records to the
// transports and listeners that they are for.
const { MathMin, NumberIsInteger, SafeMap } = require('../base/primordials');
const { addon: binding } = require('./addon');
const { debuglog } = require('../node/builtins');
const { listAsActive } = require('../node/active-resources');
const { runTicks, setImmediate, setTimeout } = require('../node/timers');
const { now } = require('./realm');
const { neutral } = require('../node/async-contexts');
const layout = require('./layout');
const { Batch, deliver, newBuffer, readClose } = require('./records');

if (debuglog('rust-http').enabled) binding.switchOnDebugLog();

const {
  ATTACHED,
  CONTENT,
  DIRECT,
  FLAG_SHIFT,
  GROUP_END,
  ID_SLOT_MASK,
  KIND_MASK,
  NEW_BATCH,
  RECORD_SIZE,
  SAME_TURN,
} = layout;
const ARENA_SIZE = 64 * 1024;
/** Batches handled before timers and other I/O of the process get their turn. */
const BATCHES_PER_TURN = 1;
/** Milliseconds of handling after which timers and other I/O get their turn… */
const TURN = 10;
/** …and how many records are handled between two looks at the clock. */
const RECORDS_PER_LOOK = 64;

/** Milliseconds for which the native side stays ready with nothing open, in case something is opened soon. */
const LINGER = 1000;

let batch;
let references = 0;
let isLingering = false;
/** An exception has left `drain`, or `drain` is at work. */
let isLeft = false;
/** The native side wants to know which of the requests that it has told of wait. */
let tellsRequests = false;
/** What readers of a socket are told when the group ends, or null. */
let mirrored = null;
/** Batches that were handled since the event loop had its turn. */
let batches = 0;
/** What the system has answered at once: which function is to be called, and with which argument. */
const answered = [];
/** Connections that JavaScript has closed, and how they ended. */
const closed = [];

/** Transports by slot, and listeners by id. */
const transports = [];
const listeners = new SafeMap();

/** `io` and `calls`, the two faces of the native side, are there once it has been started. */
const native = {
  ParserSettings: binding.ParserSettings,
  StreamParser: binding.StreamParser,
  TlsClient: binding.TlsClient,
  TlsContexts: binding.TlsContexts,
  TlsRoots: binding.TlsRoots,
  /** Whether something waits to be read from a descriptor. */
  hasInput: binding.hasInput,
  /** Functions that are called for each chunk that a StreamParser is fed. */
  streams: binding.streams,
  /** What does I/O, an `Io` of the binding. */
  io: undefined,
  /** Its calls that are made for each message. */
  calls: undefined,
  /** The decisions of an agent's pool. */
  pool: binding.pool,
  /** The records that are handled now, in memory that is used again: no other code gets a view of it. */
  batch: undefined,
  /** Counts the turns of the event loop that have brought records. */
  turn: 0,
  aroundPoll,
  inPoll,
  listeners,
  closeListener,
  driver,
  forget,
  ref,
  register,
  start,
  tellRequests,
  unref,
};

function start() {
  if (native.io === undefined) {
    native.io = neutral.runInAsyncScope(() => new binding.Io(threads(), mayLead(), drain));
    native.calls = native.io.fast();
    listAsActive(openSockets);
    renewBatch(ARENA_SIZE);
  }
  return native.io;
}

/** The sockets of connections that are open and referenced. */
function openSockets() {
  const sockets = [];
  for (const transport of transports)
    if (transport?.referenced && !transport.isDestroyed) sockets.push(transport.socket);
  return sockets;
}

/** `RUST_HTTP_IO_THREADS`: how many threads do I/O; one by default. */
function threads() {
  const wanted = Number(process.env.RUST_HTTP_IO_THREADS);
  return NumberIsInteger(wanted) && wanted > 0 ? MathMin(wanted, 64) : 1;
}

/** Whether the event loop may do the I/O while there is little to do; see docs/operating.md. */
function mayLead() {
  return process.env.RUST_HTTP_LEADER !== 'thread';
}

/** Which thread drives the sockets at the moment. */
function driver() {
  return native.io?.isLedByThread() ? 'io-thread' : 'javascript';
}

/** Records of native connections. */
class NativeBatch extends Batch {
  /** Attached content comes in the order of its records. */
  takeContent(length, _at, flags) {
    if (flags & DIRECT) return native.calls.takeDirect();
    const bytes = newBuffer(length);
    native.calls.takeContent(bytes);
    return bytes;
  }

  dropContent() {
    native.calls.dropContent();
  }

  /** What the socket's readers are told when the parser's events of the same read have been. */
  holdMirrored(transport, bytes) {
    mirrored = { bytes, transport, begun: transport.beginMirrored(bytes) };
  }
}

function renewBatch(size) {
  batch = new NativeBatch(size);
  batch.end = 0;
  native.batch = batch;
}

/** The group of the connection with this id has ended. */
function releaseMirrored(id) {
  const { begun, bytes, transport } = mirrored;
  mirrored = null;
  // Else one of the handlers has thrown: Node's emitter would not have come to the next, either.
  if (transport.id === id) transport.onMirrored(bytes, begun);
}

/** Handles all records that wait. An exception of a handler leaves through here, and the native side calls again. */
function drain() {
  // What an exception has left undone comes before the next record.
  if (isLeft) runTicks();
  else batches = 0;
  isLeft = true;
  let records = 0;
  /** When the first of several groups had been handled. */
  let start = 0;
  let size = 0;
  do {
    while (batch.cursor < batch.end) {
      const { words } = batch;
      const at = batch.cursor >>> 2;
      const flags = words[at] >>> FLAG_SHIFT;
      batch.cursor += words[at + RECORD_SIZE];
      const id = words[at + layout.RECORD_ID];
      handle(words[at] & KIND_MASK, flags, id, at);
      records++;
      // What one read of one connection brought is one callback of Node's: ticks run behind it.
      if ((flags & GROUP_END) === 0) continue;
      if (mirrored !== null) releaseMirrored(id);
      runTicks();
      if (start === 0 && batch.cursor < batch.end) start = now();
      if (records < RECORDS_PER_LOOK) continue;
      records = 0;
      if (now() - start > TURN && batch.cursor < batch.end) return drainLater();
    }
    if (answered.length > 0) tellAnswered();
    size = takeRecords();
    // Immediates that a handler has set run before the records that its answer has caused.
    if (size & NEW_BATCH && batches++ === BATCHES_PER_TURN) return drainLater();
    if (size === 0 && closed.length > 0) {
      tellClosed();
      size = takeRecords();
    }
  } while (size !== 0);
  isLeft = false;
}

/**
 * Calls `call` with `argument` where Node's handles tell what the system has answered at once, as the end of an output:
 * around the poll, before immediates.
 */
function aroundPoll(call, argument) {
  answered.push({ call, argument });
  if (!isLeft) native.io.wakeAroundPoll();
}

/** The same amid the poll. */
function inPoll(call, argument) {
  answered.push({ call, argument });
  native.io.wakeInPoll();
}

function tellAnswered() {
  // What is closed there says so behind immediates.
  batches = BATCHES_PER_TURN;
  while (answered.length > 0) {
    const { call, argument } = answered.shift();
    call(argument);
    runTicks();
  }
}

/** Leaves the other records to the next turn of the event loop. */
function drainLater() {
  if (closed.length > 0) tellClosed();
  isLeft = false;
  setImmediate(drainHeld);
}

/** Behind all that waits, and the one that was closed last first: as libuv, which does so when its turn ends. */
function tellClosed() {
  while (closed.length > 0) {
    const { end, transport } = closed.pop();
    transport.onClose(end);
    runTicks();
  }
}

/** What async hooks get for calls of the event loop, as `drain` for others: neither keeps the process alive. */
drain.direct = { hasRef: () => false };
drain.hasRef = drain.direct.hasRef;

/** Lets the native side copy the next records; returns what its `drain` does. */
function takeRecords() {
  if (batch.bytes.length > ARENA_SIZE) renewBatch(ARENA_SIZE);
  let size = native.calls.drain(batch.bytes);
  if (size < 0) {
    // One record is larger than the arena.
    renewBatch(-size);
    size = native.calls.drain(batch.bytes);
  }
  batch.cursor = 0;
  batch.end = size & ~(NEW_BATCH | SAME_TURN);
  if ((size & (NEW_BATCH | SAME_TURN)) === NEW_BATCH) native.turn++;
  return size;
}

/** Goes on with records that were left to the next turn. */
function drainHeld() {
  let over = false;
  try {
    drain();
    over = true;
  } finally {
    // A handler threw, perhaps at the last record: the queue wakes JavaScript again only after it was found empty.
    if (!over) native.io.wakeAgain();
  }
}

/** From now on the native side is told of each request that is handled. */
function tellRequests() {
  tellsRequests = true;
}

function handle(kind, flags, id, at) {
  const transport = transports[id & ID_SLOT_MASK];
  if (tellsRequests && kind === layout.HEAD && !transport?.isClient) native.calls.handlesRequest();
  if (transport !== undefined && transport.id === id && kind !== layout.DROP) {
    if (kind === layout.CLOSE) {
      transports[id & ID_SLOT_MASK] = undefined;
      release(id);
      if (transport.isDestroyed) {
        closed.push({ end: readClose(batch, at), transport });
        return;
      }
    }
    deliver(transport, kind, flags, batch, at);
    transport.heardIn = native.turn;
  } else {
    handleOther(kind, flags, id, at);
  }
}

/** A record that is not for a transport: it is for a listener, or for one that is gone. */
function handleOther(kind, flags, id, at) {
  const { words } = batch;
  switch (kind) {
    case layout.OPEN: {
      const listener = listeners.get(words[at + layout.OPEN_LISTENER]);
      if (listener !== undefined) listener.onOpen(id, flags);
      // Accepted in the moment of closing: Node would not have taken it from the backlog.
      else native.io.destroy(id, true);
      break;
    }
    case layout.DROP: {
      const ends = native.io.takeDropped();
      listeners.get(id)?.drop(ends);
      break;
    }
    case layout.CLOSE:
      release(id);
      break;
    case CONTENT:
      if (flags & ATTACHED) batch.dropContent();
      break;
  }
}

/** The connection's last record was read. */
function release(id) {
  if (native.io.release(id)) linger();
}

/** The server accepts no more. */
function closeListener(id) {
  listeners.delete(id);
  if (native.io.closeListener(id)) linger();
}

/** Nothing is open any more. */
function linger() {
  if (isLingering) return;
  isLingering = true;
  neutral.runInAsyncScope(() => setTimeout(rest, LINGER).unref());
}

function rest() {
  isLingering = false;
  native.io.rest();
}

/** From now on the records with the transport's id are for it, until the last one. */
function register(transport) {
  transports[transport.id & ID_SLOT_MASK] = transport;
}

/** The transport's connection was given away: its last records are dropped. */
function forget(transport) {
  transports[transport.id & ID_SLOT_MASK] = undefined;
}

/** While the count is above 0 the process does not exit by itself. */
function ref() {
  if (references++ === 0) start().setRef(true);
}

function unref() {
  if (--references === 0) native.io.setRef(false);
}

module.exports = native;
