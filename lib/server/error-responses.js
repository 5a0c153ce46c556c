'use strict';
// The whole answers that a server gives to malformed input and to requests that take too long. May
// use Node's data.
const { STATUS_CODES } = require('../node/http');

const answer = (status) =>
  Buffer.from(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\n\r\n`, 'latin1');
const answers = {
  __proto__: null,
  HPE_HEADER_OVERFLOW: answer(431),
  HPE_CHUNK_EXTENSIONS_OVERFLOW: answer(413),
  ERR_HTTP_REQUEST_TIMEOUT: answer(408),
};
const badRequest = answer(400);

/** The whole answer to an error of this code. */
function errorAnswer(code) {
  return answers[code] ?? badRequest;
}

module.exports = { errorAnswer };
