'use strict';
// The states of a native connection.

const Life = {
  OPEN: 'open',
  /** Destroyed here; its Close record is still to come. */
  CLOSING: 'closing',
  CLOSED: 'closed',
  /** The descriptor was given to another owner. */
  HANDED_OVER: 'handed over',
};
const Input = { OPEN: 'open', PAUSED: 'paused', ENDED: 'ended' };
const Output = {
  OPEN: 'open',
  /** `shutdown` waits until all has left. */
  ENDING: 'ending',
  ENDED: 'ended',
  /** A write has failed; the Close record, which says why, comes behind what the peer had sent before. */
  FAILED: 'failed',
};

/** One that receives nothing, and has nothing to send, does not; one that is being closed does, referenced or not. */
function keepsProcessAlive({ destroysSoon, input, life, output, pending, referenced }) {
  if (life === Life.CLOSED || life === Life.HANDED_OVER) return false;
  if (life === Life.CLOSING || destroysSoon) return true;
  if (output === Output.ENDING || output === Output.FAILED) return true;
  return referenced && (input === Input.OPEN || pending > 0);
}

module.exports = { Input, Life, Output, keepsProcessAlive };
