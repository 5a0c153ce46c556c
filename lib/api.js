'use strict';
// The functions of the module. May use the classes and Node.
const host = require('./internal/host');
const { Server } = require('./server');
const { validateHeaderName, validateHeaderValue, validateInteger } = require('./validate');

/** `createServer([options][, requestListener])`: a new `Server`. */
function createServer(options, requestListener) {
  return new Server(options, requestListener);
}

/** Node keeps so many idle parsers; ours need no pool, so the number is only checked. */
function setMaxIdleHTTPParsers(max) {
  validateInteger(max, 'max', 1);
  host.setMaxIdleHTTPParsers(max);
}

module.exports = {
  createServer,
  setMaxIdleHTTPParsers,
  validateHeaderName: (name, label) => validateHeaderName(name, label),
  validateHeaderValue: (name, value) => validateHeaderValue(name, value),
};
