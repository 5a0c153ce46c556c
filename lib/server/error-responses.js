'use strict';
// The whole answers that a server gives to malformed input and to requests that take too long.
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

/** Answers an error, and closes. An answer in the middle of another would be taken for part of it. */
function answerError(socket, error) {
  if (socket.writable && !socket._httpMessage?._headerSent)
    socket.write(answers[error.code] ?? badRequest);
  socket.destroy(error);
}

module.exports = { answerError };
