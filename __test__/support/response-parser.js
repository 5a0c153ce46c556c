'use strict';
// Reads an answer as strictly as a test should: every line end, length and chunk counts.
const CRLF = '\r\n';

/**
 * The response that begins at `start`, or null while it is not complete. `options`: `noBody` for
 * answers to HEAD, `ended` when no more bytes will come.
 */
function parseResponse(bytes, start, { noBody = false, ended = false } = {}) {
  const headEnd = bytes.indexOf('\r\n\r\n', start, 'latin1');
  if (headEnd < 0) return null;
  const lines = bytes.latin1Slice(start, headEnd).split(CRLF);
  const match = /^HTTP\/(\d\.\d) (\d{3}) ([^\r\n]*)$/.exec(lines[0]);
  if (!match) throw new Error(`not a status line: ${JSON.stringify(lines[0])}`);
  const response = {
    head: bytes.latin1Slice(start, headEnd + 4),
    httpVersion: match[1],
    status: Number(match[2]),
    statusMessage: match[3],
    fields: fieldsOf(lines.slice(1)),
    chunks: [],
    trailers: [],
  };
  response.headers = joined(response.fields);
  response.names = response.fields.map(([name]) => name);
  const bodyStart = headEnd + 4;
  const end = readBody(response, bytes, bodyStart, noBody, ended);
  if (end === null) return null;
  response.text = response.body.toString();
  response.end = end;
  return response;
}

/** Fills in the body and returns where it ends; null while it is not complete. */
function readBody(response, bytes, start, noBody, ended) {
  const { headers, status } = response;
  response.body = Buffer.alloc(0);
  if (noBody || status < 200 || status === 204 || status === 304) {
    response.framing = 'none';
    return start;
  }
  if (headers['transfer-encoding'] === 'chunked') {
    response.framing = 'chunked';
    return readChunks(response, bytes, start);
  }
  let end = bytes.length;
  if ('content-length' in headers) {
    response.framing = 'length';
    end = start + Number(headers['content-length']);
    if (end > bytes.length) return null;
  } else {
    response.framing = 'close';
    if (!ended) return null;
  }
  response.body = bytes.subarray(start, end);
  return end;
}

/** Fills in chunks, body and trailers; returns where they end, null while they do not. */
function readChunks(response, bytes, start) {
  for (let at = start; ; ) {
    const lineEnd = bytes.indexOf(CRLF, at, 'latin1');
    if (lineEnd < 0) return null;
    const line = bytes.latin1Slice(at, lineEnd);
    if (!/^[0-9a-f]+$/i.test(line)) throw new Error(`not a chunk size: ${JSON.stringify(line)}`);
    const size = Number.parseInt(line, 16);
    at = lineEnd + 2;
    if (size === 0) {
      response.body = Buffer.concat(response.chunks);
      return readTrailers(response, bytes, at);
    }
    if (bytes.length < at + size + 2) return null;
    response.chunks.push(bytes.subarray(at, at + size));
    at += size;
    if (bytes.latin1Slice(at, at + 2) !== CRLF) throw new Error('no line end behind a chunk');
    at += 2;
  }
}

function readTrailers(response, bytes, start) {
  if (bytes.latin1Slice(start, start + 2) === CRLF) return start + 2;
  const end = bytes.indexOf('\r\n\r\n', start, 'latin1');
  if (end < 0) return null;
  response.trailers = fieldsOf(bytes.latin1Slice(start, end).split(CRLF));
  return end + 4;
}

function fieldsOf(lines) {
  return lines.map((line) => {
    const match = /^([^\s:]+): ?(.*)$/.exec(line);
    if (!match) throw new Error(`not a field line: ${JSON.stringify(line)}`);
    return [match[1], match[2]];
  });
}

/** Fields by lower-case name; several of one name become an array. */
function joined(fields) {
  const headers = { __proto__: null };
  for (const [name, value] of fields) {
    const key = name.toLowerCase();
    headers[key] = key in headers ? [headers[key], value].flat() : value;
  }
  return headers;
}

module.exports = { parseResponse, readChunks };
