'use strict';
// The HTTP role of a client's native connection: it outlives the requests that are sent on it, and hands
// what is read to the reader of the response that is due.
const { kHttpListeners, kDial, kTransport } = require('../base/symbols');
const { becomeNativeSocket, canBecomeNative } = require('../socket/client-socket');
const { noteRead } = require('../node/streams');
const { NativeTransport } = require('../transport/native');
const { announcementOf, readsAlike } = require('../transport/parser');
const { GROUP_END } = require('../wire/layout');
const native = require('../wire/loop');

/** How far the current request has come on its connection. */
const Stage = {
  /** There is none. */
  IDLE: 'idle',
  /** It will begin in a tick. */
  ASSIGNED: 'assigned',
  BEGUN: 'begun',
};

class ClientConnection {
  /** `options`: those of the parser, see `transport/parser`. */
  constructor(transport, options) {
    this.transport = transport;
    this.socket = transport.socket;
    /** Reads the response to the request that is under way. */
    this.reader = null;
    this.stage = Stage.IDLE;
    /** The async resource of the request that it last had: what becomes of an idle connection is told in its context. */
    this.resource = null;
    /** That request is not over. */
    this.isResourceOpen = false;
    this.isGone = false;
    /** More records of the same read follow. */
    this.isAmidRead = false;
    this.options = options;
    transport.join(this);
  }

  /** A request will begin in a tick. A timeout that it does not set anew is its own, not that of an earlier one. */
  assign() {
    this.stage = Stage.ASSIGNED;
    this.transport.timeoutContext = null;
  }

  /** A request is about to be sent, whose response is for `reader`. */
  begin(reader) {
    const { transport } = this;
    if (!readsAlike(reader.options, this.options)) {
      native.io.setReader(transport.id, reader.options.settings);
      this.options = reader.options;
    }
    this.endContext();
    this.reader = reader;
    this.resource = reader.resource;
    this.isResourceOpen = true;
    this.stage = Stage.BEGUN;
    reader.transport = transport;
    transport.firstFlags = announcementOf(reader.outgoing.method);
  }

  /** The exchange is over, or was given up. */
  finish(reader) {
    if (this.reader === reader) this.reader = null;
    if (this.isGone) this.endContext();
  }

  /** Nothing is under way any more: the connection may have another request. */
  becomeIdle() {
    this.stage = Stage.IDLE;
    this.endContext();
  }

  /** Whether no request has it. */
  isIdle() {
    return this.stage === Stage.IDLE;
  }

  /** Whether the request that is under way is answered. */
  hasAnswer() {
    return this.stage === Stage.BEGUN && !this.isUnderWay();
  }

  endContext() {
    if (!this.isResourceOpen) return;
    this.isResourceOpen = false;
    this.resource.emitDestroy();
  }

  /** Runs `method` of `self` in the async context of the request that the connection last had. */
  runInContext(method, self, argument) {
    const resource = this.resource ?? this.transport.ownContext();
    resource.runInAsyncScope(method, self, argument);
  }

  // ---- what is read ----

  /** What one read brought is handled whole, even if the request is destroyed meanwhile: it may be an answer. */
  accepts(flags) {
    const isAccepted = !this.transport.isDestroyed || this.isAmidRead;
    // A read that began behind that is not accepted in its middle, either.
    this.isAmidRead = isAccepted && (flags & GROUP_END) === 0;
    return isAccepted;
  }

  onHead(flags, head) {
    if (!this.accepts(flags)) return;
    noteRead(this.socket);
    const { reader } = this;
    if (reader !== null && !reader.isDone) {
      reader.onHead(flags, head);
      return;
    }
    // An answer to no request: the server cannot be trusted, and nothing more is read.
    this.socket.destroy();
    reader?.completeBehind(GROUP_END);
  }

  onContent(flags, bytes) {
    if (this.accepts(flags)) this.reader?.onContent(flags, bytes);
  }

  onComplete(flags, lines) {
    if (this.accepts(flags)) this.reader?.onComplete(flags, lines);
  }

  onMalformed(failure) {
    noteRead(this.socket);
    if (this.accepts(GROUP_END)) this.reader?.onMalformed(failure);
  }

  /** Whether bytes that are not HTTP are those behind a head that hands the socket over. */
  takeRaw(bytes) {
    return this.reader?.takeRaw(bytes) === true;
  }

  onEnd() {
    if (this.stage !== Stage.BEGUN) this.socket.once('end', this.socket[kHttpListeners].onEnd);
  }

  /** The transport is closed, or given away. */
  onGone() {
    this.isGone = true;
    if (this.reader === null) this.endContext();
  }

  // ---- another transport ----

  /** The socket was one of Node's before anything was exchanged, and is one again. */
  undo() {
    const { reader } = this;
    this.isResourceOpen = false; // the reader ends it
    this.reader = null;
    this.isGone = true;
    if (reader === null) return;
    reader.connection = null;
    reader.transport = null;
    reader.lifecycle.onStream(reader);
  }

  /** Whether HTTP goes on when the socket gets a handle of Node's own. */
  isUnderWay() {
    return this.reader !== null && !this.reader.isDone;
  }

  goOn(stream) {
    this.isResourceOpen = false; // the reader ends it
    this.reader.goOn(stream);
  }
}

/** Of a connection without TLS: what `Dial` in `https/client-tls` is for one with it. */
const PLAIN = {
  adopt: (...args) => native.start().adoptClient(...args),
  transport: (id, socket) => new NativeTransport(id, socket, true),
};

/** Makes a connected socket a native one; null where that cannot be. `httpListeners`: those of HTTP, for later. */
function takeOver(socket, reader, httpListeners) {
  if (!canBecomeNative(socket)) return null;
  const { fd } = socket._handle;
  const flags = announcementOf(reader.outgoing.method);
  const dial = socket[kDial] ?? PLAIN;
  let id;
  try {
    id = dial.adopt(fd, reader.options.settings, flags);
  } catch {
    return null; // no descriptor to spare
  }
  const transport = dial.transport(id, socket);
  const connection = new ClientConnection(transport, reader.options);
  becomeNativeSocket(socket, transport, httpListeners);
  return connection;
}

/** The connection of a socket that is a native one of a client. */
function connectionOf(socket) {
  const role = socket[kTransport]?.role;
  return role instanceof ClientConnection ? role : null;
}

module.exports = { Stage, connectionOf, takeOver };
