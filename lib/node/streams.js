'use strict';
// The states of Node's streams, which have no public form for these questions and steps. Each is what
// the stream's own methods would do, without events and ticks for which there is no listener.

/** Nothing has been written through the stream's own machinery or is held by it, and it is neither ending nor gone. */
function isUnusedWritable({ _writableState: state }) {
  return (
    state.length === 0 && state.corked === 0 && !state.ending && !state.destroyed && !state.errored
  );
}

/** The length of the write whose callback the stream waits for; 0 if there is none. */
function lengthUnderWay({ _writableState: state }) {
  return state.writelen;
}

/** What `push(null)` does to a stream without a reader. */
function noteEnd({ _readableState: state }) {
  state.ended = true;
  state.reading = false;
  state.needReadable = false;
}

/** The stream has ended, and has said so. */
function noteEndEmitted({ _readableState: state }) {
  state.ended = true;
  state.endEmitted = true;
}

/** The stream was read. */
function noteRead({ _readableState: state }) {
  state.dataEmitted = true;
}

/** All was written, and the stream has said so. */
function noteFinished({ _writableState: state }) {
  state.ending = true;
  state.ended = true;
  state.finished = true;
}

/** Both sides of the stream were destroyed, by an error or null, and are closed. */
function noteDestroyed(stream, error) {
  for (const state of [stream._readableState, stream._writableState]) {
    if (error) state.errored = error;
    state.destroyed = true;
    state.closed = true;
    state.closeEmitted = true;
  }
}

/** The stream flows, or stands, and has not been told to: there is no 'resume' or 'pause'. */
function noteFlowing({ _readableState: state }, flows) {
  state.flowing = flows;
}

/** What is pushed now, would be emitted at once. */
function isEmptyAndFlowing({ _readableState: state }) {
  return state.flowing === true && state.length === 0 && !state.sync && !state.ended;
}

/** The stream was neither read, nor given an encoding. */
function isUnreadStream({ _readableState: state }) {
  return state.length === 0 && !state.encoding && state.pipes.length === 0;
}

/** Ends the output of a socket, and destroys it behind that, or, of another stream, leaves that to the stream. */
function destroySoon(socket) {
  if (typeof socket.destroySoon === 'function') socket.destroySoon();
  else socket.end();
}

module.exports = {
  destroySoon,
  isEmptyAndFlowing,
  isUnreadStream,
  isUnusedWritable,
  lengthUnderWay,
  noteDestroyed,
  noteEnd,
  noteEndEmitted,
  noteFinished,
  noteFlowing,
  noteRead,
};
