'use strict';
// Reads the answers to one request from chunks of its socket, and makes the response.
// May use Node, `errors`, the layout and the records.
const { AsyncResource } = require('node:async_hooks');
const { parseError } = require('../errors');
const { IncomingMessage } = require('../incoming-message');
const { validation } = require('./server-options');
const { accessors } = require('./host');
const layout = require('./ring-layout');
const native = require('./native');
const { readHead, readMalformed, readTrailers } = require('./records');

const { CONTENT_WORDS, KEEP_ALIVE, NO_CONTENT, UPGRADE } = layout;
/** Names and values kept when `maxHeadersCount` does not say otherwise. */
const MAX_HEADER_PAIRS = 2000;

class ClientParser {
  constructor(req, socket) {
    this.outgoing = req;
    this.socket = socket;
    /** The response that is arriving. */
    this.incoming = null;
    /** The response and the bytes behind it, when they are of another protocol. */
    this.upgrade = null;
    /** The final response is complete. */
    this.isDone = false;
    this.error = null;
    this.resource = new AsyncResource('HTTPCLIENTREQUEST');
    this.parser = new native.StreamParser(
      true,
      req.maxHeaderSize || accessors.maxHeaderSize,
      validation(req),
    );
    this.parser.expect(req.method);
    const { maxHeadersCount } = req;
    this.maxHeaderPairs =
      typeof maxHeadersCount === 'number' ? maxHeadersCount << 1 : MAX_HEADER_PAIRS;
  }

  /** Feeds a chunk. Returns the error if it is malformed. */
  execute(chunk) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk, 'latin1') : chunk;
    return this.resource.runInAsyncScope(this.handleRecords, this, this.parser.execute(bytes));
  }

  /** The socket has ended: a response that lasts until then is complete. */
  finish() {
    if (this.parser === null) return;
    this.resource.runInAsyncScope(this.handleRecords, this, this.parser.finish());
  }

  /** Lets go of the exchange. */
  release() {
    this.parser = null;
  }

  handleRecords(buffer) {
    const words = new Uint32Array(buffer.buffer, buffer.byteOffset, buffer.length >>> 2);
    let at = 0;
    while (at < words.length) {
      const next = at + (words[at + 1] >>> 2);
      this.onRecord(words[at] & 0xff, words[at] >>> 8, words, at, buffer);
      at = next;
    }
    return this.error;
  }

  onRecord(kind, flags, words, at, buffer) {
    switch (kind) {
      case layout.HEAD:
        this.onHead(flags, readHead(words, at, buffer));
        break;
      case layout.CONTENT: {
        const from = (at + CONTENT_WORDS) << 2;
        this.onContent(buffer.subarray(from, from + words[at + 3]));
        break;
      }
      case layout.COMPLETE:
        this.onComplete(readTrailers(words, at, buffer));
        break;
      case layout.RAW: {
        const from = (at + CONTENT_WORDS) << 2;
        if (this.upgrade) this.upgrade.head = buffer.subarray(from, from + words[at + 3]);
        break;
      }
      case layout.MALFORMED: {
        const { code, reason, bytesParsed, rawPacket } = readMalformed(words, at, buffer);
        this.error = parseError(code, reason, bytesParsed, rawPacket);
        break;
      }
    }
  }

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
    if (status >= 100 && status < 200) {
      ClientParser.handlers.onInformation(req, res);
      return;
    }
    this.incoming = res;
    if (status === 304) res.complete = true;
    ClientParser.handlers.onResponse(req, res, (flags & KEEP_ALIVE) !== 0);
    if (flags & NO_CONTENT) this.onComplete(undefined);
  }

  createResponse(head) {
    const res = new IncomingMessage(this.socket);
    const { code, line, lines, major, minor } = head;
    res.httpVersionMajor = major;
    res.httpVersionMinor = minor;
    res.httpVersion = `${major}.${minor}`;
    res.joinDuplicateHeaders = this.outgoing.joinDuplicateHeaders;
    res.upgrade = false;
    const limit = this.maxHeaderPairs;
    res._addHeaderLines(lines, limit > 0 && limit < lines.length ? limit : lines.length);
    res.statusCode = code;
    res.statusMessage = line;
    return res;
  }

  onContent(chunk) {
    const res = this.incoming;
    if (res === null || res._dumped) return;
    if (!res.push(chunk)) this.socket.pause();
  }

  onComplete(lines) {
    const res = this.incoming;
    if (res === null) return;
    this.incoming = null;
    this.isDone = true;
    res.complete = true;
    if (lines !== undefined) res._addHeaderLines(lines, lines.length);
    res.push(null);
    const { socket } = this;
    if (socket && !socket._paused && socket.readable) socket.resume();
  }
}

module.exports = { ClientParser };
