'use strict';
// Methods of sockets that an application keeps or replaces. One that it has taken from a socket works on that
// socket whatever the socket becomes. Where it has replaced a method of Node's sockets after this module was
// loaded, that is called: the socket becomes one of Node's own, which is slower.
const {
  ArrayPrototypeEvery,
  ObjectDefineProperties,
  ObjectDefineProperty,
  ObjectFromEntries,
  ObjectGetOwnPropertyDescriptor,
  ObjectGetOwnPropertyDescriptors,
  ObjectGetOwnPropertyNames,
  ObjectGetPrototypeOf,
  ReflectApply,
} = require('../base/primordials');
const { Socket, listedOfSockets, socketMethods } = require('../node/builtins');

/** The methods of Node's sockets that ours stand in for. A loop over their names takes microseconds. */
const methodsOf = (prototype) => [
  prototype._destroy,
  prototype._final,
  prototype._getpeername,
  prototype._getsockname,
  prototype._read,
  prototype._writeGeneric,
  prototype.addListener,
  prototype.address,
  prototype.cork,
  prototype.destroy,
  prototype.destroySoon,
  prototype.end,
  prototype.on,
  prototype.pause,
  prototype.prependListener,
  prototype.ref,
  prototype.resetAndDestroy,
  prototype.resume,
  prototype.setEncoding,
  prototype.setKeepAlive,
  prototype.setNoDelay,
  prototype.setTimeout,
  prototype.uncork,
  prototype.unref,
  prototype.write,
];
/** As they were when we were loaded. */
const originals = methodsOf(ObjectFromEntries([...socketMethods]));

/** Puts `methods` on `prototype`, and wraps what Node's sockets have, too. `isOwn`: they are right for a socket. */
function defineMethods(prototype, methods, isOwn) {
  delete prototype.constructor; // that of Node's sockets
  ObjectDefineProperties(prototype, ObjectGetOwnPropertyDescriptors(methods));
  for (const name of ObjectGetOwnPropertyNames(prototype)) {
    const descriptor = ObjectGetOwnPropertyDescriptor(prototype, name);
    descriptor.enumerable = listedOfSockets.has(name);
    if (descriptor.enumerable && typeof descriptor.value === 'function') {
      const original = socketMethods.get(name);
      descriptor.value = guarded(name, descriptor.value, original, isOwn);
    }
    ObjectDefineProperty(prototype, name, descriptor);
  }
}

function guarded(name, own, original, isOwn) {
  const methods = {
    [name](...args) {
      if (!isOwn(this)) return ReflectApply(ObjectGetPrototypeOf(this)[name], this, args);
      const current = Socket.prototype[name];
      if (current === original) return ReflectApply(own, this, args);
      this._handle; // looked at, it is one of Node's
      return ReflectApply(current, this, args);
    },
  };
  return methods[name];
}

/** Whether all methods that ours stand in for are still Node's own. */
function areMethodsOriginal() {
  const current = methodsOf(Socket.prototype);
  return ArrayPrototypeEvery(originals, (method, i) => method === current[i]);
}

module.exports = { areMethodsOriginal, defineMethods };
