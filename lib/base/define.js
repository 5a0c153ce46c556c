'use strict';
const {
  ObjectDefineProperty,
  ObjectGetOwnPropertyDescriptor,
  ObjectGetPrototypeOf,
  ObjectHasOwn,
  ReflectOwnKeys,
} = require('./primordials');

/** Puts values, methods and accessors on `target`, not listed unless `enumerable`, as the members of classes. */
function define(target, members, enumerable = false) {
  for (const name of ReflectOwnKeys(members))
    ObjectDefineProperty(target, name, {
      __proto__: null,
      ...ObjectGetOwnPropertyDescriptor(members, name),
      enumerable,
    });
}

/** The descriptor of what `object` has under this name, or inherits. */
function descriptorOf(object, name) {
  for (let holder = object; holder !== null; holder = ObjectGetPrototypeOf(holder))
    if (ObjectHasOwn(holder, name)) return ObjectGetOwnPropertyDescriptor(holder, name);
  return undefined;
}

/** Puts `value` before what `object` inherits under this name. */
function shadow(object, name, value) {
  ObjectDefineProperty(object, name, {
    __proto__: null,
    configurable: true,
    value,
    writable: true,
  });
}

/** Undoes `shadow`: the object has what it inherits. A property that is deleted would make it a dictionary, which is slow. */
function unshadow(object, name) {
  object[name] = ObjectGetPrototypeOf(object)[name];
}

module.exports = { define, descriptorOf, shadow, unshadow };
