'use strict';
// `maxHeadersCount`: how many fields of a head or trailer section users get to see. May use nothing.

/** Names and values kept when `maxHeadersCount` does not say otherwise. */
const MAX_HEADER_PAIRS = 2000;

/** The limit as a number of names and values; 0 is none. */
function maxHeaderPairs(maxHeadersCount) {
  return typeof maxHeadersCount === 'number' ? maxHeadersCount << 1 : MAX_HEADER_PAIRS;
}

/** How many names and values of `lines` stay within the limit. */
function keptPairs(lines, limit) {
  return limit > 0 && limit < lines.length ? limit : lines.length;
}

module.exports = { keptPairs, maxHeaderPairs };
