'use strict';
// One HTTP connection of a server, on whichever transport: requests in, errors, timeouts, hand-over
// after an upgrade. How its responses take their turns and end is in `responses`.
const { SafeSet } = require('../base/primordials');
const { ERR_HTTP_REQUEST_TIMEOUT, parseError } = require('../base/errors');
const { addTraffic, newTotals } = require('../base/stats');
const {
  kConnection,
  kConnections,
  kDrain,
  kIsClosing,
  kOptimizeEmptyRequests,
  kOptions,
  kTotals,
} = require('../base/symbols');
const { IncomingMessage, takeHead } = require('../message/incoming-message');
const { AsyncResource, channel, debuglog } = require('../node/builtins');
const { Context } = require('../node/async-contexts');
const { noteEnd } = require('../node/streams');
const { make, reparenting } = require('../message/reparentable');
const { ServerResponse } = require('../message/server-response');
const host = require('../node/http');
const layout = require('../wire/layout');
const { publishStats, statsChannel } = require('../wire/stats-channel');
const { readPushed } = require('../transport/mirror');
const { answerError, dispatch, hasBodyHeaders, tellTimeout } = require('./dispatch');
const { Phase, handOver, mayUpgrade, readContentFirst } = require('./upgrade');
const { abortResponses, endConnectionBehind, isSilent, lastDue, onFinish } = require('./responses');
const { forgetStream, takePlace, takePlaces, watchStreams } = require('./stream-connections');

const { CONTENT_FIRST, GROUP_END, KEEP_ALIVE, METHODS, NO_CONTENT, UNTRUSTED, UPGRADE } = layout;
const { kNeedDrain } = host.keys;
const { kIncomingMessage, kServerResponse, kUniqueHeaders } = host.serverKeys();
/** Requests of one connection that may wait for their answer; then reading stops. */
const MAX_PIPELINED = 512;
/** A context lasts until the next request on its connection, or the connection's end. */
const UNTIL_NEXT = { requireManualDestroy: true };

const debug = debuglog('http');
const requestStart = channel('http.server.request.start');

const RESOURCE = 'HTTPINCOMINGMESSAGE';
/** For a connection with an origin; most have none, and make theirs without a call more. */
const newResource = () => new AsyncResource(RESOURCE, UNTIL_NEXT);

class ServerConnection {
  constructor(server, socket, transport) {
    this.server = server;
    this.socket = socket;
    this.transport = transport;
    this.phase = Phase.HTTP;
    /** Requests whose response is not complete, in order. */
    this.incoming = [];
    /** Responses that wait for their turn behind the socket's current one. */
    this.outgoing = [];
    /** How many of them were sent together with an earlier one. */
    this.takenAlong = 0;
    /** The request whose content is arriving. */
    this.current = null;
    /** The request that asked for another protocol, and the reader of its content if that comes first. */
    this.upgrading = null;
    this.contentReader = null;
    /** Bytes held by responses that wait for their turn. */
    this.outgoingData = 0;
    this.requests = 0;
    /** The socket's timeout is the one between requests. */
    this.isKeepAliveTimeoutSet = false;
    /** More records of the same read follow. */
    this.isAmidRead = false;
    /** 'clientError' was emitted for an error, or the error was answered. */
    this.hasFailed = false;
    /** The async resource of the newest request. */
    this.resource = null;
    /** The async resource in which that is made: see `begunHere`; null if the caller's context is right. */
    this.origin = transport.origin;
    this.onPendingData = undefined;
    /** JavaScript knew of it before its first request, as it does of all with Node; of plain native ones it does not. */
    this.wasAnnounced = true;
    /** The response that has the socket does not listen to its end by itself. */
    this.closesResponse = true;
    /** What is listened to on a socket that is a stream. */
    this.streamListeners = null;
    (server[kConnections] ??= new SafeSet()).add(this);
    this.totals = server[kTotals] ??= newTotals();
    this.totals.connections++;
    transport.join(this);
  }

  /** Requests begin in the present async context, wherever their bytes come from. */
  begunHere() {
    this.origin = new Context(this.origin?.asyncId());
    return this;
  }

  /** Bytes that did not come from the peer: a program pushed them into the socket's stream. */
  onPushed(chunk) {
    readPushed(this.transport, this.server, chunk);
  }

  /** Runs `method` of `self` in the async context of the newest request. */
  runInContext(method, self, argument) {
    const resource = this.resource ?? (this.origin ??= new Context());
    resource.runInAsyncScope(method, self, argument);
  }

  /** What one read brought is handled whole, as in Node, even if the socket is destroyed meanwhile. */
  accepts(flags) {
    const isAccepted =
      this.phase !== Phase.CLOSED && (this.isAmidRead || !this.transport.isDestroyed);
    this.isAmidRead = isAccepted && (flags & GROUP_END) === 0;
    return isAccepted;
  }

  // ---- requests ----

