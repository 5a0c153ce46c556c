'use strict';

/**
 * Puts methods on `target` as those of classes are: no listing of names shows them. Each is named by its key: bundlers
 * that make code smaller rename functions.
 */
function defineMethods(target, methods) {
  for (const name of Reflect.ownKeys(methods))
    Object.defineProperty(target, name, {
      __proto__: null,
      configurable: true,
      value: methods[name],
      writable: true,
    });
}

module.exports = { defineMethods };
