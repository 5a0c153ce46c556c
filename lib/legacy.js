'use strict';
// What only the oldest documentation has: `createClient`, `getAgent`, and the former names of
// IncomingMessage. Each warns once that it is deprecated.
const { deprecate } = require('node:util');
const { later } = require('./base/later');
const { IncomingMessage } = require('./message/incoming-message');

const classes = later(() => require('./legacy-classes'));

const members = {
  createClient: {
    value: deprecate(
      (port, host) => new (classes().Client)(port, host),
      'http.createClient() is deprecated. Use `http.request` instead.',
      'DEP0010',
    ),
  },
  getAgent: {
    value: deprecate(
      (host, port) => new (classes().ServerAgent)(host, port),
      'http.getAgent() is deprecated. Use `http.globalAgent` instead.',
      'RUST_HTTP_DEP0001',
    ),
  },
  ServerRequest: {
    get: deprecate(
      () => IncomingMessage,
      'http.ServerRequest is deprecated. Use `http.IncomingMessage` instead.',
      'RUST_HTTP_DEP0002',
    ),
  },
  ClientResponse: {
    get: deprecate(
      () => IncomingMessage,
      'http.ClientResponse is deprecated. Use `http.IncomingMessage` instead.',
      'RUST_HTTP_DEP0003',
    ),
  },
};

/** Puts them on the module's exports, where no listing of names shows them. */
function define(api) {
  for (const [name, member] of Object.entries(members)) {
    Object.defineProperty(api, name, {
      __proto__: null,
      configurable: true,
      enumerable: false,
      ...member,
    });
  }
}

module.exports = { define };
