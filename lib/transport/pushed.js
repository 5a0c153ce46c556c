'use strict';
// Bytes that did not come from the peer: the application pushed them into the stream of a native socket.
const { FedParser } = require('../wire/feed');
const { requestParser } = require('./parser');

function readPushed(transport, server, chunk) {
  // With listeners beside the parser, they may be the parser's own; behind what made no sense, nothing does.
  if (transport.isMirrored || transport.failure !== null) return;
  transport.pushed ??= new FedParser(requestParser(server), transport);
  transport.pushed.execute(Buffer.from(chunk));
}

module.exports = { readPushed };
