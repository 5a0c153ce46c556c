'use strict';
const { pattern } = require('../../support/events');

const made = new Map();

/** The bytes of this size: both sides know them. */
exports.contentOf = (size) => {
  if (!made.has(size)) made.set(size, pattern(size, size));
  return made.get(size);
};
