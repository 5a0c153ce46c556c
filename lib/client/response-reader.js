'use strict';
// One request and what is read in answer to it: makes the response and fills it. Where the bytes
// come from is the business of its socket: records of a native connection, or chunks of a stream,
// which are fed to a parser here. May use Node, `errors`, the layout and the records.
const { AsyncResource } = require('node:async_hooks');
const { parseError } = require('../base/errors');
const { IncomingMessage } = require('../message/incoming-message');
const { kConnection } = require('../base/symbols');
const { shownFields, validation } = require('../server/options');
const { accessors } = require('../node/http');
const layout = require('../wire/layout');
const native = require('../wire/loop');
const { readHead, readMalformed, readTrailers } = require('../wire/reader');

const { KEEP_ALIVE, NO_CONTENT, UPGRADE } = layout;
/** The context ends with the exchange, not when it is collected. */
const UNTIL_RELEASE = { requireManualDestroy: true };
const defaultMaxHeaderSize = accessors.maxHeaderSize;

class Exchange {
  /** `handlers`: what is to happen on an interim answer, the final one, an error, an upgrade. */
  constructor(req, socket, handlers) {
    this.outgoing = req;
    this.socket = socket;
    this.handlers = handlers;
    /** The native connection the answer comes from; null if the socket is a stream. */
    this.connection = null;
    /** The response that is arriving. */
    this.incoming = null;
    /** The response and the bytes behind it, when they are of another protocol. */
    this.upgrade = null;
    /** The final response is complete. */
    this.isDone = false;
    this.error = null;
    this.resource = new AsyncResource('HTTPCLIENTREQUEST', UNTIL_RELEASE);
    this.maxHeaderSize = req.maxHeaderSize || defaultMaxHeaderSize;
    this.validation = validation(req);
    this.parser = null;
    this.shownFields = shownFields(req);
  }

  /** Runs the method in the async context of the request. */
  runWith(method, argument) {
    return this.resource.runInAsyncScope(this[method], this, argument);
  }

  // ---- chunks of a stream ----

  /** Feeds a chunk. Returns the error if it is malformed. */
  execute(chunk) {
    if (this.parser === null) this.startParser();
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk, 'latin1') : chunk;
    return this.runWith('handleRecords', this.parser.execute(bytes));
  }

  /** The native side has given the socket away, and its parser. */
  goOn(parser) {
    this.connection = null;
    this.parser = parser;
    if (this.incoming !== null) this.incoming[kConnection] = null;
  }

  startParser() {
    this.parser = new native.StreamParser(
      true,
      this.maxHeaderSize,
      this.validation,
      this.shownFields,
    );
    this.parser.expect(this.outgoing.method);
  }

  /** The socket has ended: a response that lasts until then is complete. */
  finish() {
    if (this.parser !== null) this.runWith('handleRecords', this.parser.finish());
  }

  /** Lets go of the socket. */
  release() {
    this.parser = null;
    this.connection?.finish(this);
    this.resource.emitDestroy();
  }

  handleRecords(buffer) {
    const words = new Uint32Array(buffer.buffer, buffer.byteOffset, buffer.length >>> 2);
    let at = 0;
    while (at < words.length) {
      const next = at + (words[at + layout.RECORD_SIZE] >>> 2);
      this.onRecord(
        words[at] & layout.KIND_MASK,
        words[at] >>> layout.FLAG_SHIFT,
        words,
        at,
        buffer,
      );
      at = next;
    }
    return this.error;
  }

  onRecord(kind, flags, words, at, buffer) {
    switch (kind) {
      case layout.HEAD:
        this.onHead(flags, readHead(words, at, buffer));
        break;
      case layout.CONTENT:
        this.onContent(native.readContent(flags, words, at, buffer));
        break;
      case layout.COMPLETE:
        this.onComplete(readTrailers(words, at, buffer));
        break;
      case layout.RAW:
        if (this.upgrade) this.upgrade.head = native.readContent(flags, words, at, buffer);
        break;
      case layout.MALFORMED: {
        const { code, reason, bytesParsed, rawPacket } = readMalformed(words, at, buffer);
        this.error = parseError(code, reason, bytesParsed, rawPacket);
        break;
      }
    }
  }

  // ---- what was read ----

  onHead(flags, head) {
    const req = this.outgoing;
    if (req.res) {
      // A second answer to the same request: whoever sent it is not to be trusted.
      this.incoming = null;
      this.socket.destroy();
      return;
    }
    const res = this.createResponse(head);
    const status = res.statusCode;
    if (flags & UPGRADE || req.method === 'CONNECT') {
      res.upgrade = true;
      req.res = res;
      this.upgrade = { response: res, head: Buffer.alloc(0) };
      res.complete = true;
      res.push(null);
      return;
    }
    // A 101 that does not say what to switch to is an answer like any other.
    if (status >= 100 && status < 200 && status !== 101) {
      this.handlers.onInformation(req, res);
      return;
    }
    this.incoming = res;
    res[kConnection] = this.connection;
    if (status === 304) res.complete = true;
    this.handlers.onResponse(req, res, (flags & KEEP_ALIVE) !== 0);
    if (flags & NO_CONTENT) this.onComplete(undefined);
  }

  createResponse(head) {
    const res = new IncomingMessage(this.socket);
    const { code, line, lines, major, minor } = head;
    res.httpVersionMajor = major;
    res.httpVersionMinor = minor;
    res.httpVersion = major === 1 && minor === 1 ? '1.1' : `${major}.${minor}`;
    res.joinDuplicateHeaders = this.outgoing.joinDuplicateHeaders;
    res.upgrade = false;
    res._addHeaderLines(lines, lines.length);
    res.statusCode = code;
    res.statusMessage = line;
    return res;
  }

  onContent(chunk) {
    const res = this.incoming;
    if (res === null || res._dumped) return;
    if (res.push(chunk)) return;
    if (this.connection === null) this.socket.pause();
    else this.connection.pauseReading();
  }

  onComplete(lines) {
    const res = this.incoming;
    if (res === null) return;
    this.incoming = null;
    this.isDone = true;
    res.complete = true;
    if (lines !== undefined) res._addHeaderLines(lines, lines.length);
    res.push(null);
    const { connection, socket } = this;
    if (connection !== null) {
      connection.resumeReading();
    } else if (socket && !socket._paused && socket.readable) {
      socket.resume();
    }
  }

  onMalformed(error) {
    this.handlers.onMalformed(this, error);
  }

  /** The bytes behind the head of an upgrade; none of them is HTTP. */
  onUpgradeHead(bytes) {
    this.upgrade.head = bytes;
    this.handlers.onUpgrade(this);
  }
}

module.exports = { Exchange };