  onHead(flags, head) {
    if (!this.accepts(flags)) return;
    this.resource?.emitDestroy();
    const { origin } = this;
    this.resource =
      origin === null
        ? new AsyncResource(RESOURCE, UNTIL_NEXT)
        : origin.runInAsyncScope(newResource);
    this.resource.runInAsyncScope(this.receive, this, flags, head);
  }

  receive(flags, head) {
    const { server } = this;
    // The connection ends behind an answer that is due already.
    if (server[kDrain] && this.incoming.length > 0) return;
    const req = this.createRequest(server, head);
    this.current = req;
    if (this.isKeepAliveTimeoutSet) {
      this.isKeepAliveTimeoutSet = false;
      this.transport.changeTimeout(server[kOptions].timeout || 0);
    }
    if (flags & UPGRADE) {
      const isRefused = (flags & UNTRUSTED) !== 0;
      req.upgrade = !isRefused && mayUpgrade(server, req);
      if (req.upgrade) {
        this.phase = Phase.UPGRADING;
        this.upgrading = req;
        if (flags & CONTENT_FIRST && host.readsUpgradeContent) readContentFirst(this);
        else this.completeCurrent();
        return;
      }
      if (!isRefused) {
        this.phase = Phase.DECLINED;
        this.transport.readContent(false);
      }
    }
    try {
      this.respond(req, flags);
    } finally {
      // Also behind a handler that throws: one that listens for the end answers then.
      if (flags & NO_CONTENT && this.current === req) this.completeCurrent();
    }
  }

  createRequest(server, head) {
    const Message = server[kIncomingMessage];
    const req =
      Message === IncomingMessage && reparenting.isUsual
        ? make(Message, this.socket)
        : new Message(this.socket);
    req[kConnection] = this;
    req.joinDuplicateHeaders = server.joinDuplicateHeaders || null; // as it is in Node
    req.url = head.line;
    takeHead(req, head);
    req.method = METHODS[head.code];
    return req;
  }

  /** Makes the response and lets the server's listeners have both. */
  respond(req, flags) {
    const { server, socket } = this;
    this.incoming.push(req);
    this.totals.requests++;
    if (
      this.incoming.length >= MAX_PIPELINED ||
      socket.writableNeedDrain ||
      this.outgoingData >= socket.writableHighWaterMark
    )
      this.pauseForWriting();
    const res = this.createResponse(server, req);
    res.shouldKeepAlive = (flags & KEEP_ALIVE) !== 0;
    if (server[kIsClosing]) endConnectionBehind(res);
    if (requestStart.hasSubscribers)
      requestStart.publish({ request: req, response: res, socket, server });
    if (statsChannel.hasSubscribers) publishStats('server', server);
    if (server[kOptimizeEmptyRequests] === true && !hasBodyHeaders(req.headers)) {
      req._dumpAndCloseReadable();
      req._read();
    }
    if (socket._httpMessage) this.outgoing.push(res);
    else res.assignSocket(socket);
    res.on('finish', onFinish);
    dispatch(this, req, res, flags);
  }

  createResponse(server, req) {
    const Message = server[kServerResponse];
    const options = {
      highWaterMark: this.socket.writableHighWaterMark,
      rejectNonStandardBodyWrites: server.rejectNonStandardBodyWrites,
    };
    const res =
      Message === ServerResponse && reparenting.isUsual
        ? make(Message, req, options)
        : new Message(req, options);
    res[kConnection] = this;
    res._keepAliveTimeout = server[kOptions].keepAliveTimeout;
    res._maxRequestsPerSocket = server.maxRequestsPerSocket;
    this.onPendingData ??= (delta) => {
      this.addOutgoingData(delta);
    };
    res._onPendingData = this.onPendingData;
    res[kUniqueHeaders] = server[kUniqueHeaders];
    return res;
  }

  onContent(flags, chunk) {
    if (this.accepts(flags)) this.runInContext(this.pushContent, this, chunk);
  }

  pushContent(chunk) {
    const req = this.current;
    if (req === null || req._dumped) return;
    if (!req.push(chunk)) this.transport.pause();
  }

  /** The current request is complete; `lines` is its trailer section. */
  onComplete(flags, lines) {
    if (this.accepts(flags)) this.runInContext(this.endContent, this, lines);
  }

  endContent(lines) {
    const req = this.current;
    if (req === null) return;
    req.complete = true;
    if (lines !== undefined) req._addHeaderLines(lines, lines.length);
    this.completeCurrent();
  }

  completeCurrent() {
    const req = this.current;
    this.current = null;
    req.complete = true;
    // Without listener or reader, the end is only noted: those that are added later find it.
    if (isSilent(req) && req.readableFlowing !== true) noteEnd(req);
    else req.push(null);
    if (!this.socket._paused) this.transport.resume();
  }

  /** `req` is being read: content may go on arriving. */
  resumeFor() {
    const { socket } = this;
    if (!socket._paused && socket.readable) this.transport.resume();
  }

