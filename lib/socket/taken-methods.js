'use strict';
// Methods of sockets that an application keeps or replaces. One that it has taken from a socket works on that
// socket whatever the socket becomes. Where it has replaced a method of Node's sockets after this module was
// loaded, that is called: the socket becomes one of Node's own, which is slower.
const {
  ObjectDefineProperties,
  ObjectDefineProperty,
  ObjectGetOwnPropertyDescriptor,
  ObjectGetOwnPropertyDescriptors,
  ObjectGetOwnPropertyNames,
  ObjectGetPrototypeOf,
  ReflectApply,
  SafeMap,
} = require('../base/primordials');
const { Socket, listedOfSockets, socketMethods } = require('../node/builtins');

/** The methods of Node's sockets that ours stand in for, by name, as they were when we were loaded. */
const originals = new SafeMap();

/**
 * Puts `methods` on `prototype`, and wraps all it has that Node's sockets have, too; `isOwn`: they are right
 * for a socket. What those do not have is not listed.
 */
function defineMethods(prototype, methods, isOwn) {
  ObjectDefineProperties(prototype, ObjectGetOwnPropertyDescriptors(methods));
  for (const name of ObjectGetOwnPropertyNames(prototype)) {
    const descriptor = ObjectGetOwnPropertyDescriptor(prototype, name);
    descriptor.enumerable = listedOfSockets.has(name);
    if (descriptor.enumerable && typeof descriptor.value === 'function') {
      const original = socketMethods.get(name);
      originals.set(name, original);
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

/** Whether none of the methods that ours stand in for was replaced. */
function areMethodsOriginal() {
  for (const [name, original] of originals) if (Socket.prototype[name] !== original) return false;
  return true;
}

module.exports = { areMethodsOriginal, defineMethods };
