'use strict';
// Reads the response to one request: makes it and fills it. Where the bytes come from is the business of
// the transport: records of a native connection, or chunks of a stream.
const { parseError } = require('../base/errors');
const { kConnection, kKeepAliveTimeout } = require('../base/symbols');
const { IncomingMessage, takeHead } = require('../message/incoming-message');
const { AsyncResource } = require('../node/builtins');
const { responseOptions, responseParser, spareParser } = require('../transport/parser');
const { StreamTransport } = require('../transport/stream');
const { GROUP_END, KEEP_ALIVE, NO_CONTENT, UPGRADE } = require('../wire/layout');

/** The context ends with the exchange, not when it is collected. */
const UNTIL_RELEASE = { requireManualDestroy: true };

class ResponseReader {
  /** `lifecycle`: what is to happen on an interim answer, the final one, an error, an upgrade. */
  constructor(req, socket, lifecycle) {
    this.outgoing = req;
    this.socket = socket;
    this.lifecycle = lifecycle;
    /** The native connection the answer comes from; null if the socket is a stream. */
    this.connection = null;
    /** What is read from; a stream has one from its first chunk on. */
    this.transport = null;
    /** The parser of that stream, unless a native connection had it before. */
    this.parser = null;
    /** The response that is arriving. */
    this.incoming = null;
    /** The response behind which another protocol is spoken. */
    this.upgraded = null;
    /** The final response is complete. */
    this.isDone = false;
    /** The socket has ended: what is cut short tells that by itself. */
    this.hasEnded = false;
    this.resource = new AsyncResource('HTTPCLIENTREQUEST', UNTIL_RELEASE);
    this.options = responseOptions(req);
  }

  // ---- the transport ----

  feed(chunk) {
    this.transport ??= this.newStream();
    this.transport.feed(chunk);
  }

  newStream() {
    this.parser = responseParser(this.options, this.outgoing.method);
    const stream = new StreamTransport(this.socket, this.parser);
    stream.ticksBehindContent = false;
    stream.join(this);
    return stream;
  }

  /** The native side has given the socket away: the answer comes from this stream. */
  goOn(stream) {
    this.connection = null;
    this.transport = stream;
    stream.ticksBehindContent = false;
    stream.join(this);
  }

  /** The native side has told all it knew. */
  onStreamReady() {
    if (!this.isDone) this.lifecycle.onStream(this);
  }

  /** The socket has ended: a response that lasts until then is complete. */
  finish() {
    this.hasEnded = true;
    if (this.connection === null) this.transport?.finish();
  }

  /** Lets go of the socket. */
  release() {
    if (this.connection !== null) {
      this.connection.finish(this);
      return;
    }
    if (this.transport !== null) this.releaseStream();
    this.resource.emitDestroy();
  }

  releaseStream() {
    const { parser, transport } = this;
    transport.receiver = null;
    this.parser = null;
    if (parser === null || !this.isDone) return;
    transport.loseParser();
    spareParser(parser);
  }

  /** `res` is being read: content may go on arriving. */
  resumeFor(res) {
    if (this.incoming === res) this.resumeReading();
  }

  /** Also a socket that the program has paused is read on, as Node's is. */
  resumeReading() {
    const { connection, socket, transport } = this;
    if (connection !== null && socket.readableFlowing === false) socket.resume();
    else transport.resumeReading();
  }

  onSentAway() {}

  onEnd() {}

  // ---- what was read ----

  onHead(flags, head) {
    this.resource.runInAsyncScope(this.receive, this, flags, head);
    this.completeBehind(flags);
  }

  onContent(_flags, bytes) {
    this.resource.runInAsyncScope(this.pushContent, this, bytes);
  }

  onComplete(flags, lines) {
    this.resource.runInAsyncScope(this.endContent, this, lines);
    this.completeBehind(flags);
  }

  onMalformed(failure) {
    if (this.hasEnded) return;
    const error = parseError(failure);
    this.resource.runInAsyncScope(this.lifecycle.onMalformed, this.lifecycle, this, error);
  }

  /** An answer is over once all that was read with it was handled, or with the 'end' that completes it. */
  completeBehind(flags) {
    if (flags & GROUP_END && this.isDone && !this.transport.hasInputEnded)
      this.lifecycle.onComplete(this);
  }

  receive(flags, head) {
    const req = this.outgoing;
    if (req.res) {
      // A second answer to the same request: the server cannot be trusted.
      this.incoming = null;
      this.socket.destroy();
      return;
    }
    const res = this.createResponse(head);
    const status = res.statusCode;
    if (flags & UPGRADE || req.method === 'CONNECT') {
      res.upgrade = true;
      req.res = res;
      this.upgraded = res;
      res.complete = true;
      res.push(null);
      return;
    }
    // A 101 that does not say what to switch to is an answer like any other.
    if (status >= 100 && status < 200 && status !== 101) {
      this.lifecycle.onInformation(req, res);
      if (!this.isDone) this.resumeReading();
      return;
    }
    this.incoming = res;
    res[kConnection] = this;
    req[kKeepAliveTimeout] = head.keepAliveTimeout;
    this.lifecycle.onResponse(req, res, (flags & KEEP_ALIVE) !== 0);
    if (flags & NO_CONTENT) this.endContent(undefined);
  }

  createResponse(head) {
    const res = new IncomingMessage(this.socket);
    res.joinDuplicateHeaders = this.outgoing.joinDuplicateHeaders;
    takeHead(res, head);
    res.statusCode = head.code;
    res.statusMessage = head.line;
    return res;
  }

  pushContent(chunk) {
    const res = this.incoming;
    if (res === null || res._dumped) return;
    if (!res.push(chunk)) this.transport.pauseReading();
  }

  endContent(lines) {
    const res = this.incoming;
    if (res === null) return;
    this.incoming = null;
    this.isDone = true;
    res.complete = true;
    if (lines !== undefined) res._addHeaderLines(lines, lines.length);
    res.push(null);
    this.resumeReading();
  }

  /** The bytes behind the head of an upgrade; none of them is HTTP. */
  takeRaw(bytes) {
    if (this.upgraded === null) return false;
    this.resource.runInAsyncScope(this.lifecycle.onUpgrade, this.lifecycle, this, bytes);
    return true;
  }
}

module.exports = { ResponseReader };