  addOutgoingData(delta) {
    this.outgoingData += delta;
    this.onSocketDrain();
  }

  /** Stops reading because too much waits to be written; under Node's name, as others ask for it, too. */
  pauseForWriting() {
    if (this.socket._paused) return;
    this.socket._paused = true;
    this.transport.pause();
  }

  /** The socket has room again. */
  onSocketDrain() {
    const { socket } = this;
    const isFull =
      this.outgoingData > socket.writableHighWaterMark || this.incoming.length >= MAX_PIPELINED;
    if (socket._paused && !isFull) {
      socket._paused = false;
      this.transport.resume();
    }
    const message = socket._httpMessage;
    if (message && !message.finished && message[kNeedDrain] && message.writableLength === 0) {
      message[kNeedDrain] = false;
      message.emit('drain');
    }
  }

  // ---- timeouts ----

  /** No traffic for as long as the socket's timeout says. */
  onTimeout() {
    tellTimeout(this);
  }

  /** The request took longer than `headersTimeout` or `requestTimeout` to arrive. */
  onExpired() {
    this.runInContext(this.onError, this, new ERR_HTTP_REQUEST_TIMEOUT());
  }

  // ---- errors and ends ----

  onMalformed(failure) {
    this.isAmidRead = false;
    debug('parse error', failure.code);
    const error = parseError(failure);
    // The end of input is no packet: Node leaves this error as its parser made it.
    if (error.code === 'HPE_INVALID_EOF_STATE') {
      error.message = 'Parse Error';
      delete error.rawPacket;
    }
    this.runInContext(this.onError, this, error);
  }

  /** The socket failed. If an error was told before, this one is a consequence of it, and is not told. */
  onSocketError(error) {
    if (!this.hasFailed) this.onError(error);
  }

  /** Leaves an error to 'clientError', or answers it and closes. */
  onError(error) {
    const { server, socket } = this;
    this.hasFailed = true;
    if (server.emit('clientError', error, socket)) return;
    answerError(socket, error);
  }

  onEnd() {
    this.runInContext(this.afterEnd, this);
  }

  afterEnd() {
    const last = this.server.httpAllowHalfOpen ? lastDue(this) : null;
    if (last) last._last = true;
    else this.socket.end();
  }

  /** The transport is closed, or given away. */
  onGone(bytesRead, bytesWritten) {
    this.leaveServer();
    addTraffic(this.totals, bytesRead, bytesWritten);
  }

  /** The socket has emitted 'close', or would have: what was under way is aborted. */
  onClosed() {
    this.runInContext(this.abortAll, this);
  }

  abortAll() {
    this.phase = Phase.CLOSED;
    this.transport.role = null;
    this.resource?.emitDestroy();
    this.leaveServer();
    abortResponses(this);
  }

  leaveServer() {
    const { server } = this;
    server[kConnections].delete(this);
    server[kDrain]?.look();
  }

  // ---- another owner, another transport ----

  /** Bytes that are not HTTP: whether they are those behind a head that asked for another protocol. */
  takeRaw(bytes) {
    this.isAmidRead = false;
    if (this.phase === Phase.UPGRADING) {
      this.runInContext((rest) => handOver(this, rest), this, bytes);
      return true;
    }
    if (this.phase !== Phase.DECLINED) return false;
    this.phase = Phase.HTTP;
    return true;
  }

  /** Whether HTTP goes on when the socket gets a handle of Node's own. */
  isUnderWay() {
    return true;
  }

  /** It goes on over this stream, which is read when the native side has told all it knew. */
  goOn(stream) {
    this.transport = stream;
    this.server[kConnections].add(this);
    this.socket.parser = null;
    stream.join(this, this.contentReader ?? this);
    takePlaces(this);
    watchStreams(this.server);
  }

  onStreamReady() {
    const { socket } = this;
    takePlace(this, 'data');
    if (socket._paused) socket.pause();
    else socket.resume();
  }

  /**
   * Neither a request is arriving (one whose handler runs still is), nor does one wait to be handled, as an I/O thread
   * reads ahead, nor has the answer that is due first yet to be ended.
   */
  isIdle() {
    const { current, incoming, transport } = this;
    const message = this.socket._httpMessage;
    if (current !== null || (message && !message.finished)) return false;
    return transport.isBetweenMessages() && !transport.holdsRequests(incoming.length);
  }

  /** The server was closed: the last answer that is due says that its connection closes, too. */
  announceClose() {
    endConnectionBehind(lastDue(this));
  }

  isUnused() {
    return !this.wasAnnounced && this.resource === null && this.transport.isUnused();
  }

  /** The socket was sent to another process: this server serves it no longer. */
  onSentAway() {
    if (!this.server[kConnections].has(this)) return;
    forgetStream(this);
    this.onGone(...this.transport.traffic());
    this.transport.role = null;
    this.transport.receiver = null;
  }
}

module.exports = { ServerConnection };
