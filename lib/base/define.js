'use strict';
const {
  ObjectDefineProperty,
  ObjectGetOwnPropertyDescriptor,
  ObjectGetPrototypeOf,
  ReflectOwnKeys,
} = require('./primordials');

/**
 * Puts members, which are values, methods and accessors, on `target`. No listing of names shows them, as with those
 * of classes, unless they are `enumerable`. As members of a literal, functions have their key for a name, also behind
 * bundlers that rename functions.
 */
function define(target, members, enumerable = false) {
  for (const name of ReflectOwnKeys(members))
    ObjectDefineProperty(target, name, {
      __proto__: null,
      ...ObjectGetOwnPropertyDescriptor(members, name),
      enumerable,
    });
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

module.exports = { define, shadow, unshadow };
