'use strict';
// What we use of Node's modules, as it was when we were loaded. Files that are loaded later take it from
// here: applications and test runners replace functions of Node's meanwhile.
const { SafeMap, SafeSet } = require('../base/primordials');
const { AsyncResource } = require('node:async_hooks');
const { descriptorOf } = require('../base/define');
const { channel } = require('node:diagnostics_channel');
const EventEmitter = require('node:events');
const { closeSync } = require('node:fs');
const net = require('node:net');
const { Duplex, Readable, addAbortSignal, finished } = require('node:stream');
const { urlToHttpOptions } = require('node:url');
const {
  debuglog,
  types: { isUint8Array },
} = require('node:util');

const { FinalizationRegistry: Registry, WeakRef: Weak } = globalThis;
const { Socket } = net;

/** What `for (const name in socket)` lists of the prototypes of Node's sockets… */
const listedOfSockets = new SafeSet();
/** …and those of it that are methods, by name. */
const socketMethods = new SafeMap();
for (const name in Socket.prototype) {
  listedOfSockets.add(name);
  const { value } = descriptorOf(Socket.prototype, name);
  if (typeof value === 'function') socketMethods.set(name, value);
}

module.exports = {
  AsyncResource,
  Duplex,
  EventEmitter,
  Readable,
  Registry,
  Socket,
  Weak,
  addAbortSignal,
  channel,
  closeSync,
  debuglog,
  finished,
  isUint8Array,
  listedOfSockets,
  net,
  socketMethods,
  urlToHttpOptions,
};
