'use strict';
// One connection of a server, above its transport: requests in, responses out in their order,
// errors, timeouts, hand-over after an upgrade. Both transports (`native-connection`,
// `stream-connection`) extend it. May use Node, `errors`, `symbols` and `internal`.
const { AsyncResource } = require('node:async_hooks');
const { channel } = require('node:diagnostics_channel');
const { debuglog } = require('node:util');
const { codes, connectionReset, parseError } = require('../errors');
const { IncomingMessage, detachSignal } = require('../incoming-message');
const { ServerResponse } = require('../server-response');
const { kConnection, kConnections, kOptimizeEmptyRequests, kTotals } = require('../symbols');
const { keptPairs, maxHeaderPairs } = require('./field-limit');
const host = require('./host');
const { closeExchange, isSilent, isUnwatched, noteEnd } = require('./quiet-end');
const { errorAnswer, isUntrusted, lacksHost } = require('./refusal');
const { closeResponse, onSocketClose } = require('./response-close');
const layout = require('./ring-layout');
const { isReparentingUsual, make, noteParent } = require('./roomy');
const { Totals } = require('./stats');

const { kErrored, kIncomingMessage, kNeedDrain, kServerResponse, kUniqueHeaders } = host.keys;
const { HAS_EXPECT, KEEP_ALIVE, METHODS, NO_CONTENT, UPGRADE } = layout;
const CONTINUE = /(?:^|\W)100-continue(?:$|\W)/i;
/** Requests of one connection that may wait for their answer; then reading stops. */
const MAX_PIPELINED = 512;

/** A context lasts until the next request on its connection, or the connection's end. */
const UNTIL_NEXT = { requireManualDestroy: true };

const debug = debuglog('http');
const requestStart = channel('http.server.request.start');
const responseFinish = channel('http.server.response.finish');

const newResource = () => new AsyncResource('HTTPINCOMINGMESSAGE', UNTIL_NEXT);

class ServerConnection {
  constructor(server, socket) {
    this.server = server;
    this.socket = socket;
    /** Requests whose response is not complete, in order. */
    this.incoming = [];
    /** Responses that wait for their turn behind the socket's current one. */
    this.outgoing = [];
    /** The request whose content is arriving. */
    this.current = null;
    /** The request that asked for another protocol, until the bytes behind it are here. */
    this.upgrading = null;
    /** Bytes held by responses that wait for their turn. */
    this.outgoingData = 0;
    this.requests = 0;
    this.keepAliveTimeoutSet = false;
    /** Reading stopped because too much waits to be written. */
    this.paused = false;
    /** The async resource of the newest request… */
    this.resource = null;
    /** …and the one it is made in, unless whoever calls has the right one. */
    this.origin = null;
    this.http = true;
    this.onPendingData = undefined;
    this.maxHeaderPairs = maxHeaderPairs(server.maxHeadersCount);
    (server[kConnections] ??= new Set()).add(this);
    this.totals = server[kTotals] ??= new Totals();
    this.totals.connections++;
  }

  // What a transport has to offer:
  // pauseReading(), resumeReading(), stopReading(), declineUpgrade(), leaveHttp(), endResponse(),
  // isBetweenMessages(), startKeepAliveTimeout(), endKeepAliveTimeout(), traffic().

  /** Runs `handler` in the async context of the newest request. */
  inContext(handler, argument) {
    const resource = this.resource ?? this.origin;
    if (resource === null) return handler.call(this, argument);
    return resource.runInAsyncScope(handler, this, argument);
  }

  // ---- requests ----

  /** A request's head has arrived. */
  onHead(flags, head) {
    this.resource?.emitDestroy();
    const { origin } = this;
    this.resource = origin === null ? newResource() : origin.runInAsyncScope(newResource);
    this.resource.runInAsyncScope(this.receive, this, flags, head);
  }

