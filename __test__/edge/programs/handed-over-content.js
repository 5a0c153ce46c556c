'use strict';
// What the programs of `hand-over.test.js` send: both sides know it.
module.exports = {
  LARGE: 8_000_000,
  PIECE: 8192,
  /** Three writes of the new owner. */
  OWNER: ['HTTP/1.1 299 Owned\r\n\r\n', 'o'.repeat(5000), 'end of the owner'],
};
