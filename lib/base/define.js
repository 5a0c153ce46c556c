'use strict';

/**
 * Puts members, which are values, methods and accessors, on `target`. No listing of names shows them, as with those
 * of classes, unless they are `enumerable`. As members of a literal, functions have their key for a name, also behind
 * bundlers that rename functions.
 */
const {
  ObjectDefineProperty,
  ObjectGetOwnPropertyDescriptor,
  ReflectOwnKeys,
} = require('./primordials');
function define(target, members, enumerable = false) {
  for (const name of ReflectOwnKeys(members))
    ObjectDefineProperty(target, name, {
      __proto__: null,
      ...ObjectGetOwnPropertyDescriptor(members, name),
      enumerable,
    });
}

module.exports = { define };
