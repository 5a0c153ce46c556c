'use strict';
// What `process` lists as active. Native connections have no handle of Node's own, so they are added to the list.
// It has only what keeps the process alive, and so has this.

const {
  ObjectDefineProperty,
  ObjectGetOwnPropertyDescriptor,
  ReflectApply,
  ReflectDefineProperty,
  SafeSet,
  SymbolFor,
  WeakRefPrototypeDeref,
} = require('../base/primordials');
const { Weak } = require('./builtins');

/** All instances of the module in a process share what they add to its functions. */
const kSources = SymbolFor('rust-http.open');

/** Has `process` list the sockets that `source()` returns, and their kinds, as long as that function is referenced. */
function listAsActive(source) {
  const sources = sharedSources();
  for (const reference of sources)
    if (WeakRefPrototypeDeref(reference) === undefined) sources.delete(reference);
  sources.add(new Weak(source));
}

function sharedSources() {
  const shared =
    process._getActiveHandles?.[kSources] ?? process.getActiveResourcesInfo?.[kSources];
  if (shared !== undefined) return shared;
  const sources = new SafeSet();
  extend('_getActiveHandles', sources, (socket) => socket);
  extend('getActiveResourcesInfo', sources, kindOf);
  return sources;
}

/** Has `process[name]()` tell of the sockets, too. */
function extend(name, sources, tell) {
  const original = process[name];
  if (typeof original !== 'function') return;
  const extended = {
    [name](...args) {
      const told = ReflectApply(original, this, args);
      for (const reference of sources) {
        for (const socket of WeakRefPrototypeDeref(reference)?.() ?? []) told.push(tell(socket));
      }
      return told;
    },
  }[name];
  ObjectDefineProperty(extended, kSources, { __proto__: null, value: sources });
  const descriptor = ObjectGetOwnPropertyDescriptor(process, name);
  // A process that may not be changed goes without.
  ReflectDefineProperty(process, name, { ...descriptor, value: extended });
}

/** The name that Node has for what a socket is on: a Unix socket has no addresses. */
const kindOf = ({ remoteFamily }) => (remoteFamily === undefined ? 'PipeWrap' : 'TCPSocketWrap');

module.exports = { listAsActive };
