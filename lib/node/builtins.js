'use strict';
// What we use of Node's modules, as it was when we were loaded. Files that are loaded later take it from
// here: applications and test runners replace functions of Node's meanwhile.
const { AsyncResource } = require('node:async_hooks');
const { isUtf8 } = require('node:buffer');
const { channel } = require('node:diagnostics_channel');
const { closeSync } = require('node:fs');
const net = require('node:net');
const { Readable, addAbortSignal, finished } = require('node:stream');
const { urlToHttpOptions } = require('node:url');
const {
  debuglog,
  types: { isUint8Array },
} = require('node:util');

const { later } = require('../base/later');

const { FinalizationRegistry: Registry } = globalThis;
const { Socket } = net;

/** What sockets inherit of Node's classes, as descriptors, from `Socket.prototype` upwards. */
const inheritedBySockets = [];
for (let holder = Socket.prototype; holder !== null; holder = Object.getPrototypeOf(holder))
  inheritedBySockets.push(Object.getOwnPropertyDescriptors(holder));

/** Methods of Node's sockets by name. */
const socketMethods = later(() => {
  const methods = new Map();
  for (const descriptors of inheritedBySockets)
    for (const [name, { value }] of Object.entries(descriptors))
      if (typeof value === 'function' && !methods.has(name)) methods.set(name, value);
  return methods;
});

module.exports = {
  AsyncResource,
  Readable,
  Registry,
  Socket,
  addAbortSignal,
  channel,
  closeSync,
  debuglog,
  finished,
  inheritedBySockets,
  isUint8Array,
  isUtf8,
  net,
  socketMethods,
  urlToHttpOptions,
};
