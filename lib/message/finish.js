'use strict';
// How an outgoing message ends: its callbacks and 'finish', in the way of the runtime.
const { codes } = require('../base/errors');
const host = require('../node/http');

const { ERR_STREAM_ALREADY_FINISHED, ERR_STREAM_DESTROYED } = codes;
const { kEndCallbacks, kErrored, kFlushError, kWritableFinished } = host.keys;
// Up to Node 22 a message counts as finished once nothing of it waits, and callbacks of `end()`
// hear nothing of errors; code written for the runtime expects its way.
const oldFinish = host.missingOutgoing.finished;

/** All of the message has been handed to the system. */
function isFinished(message) {
  return oldFinish ? message.finished && isFlushed(message) : message[kWritableFinished];
}

/** Callbacks of `end()`: null once all was written, else the error that prevented it. */
function queueEndCallback(message, callback) {
  if (oldFinish && !message.finished) {
    message.once('finish', callback);
  } else if (oldFinish && !message.writableFinished) {
    message.on('finish', callback);
  } else if (message.writableFinished) {
    callback(new ERR_STREAM_ALREADY_FINISHED('end'));
  } else if (message[kFlushError] !== null) {
    process.nextTick(callback, message[kFlushError]);
  } else {
    message[kEndCallbacks] ??= [];
    message[kEndCallbacks].push(callback);
  }
}

const isFlushed = (message) =>
  message.outputSize === 0 && (!message.socket || message.socket.writableLength === 0);

function callEndCallbacks(message, error) {
  const callbacks = message[kEndCallbacks];
  if (callbacks === null) return;
  message[kEndCallbacks] = null;
  for (const callback of callbacks) callback(error);
}

function onFinish(message, error) {
  const { socket } = message;
  if (oldFinish) {
    if (!socket?._hadError) message.emit('finish');
    return;
  }
  if (error || message[kErrored] || socket?.errored || socket?._hadError) {
    message[kFlushError] =
      error ?? message[kErrored] ?? socket?.errored ?? new ERR_STREAM_DESTROYED('end');
    callEndCallbacks(message, message[kFlushError]);
    return;
  }
  message[kWritableFinished] = true;
  callEndCallbacks(message, null);
  message.emit('finish');
}

/** Whether `'finish'` may come with the last piece: older runtimes end with an empty write of its own. */
const finishesWithContent = !oldFinish;

module.exports = { finishesWithContent, isFinished, onFinish, queueEndCallback };
