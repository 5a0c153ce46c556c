'use strict';
// The writing side of a native connection ends.
const { ArrayPrototypeSplice } = require('../base/primordials');
const { errnoException, systemErrors } = require('../base/errors');
const { setImmediate } = require('../node/timers');
const native = require('../wire/loop');
const { process } = require('../wire/realm');
const { Output } = require('./states');

const { ECANCELED } = systemErrors();

/** Ends it behind what was written; `callback` is called as Node's, not within this turn of the loop. */
function shutDown(transport, callback) {
  transport.output = Output.ENDING;
  transport.afterShutdown = callback;
  if (transport.isClosed || native.io.shutdown(transport.id))
    setImmediate(tellOutputEnd, transport);
  transport.count();
}

/** Calls the callback that waits for the end of the output, once. */
function tellOutputEnd(transport) {
  onOutputEnd(transport)?.();
}

/** Closes the connection when all output has left; listeners for the last answer's end find it open. */
function closeSoon(transport) {
  transport.output = Output.ENDED;
  transport.closesSoon = true;
  if (!transport.isClosed) process.nextTick(destroySoon, transport.id);
}

function destroySoon(id) {
  native.io.destroySoon(id);
}

/** It has ended. Returns the callback that waits for that. */
function onOutputEnd(transport) {
  const callback = transport.afterShutdown;
  transport.afterShutdown = null;
  transport.output = Output.ENDED;
  transport.count();
  return callback;
}

/**
 * The connection has closed, with `errno` if that is not 0; `wasOpen`: not by us. As with Node's handles, writes
 * that wait are cancelled, behind the error if there is one, unless it was a write that failed.
 */
function endOutput(transport, wasOpen, errno, isWrite) {
  const { closedErrno, output, socket } = transport;
  const { isLazy } = socket; // its error is told at once
  const error = errno === 0 ? closedErrno : -errno;
  const hasFailed = isWrite || output === Output.FAILED;
  const isError = wasOpen && (hasFailed || errno !== 0);
  const call = isWrite || errno === 0 ? 'write' : 'read';
  // A write that failed says so first; of the error of a stream the tick comes later.
  if (hasFailed && isLazy) failWrites(transport, error);
  if (isError) socket.fail(errnoException(error, call));
  // It was closed behind its last byte, which ends what was to be ended.
  else if (wasOpen && output === Output.ENDING) setImmediate(tellOutputEnd, transport);
  if (hasFailed) failWrites(transport, error);
  else if (isLazy) failWrites(transport, ECANCELED);
  else process.nextTick(failWrites, transport, ECANCELED);
}

function failWrites({ waiting }, errno) {
  for (const callback of ArrayPrototypeSplice(waiting, 0)) callback(errnoException(errno, 'write'));
}

module.exports = { closeSoon, endOutput, onOutputEnd, shutDown };
