'use strict';
// The writing side of a native connection ends.
const { setImmediate } = require('../node/timers');
const native = require('../wire/loop');
const { Output } = require('./states');

/** Ends it behind what was written; `callback` is called as Node's, not within this turn of the loop. */
function shutDown(transport, callback) {
  if (transport.isClosed || native.io.shutdown(transport.id)) {
    transport.output = Output.ENDED;
    setImmediate(callback);
  } else {
    transport.output = Output.ENDING;
    transport.afterShutdown = callback;
  }
  transport.count();
}

/** It has ended. Returns who waits for that. */
function onOutputEnd(transport) {
  const callback = transport.afterShutdown;
  transport.afterShutdown = null;
  transport.output = Output.ENDED;
  transport.count();
  return callback;
}

/** The connection has closed behind its last byte, which ends what was to be ended. */
function endWithConnection(transport) {
  if (transport.output === Output.ENDING) setImmediate(onOutputEnd(transport));
}

module.exports = { endWithConnection, onOutputEnd, shutDown };
