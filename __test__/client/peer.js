'use strict';
// The server's end of a connection, for tests that say byte by byte what a server does: it reads
// requests as strictly as a test should, and sends what it is told to.
const { RawClient } = require('../support/raw-client');
const { readChunks } = require('../support/response-parser');

const CRLF = '\r\n';

class Peer extends RawClient {
  /** The next request, when all of it has arrived. */
  async request() {
    const request = await this.until(
      () => parseRequest(this.bytes, this.offset),
      'a request was complete',
    );
    this.offset = request.end;
    return request;
  }

  /** The head of the next request; its content is what comes behind. */
  async head() {
    const request = await this.until(
      () => parseHead(this.bytes, this.offset),
      'the head of a request was complete',
    );
    this.offset = request.contentStart;
    return request;
  }

  /** Answers with 200 and `content`, of which the length is said. */
  answer(content = '', fields = '') {
    const length = Buffer.byteLength(content);
    return this.send(
      `HTTP/1.1 200 OK\r\nContent-Length: ${length}\r\n${fields}\r\n`,
      Buffer.from(content),
    );
  }
}

function parseHead(bytes, start) {
  const headEnd = bytes.indexOf('\r\n\r\n', start, 'latin1');
  if (headEnd < 0) return null;
  const lines = bytes.latin1Slice(start, headEnd).split(CRLF);
  const match = /^([^ ]+) ([^ ]+) HTTP\/1\.1$/.exec(lines[0]);
  if (!match) throw new Error(`not a request line: ${JSON.stringify(lines[0])}`);
  const fields = lines.slice(1).map((line) => {
    const field = /^([^:\s]+): ?(.*)$/.exec(line);
    if (!field) throw new Error(`not a field line: ${JSON.stringify(line)}`);
    return [field[1], field[2]];
  });
  const headers = { __proto__: null };
  for (const [name, value] of fields) {
    const key = name.toLowerCase();
    headers[key] = key in headers ? `${headers[key]}, ${value}` : value;
  }
  const contentStart = headEnd + 4;
  return { line: lines[0], method: match[1], target: match[2], fields, headers, contentStart };
}

function parseRequest(bytes, start) {
  const request = parseHead(bytes, start);
  if (request === null) return null;
  const { contentStart: from, headers } = request;
  request.chunks = [];
  request.trailers = [];
  if (headers['transfer-encoding'] === 'chunked') {
    request.framing = 'chunked';
    request.end = readChunks(request, bytes, from);
  } else {
    const length = Number(headers['content-length'] ?? 0);
    request.framing = 'content-length' in headers ? 'length' : 'none';
    request.end = from + length <= bytes.length ? from + length : null;
    if (request.end !== null) request.chunks.push(bytes.subarray(from, request.end));
  }
  if (request.end === null) return null;
  request.body = Buffer.concat(request.chunks);
  request.text = request.body.toString();
  return request;
}

module.exports = { Peer };
