'use strict';

/**
 * Puts members, which are values, functions and accessors, on `target`. No listing of names shows them, as with those
 * of classes, unless they are `enumerable`.
 */
function define(target, members, enumerable = false) {
  for (const name of Reflect.ownKeys(members))
    Object.defineProperty(target, name, {
      __proto__: null,
      ...Object.getOwnPropertyDescriptor(members, name),
      enumerable,
    });
}

module.exports = { define };
