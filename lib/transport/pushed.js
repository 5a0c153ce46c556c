'use strict';
// Bytes that did not come from the peer: somebody pushed them into the stream of a native socket.
const { now } = require('../node/timers');
const { FLAG_SHIFT, KIND_MASK, RECORD_SIZE } = require('../wire/layout');
const { requestParser } = require('./parser');
const { Batch, dispatch } = require('../wire/reader');

function readPushed(transport, server, chunk) {
  // With listeners beside the parser, they may be the parser's own.
  if (transport.isMirrored) return;
  transport.pushed ??= requestParser(server);
  const batch = new Batch(transport.pushed.execute(Buffer.from(chunk), now()));
  const { words } = batch;
  for (let at = 0; at < words.length; at += words[at + RECORD_SIZE] >>> 2)
    dispatch(transport, words[at] & KIND_MASK, words[at] >>> FLAG_SHIFT, batch, at);
}

module.exports = { readPushed };
