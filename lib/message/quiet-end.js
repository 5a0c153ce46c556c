'use strict';
// How an exchange ends, and a request without a word to anybody where nobody listens: its stream's
// machinery costs more than a note.
const { Readable } = require('../node/builtins');
const { IncomingMessage } = require('./incoming-message');
const { closeResponse } = require('./server-response');

/** Nobody hears what the request emits, and its stream is as it was made. */
function isSilent(req) {
  return (
    req._eventsCount === 0 &&
    req.emit === Readable.prototype.emit &&
    req.push === Readable.prototype.push
  );
}

/** Nobody listens to the request, and there is nothing left to read of it. */
function isUnwatched(req) {
  return (
    isSilent(req) &&
    req.complete &&
    req._readableState.length === 0 &&
    req._dump === IncomingMessage.prototype._dump
  );
}

/** The exchange is over. `quiet`: the request's stream may end without a word. */
function closeExchange(res, quiet) {
  closeResponse(res);
  if (!quiet) return;
  const { req } = res;
  if (req._consuming || req._readableState.resumeScheduled) return;
  if (isUnwatched(req)) req._endQuietly();
  else req._dump();
}

module.exports = { closeExchange, isSilent, isUnwatched };