  receive(flags, head) {
    const { server } = this;
    const req = this.createRequest(server, head);
    this.current = req;
    this.resetTimeout();
    if (flags & UPGRADE) {
      const refused = isUntrusted(server, req, flags);
      req.upgrade = !refused && (req.method === 'CONNECT' || this.shouldUpgrade(req));
      if (req.upgrade) {
        this.upgrading = req;
        this.completeCurrent();
        return;
      }
      if (!refused) this.declineUpgrade();
    }
    this.respond(req, flags);
    if (flags & NO_CONTENT && this.current === req) this.completeCurrent();
  }

  shouldUpgrade(req) {
    const { server } = this;
    return typeof server.shouldUpgradeCallback === 'function'
      ? !!server.shouldUpgradeCallback(req)
      : server.listenerCount('upgrade') > 0;
  }

  createRequest(server, head) {
    const Message = server[kIncomingMessage];
    const req =
      Message === IncomingMessage && isReparentingUsual()
        ? make(Message, this.socket)
        : new Message(this.socket);
    req[kConnection] = this;
    req.httpVersionMajor = head.major;
    req.httpVersionMinor = head.minor;
    req.httpVersion = head.major === 1 && head.minor === 1 ? '1.1' : `${head.major}.${head.minor}`;
    req.joinDuplicateHeaders = server.joinDuplicateHeaders;
    req.url = head.line;
    req.upgrade = false;
    const { lines } = head;
    req._addHeaderLines(lines, keptPairs(lines, this.maxHeaderPairs));
    req.method = METHODS[head.code];
    return req;
  }

  /** Makes the response and lets the server's listeners have both. */
  respond(req, flags) {
    const { server, socket } = this;
    this.incoming.push(req);
    this.totals.requests++;
    if (this.incoming.length >= MAX_PIPELINED || this.isWriteBlocked()) this.pauseForWriting();

    const Message = server[kServerResponse];
    const options = {
      highWaterMark: socket.writableHighWaterMark,
      rejectNonStandardBodyWrites: server.rejectNonStandardBodyWrites,
    };
    const res =
      Message === ServerResponse && isReparentingUsual()
        ? make(Message, req, options)
        : new Message(req, options);
    res[kConnection] = this;
    res._keepAliveTimeout = server.keepAliveTimeout;
    res._maxRequestsPerSocket = server.maxRequestsPerSocket;
    this.onPendingData ??= (delta) => {
      this.addOutgoingData(delta);
    };
    res._onPendingData = this.onPendingData;
    res.shouldKeepAlive = (flags & KEEP_ALIVE) !== 0;
    res[kUniqueHeaders] = server[kUniqueHeaders];
    if (requestStart.hasSubscribers)
      requestStart.publish({ request: req, response: res, socket, server });
    if (server[kOptimizeEmptyRequests] === true && !hasBodyHeaders(req.headers)) {
      req._dumpAndCloseReadable();
      req._read();
    }
    if (socket._httpMessage) this.outgoing.push(res);
    else res.assignSocket(socket);
    res.on('finish', onResponseFinish);
    this.dispatch(req, res, flags);
  }

  dispatch(req, res, flags) {
    const { server } = this;
    const untrusted = isUntrusted(server, req, flags);
    if (untrusted) this.stopReading();
    if (untrusted || lacksHost(server, req, flags)) {
      res.writeHead(400, ['Connection', 'close']);
      res.end();
      return;
    }
    if (req.httpVersionMajor === 1 && req.httpVersionMinor === 1) {
      const limit = server.maxRequestsPerSocket;
      if (typeof limit === 'number' && limit > 0) {
        this.requests++;
        res.maxRequestsOnConnectionReached = limit <= this.requests;
        if (limit < this.requests) {
          server.emit('dropRequest', req, this.socket);
          res.writeHead(503);
          res.end();
          return;
        }
      }
      if (flags & HAS_EXPECT) {
        this.answerExpectation(req, res);
        return;
      }
    }
    server.emit('request', req, res);
  }

  answerExpectation(req, res) {
    const { server } = this;
    if (CONTINUE.test(req.headers.expect)) {
      res._expect_continue = true;
      if (server.listenerCount('checkContinue') > 0) {
        server.emit('checkContinue', req, res);
      } else {
        res.writeContinue();
        server.emit('request', req, res);
      }
    } else if (server.listenerCount('checkExpectation') > 0) {
      server.emit('checkExpectation', req, res);
    } else {
      res.writeHead(417);
      res.end();
    }
  }

