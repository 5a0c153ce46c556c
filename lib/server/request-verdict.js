'use strict';
// What a server answers without asking anybody: to requests that must not be trusted, and to input
// that is none. May use Node's data and `internal`.
const { STATUS_CODES } = require('../node/http');
const { BAD_HOST, HAS_HOST } = require('../wire/layout');
const { validation } = require('./options');

const answer = (status) =>
  Buffer.from(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\n\r\n`, 'latin1');
const answers = {
  __proto__: null,
  HPE_HEADER_OVERFLOW: answer(431),
  HPE_CHUNK_EXTENSIONS_OVERFLOW: answer(413),
  ERR_HTTP_REQUEST_TIMEOUT: answer(408),
};
const badRequest = answer(400);
/** The port behind the last colon of an authority. */
const PORT = /:(\d+)$/;

/** The whole answer to an error of this code. */
function errorAnswer(code) {
  return answers[code] ?? badRequest;
}

/** RFC 9112, section 3.2: HTTP/1.1 without a Host field. */
function lacksHost(server, req, flags) {
  return (
    server.requireHostHeader &&
    !(flags & HAS_HOST) &&
    req.httpVersionMajor === 1 &&
    req.httpVersionMinor === 1
  );
}

/**
 * Several Host fields, or one that is none (RFC 9112, section 3.2); CONNECT that names no port (RFC
 * 9110, section 9.3.6). Nothing behind such a request is read, nor is it handed over.
 */
function isUntrusted(server, req, flags) {
  if (!(flags & BAD_HOST && server.requireHostHeader) && !lacksPort(req)) return false;
  return validation(server) !== 'insecure';
}

function lacksPort({ method, url }) {
  // A path is no authority at all: whoever asks for one (Node's client does, without `path`) means us.
  if (method !== 'CONNECT' || url.startsWith('/')) return false;
  const port = Number(PORT.exec(url)?.[1] ?? 0);
  return !(port > 0 && port < 65536);
}

module.exports = { errorAnswer, isUntrusted, lacksHost };
