'use strict';
// Loads the module, or Node's http with the argument "node", and only then puts functions of its own in the place of
// everything that the language and Buffer have. They do what the others did, unless the module (or Node's http)
// calls: that is noted, and if `READABLE` does not have it, it fails. Prints what an exchange saw, and the notes.
const isNode = process.argv[2] === 'node';
const http = isNode ? require('node:http') : require('../../..');
const https = isNode ? require('node:https') : require('../../../https');
const { writeSync } = require('node:fs');
const path = require('node:path');
const { exchange } = require('./exchange');
const { READABLE } = require('./readable');

const subject = isNode ? 'node:' : path.join(__dirname, '..', '..', '..', 'lib') + path.sep;
const { apply, defineProperty, getOwnPropertyDescriptor, getPrototypeOf, ownKeys } = Reflect;
const { stringify } = JSON;
const { includes } = String.prototype;
const has = (text, part) => apply(includes, text, [part]);

const prototypeOf = (object) => getPrototypeOf(object);
const holders = {
  Array,
  'Array.prototype': Array.prototype,
  ArrayBuffer,
  ArrayIterator: prototypeOf([].values()),
  Buffer,
  'Buffer.prototype': Buffer.prototype,
  Date,
  'Date.prototype': Date.prototype,
  'FinalizationRegistry.prototype': FinalizationRegistry.prototype,
  'Function.prototype': Function.prototype,
  JSON,
  Map,
  'Map.prototype': Map.prototype,
  MapIterator: prototypeOf(new Map().values()),
  Math,
  Number,
  'Number.prototype': Number.prototype,
  Object,
  'Object.prototype': Object.prototype,
  Promise,
  'Promise.prototype': Promise.prototype,
  Reflect,
  'RegExp.prototype': RegExp.prototype,
  'Set.prototype': Set.prototype,
  SetIterator: prototypeOf(new Set().values()),
  String,
  'String.prototype': String.prototype,
  Symbol,
  TypedArray: prototypeOf(Uint8Array),
  'TypedArray.prototype': prototypeOf(Uint8Array.prototype),
  'WeakMap.prototype': WeakMap.prototype,
  'WeakRef.prototype': WeakRef.prototype,
  'WeakSet.prototype': WeakSet.prototype,
};

/** Names of what the subject has called, each with the place where it did first. */
const reached = { __proto__: null };
const { captureStackTrace } = Error;
let isBusy = false;
/** Frames of our own that are on top of a stack. */
const HERE = 3;

/** The place in a file from which one of the functions below was called, unless by another of them. */
function callerOf() {
  const { prepareStackTrace, stackTraceLimit } = Error;
  Error.prepareStackTrace = (_error, sites) => {
    let i = HERE;
    while (i < sites.length && !sites[i].getFileName()) i++;
    return i < sites.length ? `${sites[i].getFileName()}:${sites[i].getLineNumber()}` : '';
  };
  Error.stackTraceLimit = 8;
  const holder = {};
  captureStackTrace(holder);
  const { stack } = holder;
  Error.prepareStackTrace = prepareStackTrace;
  Error.stackTraceLimit = stackTraceLimit;
  return stack;
}

/** Whether the subject calls; then it is noted. */
function isReached(name) {
  if (isBusy) return false;
  isBusy = true;
  try {
    const caller = callerOf();
    if (!has(caller, subject)) return false;
    reached[name] ??= caller;
    return true;
  } finally {
    isBusy = false;
  }
}

/** What typed arrays tell of their memory. */
const VIEWS = ['buffer', 'byteLength', 'byteOffset'];
const replacing = [];
for (const holder of ownKeys(holders))
  for (const key of ownKeys(holders[holder])) {
    const descriptor = getOwnPropertyDescriptor(holders[holder], key);
    const isView = holder === 'TypedArray.prototype' && VIEWS.includes(key);
    const field = isView ? 'get' : 'value';
    const { configurable, [field]: original } = descriptor;
    const isClass = typeof original !== 'function' || /^class|^[A-Z]/.test(original.name);
    if (!configurable || isClass || key === 'constructor') continue;
    const name = `${holder}.${String(key)}`;
    const mayBeRead = READABLE.includes(name);
    const { method } = {
      method(...args) {
        if (isReached(name) && !isNode && !mayBeRead) throw new Error(`${name} was called`);
        return apply(original, this, args);
      },
    };
    for (const own of ownKeys(original))
      if (own !== 'prototype') defineProperty(method, own, getOwnPropertyDescriptor(original, own));
    replacing.push([holders[holder], key, { ...descriptor, [field]: method }]);
  }
for (let i = 0; i < replacing.length; i++) {
  const { 0: object, 1: key, 2: descriptor } = replacing[i];
  defineProperty(object, key, descriptor);
}

function finish(result) {
  isBusy = true;
  writeSync(1, `${stringify({ ...result, reached })}\n`);
  process.exit();
}

process.on('uncaughtException', ({ stack }) => finish({ error: stack }));
exchange(http, https).then(
  (seen) => finish({ seen }),
  ({ stack }) => finish({ error: stack }),
);