  /** A piece of the current request's content. */
  onContent(chunk) {
    const req = this.current;
    if (req === null || req._dumped) return;
    if (!req.push(chunk)) this.pauseInput();
  }

  /** The current request is complete; `lines` is its trailer section. */
  onComplete(lines) {
    const req = this.current;
    if (req === null) return;
    req.complete = true;
    if (lines !== undefined) req._addHeaderLines(lines, keptPairs(lines, this.maxHeaderPairs));
    this.completeCurrent();
  }

  completeCurrent() {
    const req = this.current;
    this.current = null;
    req.complete = true;
    // While nobody listens, the end needs no more than a note; who comes later finds it.
    if (isSilent(req)) noteEnd(req._readableState);
    else req.push(null);
    if (!this.paused) this.resumeInput();
  }

  /** `req` is being read: content may go on arriving. */
  resumeFor() {
    if (!this.paused && this.socket.readable) this.resumeInput();
  }

  /** Stops the input; a socket that somebody looks at says so by 'pause'. */
  pauseInput() {
    const { socket } = this;
    if (socket.isBare === false) socket.pause();
    else this.pauseReading();
  }

  resumeInput() {
    const { socket } = this;
    if (socket.isBare !== false) this.resumeReading();
    else if (socket.readable) socket.resume();
  }

  // ---- responses ----

  addOutgoingData(delta) {
    this.outgoingData += delta;
    this.onSocketDrain();
  }

  isWriteBlocked() {
    const { socket } = this;
    return socket.writableNeedDrain || this.outgoingData >= socket.writableHighWaterMark;
  }

  pauseForWriting() {
    if (this.paused) return;
    this.paused = true;
    this.socket._paused = true;
    this.pauseInput();
  }

  /** The socket has room again. */
  onSocketDrain() {
    const { socket } = this;
    const full =
      this.outgoingData > socket.writableHighWaterMark || this.incoming.length >= MAX_PIPELINED;
    if (this.paused && !full) {
      this.paused = false;
      socket._paused = false;
      this.resumeInput();
    }
    const message = socket._httpMessage;
    if (message && !message.finished && message[kNeedDrain] && message.writableLength === 0) {
      message[kNeedDrain] = false;
      message.emit('drain');
    }
  }

  /** The response at the head of the line is complete. */
  finishResponse(res) {
    const { server, socket } = this;
    const { req } = res;
    if (responseFinish.hasSubscribers)
      responseFinish.publish({ request: req, response: res, socket, server });
    if (req[kConnection] === this) detachSignal(req);
    this.endResponse();
    this.incoming.shift();
    noteParent(res, server[kServerResponse].prototype);
    // Content nobody asked for is read and thrown away, so that the next request can be found.
    const unread = !req._consuming && !req._readableState?.resumeScheduled;
    const quiet = unread && isUnwatched(req);
    if (unread && !quiet) req._dump();
    res.detachSocket(socket);
    // The host's, on a response that was given its prototype, takes back a listener of its own.
    if (res.detachSocket === host.ServerResponse.prototype.detachSocket && !socket.isBare)
      socket.removeListener('close', onSocketClose);
    process.nextTick(closeExchange, res, quiet);
    if (res._last) {
      if (typeof socket.destroySoon === 'function') socket.destroySoon();
      else socket.end();
    } else if (this.outgoing.length === 0) {
      this.beginKeepAlive();
    } else {
      this.giveTurn(this.outgoing.shift());
    }
    if (this.paused) this.onSocketDrain();
  }

  /** A response that was destroyed while it waited takes the connection with it: nothing may follow. */
  giveTurn(res) {
    const { socket } = this;
    if (res.destroyed) socket.destroy(res[kErrored] ?? undefined);
    else res.assignSocket(socket);
  }

  // ---- timeouts ----

  beginKeepAlive() {
    const { keepAliveTimeout, keepAliveTimeoutBuffer } = this.server;
    if (!Number.isFinite(keepAliveTimeout) || keepAliveTimeout <= 0) return;
    const buffer =
      Number.isFinite(keepAliveTimeoutBuffer) && keepAliveTimeoutBuffer >= 0
        ? keepAliveTimeoutBuffer
        : 1000;
    this.startKeepAliveTimeout(keepAliveTimeout + buffer);
    this.keepAliveTimeoutSet = true;
  }

  /** No traffic for as long as the socket's timeout says. */
  onTimeout() {
    const { server, socket } = this;
    const req = this.current;
    const byRequest = req && !req.complete && req.emit('timeout', socket);
    const res = socket._httpMessage;
    const byResponse = res?.emit('timeout', socket);
    const byServer = server.emit('timeout', socket);
    if (!byRequest && !byResponse && !byServer) socket.destroy();
  }

  /** The request took longer than `headersTimeout` or `requestTimeout` to arrive. */
  onExpired() {
    this.onError(new codes.ERR_HTTP_REQUEST_TIMEOUT());
  }

  // ---- errors and ends ----

  onMalformed({ code, reason, bytesParsed, rawPacket }) {
    debug('parse error', code);
    const error = parseError(code, reason, bytesParsed, rawPacket);
    // The end of input is no packet: Node leaves this error as its parser made it.
    if (code === 'HPE_INVALID_EOF_STATE') {
      error.message = 'Parse Error';
      delete error.rawPacket;
    }
    this.onError(error);
  }

  /** Leaves an error to 'clientError', or answers it and closes. */
  onError(error) {
    const { server, socket } = this;
    if (server.emit('clientError', error, socket)) return;
    // An answer in the middle of another would be taken for part of it.
    if (socket.writable && !socket._httpMessage?._headerSent) socket.write(errorAnswer(error.code));
    socket.destroy(error);
  }

  /** The peer sends no more. */
  onEnd() {
    const { server, socket } = this;
    if (!server.httpAllowHalfOpen) {
      socket.end();
    } else if (this.outgoing.length > 0) {
      this.outgoing.at(-1)._last = true;
    } else if (socket._httpMessage) {
      socket._httpMessage._last = true;
    } else {
      socket.end();
    }
  }

  /** The socket is closed: what was under way is aborted. */
  onClosed() {
    this.http = false;
    this.resource?.emitDestroy();
    this.server[kConnections].delete(this);
    while (this.incoming.length > 0) this.incoming.shift().destroy(connectionReset('aborted'));
    while (this.outgoing.length > 0) this.outgoing.shift().destroy(connectionReset('aborted'));
    const message = this.socket._httpMessage;
    if (message) closeResponse(message);
  }

  /** The bytes behind the head that asked for another protocol: hands the socket over. */
  onUpgradeHead(bytes) {
    const { server, socket, upgrading: req } = this;
    this.upgrading = null;
    const event = req.method === 'CONNECT' ? 'connect' : 'upgrade';
    if (server.listenerCount(event) === 0) {
      // Nobody gets it, so nothing is handed over: it closes as any connection does, with the
      // answers under way.
      socket.destroy();
      return;
    }
    this.http = false;
    server[kConnections].delete(this);
    this.leaveHttp();
    debug('SERVER have listener for %s', event);
    socket.readableFlowing = null;
    // Reading goes on: who listens for 'end' alone has to hear of it.
    socket.read?.(0);
    server.emit(event, req, socket, bytes);
  }

  /** Neither a request is arriving (one whose handler runs still is) nor one waits for its answer. */
  isIdle() {
    const message = this.socket._httpMessage;
    return this.current === null && this.isBetweenMessages() && (!message || message.finished);
  }

  /** Node took the socket's handle for another process. */
  isSentAway() {
    return false;
  }

  resetTimeout() {
    if (!this.keepAliveTimeoutSet) return;
    this.keepAliveTimeoutSet = false;
    this.endKeepAliveTimeout(this.server.timeout || 0);
  }
}

function hasBodyHeaders(headers) {
  return 'content-length' in headers || 'transfer-encoding' in headers;
}

function onResponseFinish() {
  this[kConnection]?.finishResponse(this);
}

module.exports = { ServerConnection };
