'use strict';
// What the module uses of the language's own objects, as it was when it was loaded: applications and their
// polyfills, mocks and sandboxes replace it meanwhile. A static function `Object.keys` is `ObjectKeys` here; a
// method `list.map(…)` is `ArrayPrototypeMap(list, …)`; the names are those of Node's own code. A Map or Set of
// ours is a SafeMap or SafeSet, with the usual methods.
//
// What Node's own http, streams and sockets call of the program (`push`, `for … of`), the module calls, too: it cannot
// work where these fail (docs/architecture.md, "Loading").

const { bind, call } = Function.prototype;
/** A method as a function that is given first what it would be called on. */
const uncurryThis = bind.bind(call);

const {
  defineProperties: ObjectDefineProperties,
  defineProperty: ObjectDefineProperty,
  getOwnPropertyDescriptor: ObjectGetOwnPropertyDescriptor,
  getOwnPropertyDescriptors: ObjectGetOwnPropertyDescriptors,
  getPrototypeOf: ObjectGetPrototypeOf,
  setPrototypeOf: ObjectSetPrototypeOf,
} = Object;

/** The getter of an accessor as a function that is given what it is called on. */
const getterOf = (prototype, name) =>
  uncurryThis(ObjectGetOwnPropertyDescriptor(prototype, name).get);
const TypedArrayPrototype = ObjectGetPrototypeOf(Uint8Array.prototype);

/** Makes `Own`, a class that extends one of the language's, inherit nothing: its methods become its own. */
function makeSafe(Own) {
  const { constructor: _, ...methods } = ObjectGetOwnPropertyDescriptors(
    ObjectGetPrototypeOf(Own).prototype,
  );
  ObjectDefineProperties(Own.prototype, methods);
  ObjectSetPrototypeOf(Own.prototype, null);
  return Own;
}

/** As `makeSafe`, for a collection: its iterators have a `next` of their own, too. */
function makeSafeCollection(Own) {
  makeSafe(Own);
  const { prototype } = Own;
  const next = uncurryThis(new Own().values().next);
  for (const key of ['entries', 'keys', 'values', Symbol.iterator]) {
    const begin = uncurryThis(prototype[key]);
    const value = function () {
      const steps = begin(this);
      return { __proto__: null, next: () => next(steps), [Symbol.iterator]: itself };
    };
    ObjectDefineProperty(prototype, key, {
      __proto__: null,
      configurable: true,
      value,
      writable: true,
    });
  }
  return Own;
}

function itself() {
  return this;
}

const functions = {};

/** Takes the static functions of these `names`. */
function takeStatic(prefix, Class, names) {
  for (const name of names.split(' ')) functions[`${prefix}${capitalized(name)}`] = Class[name];
}

function takeMethods(prefix, { prototype }, names) {
  for (const name of names.split(' '))
    functions[`${prefix}Prototype${capitalized(name)}`] = uncurryThis(prototype[name]);
}

const capitalized = (name) => name[0].toUpperCase() + name.slice(1);

takeStatic('Array', Array, 'isArray');
takeStatic('ArrayBuffer', ArrayBuffer, 'isView');
takeStatic('Buffer', Buffer, 'alloc allocUnsafeSlow byteLength concat from isBuffer isEncoding');
takeStatic('Date', Date, 'now parse');
takeStatic('JSON', JSON, 'stringify');
takeStatic('Math', Math, 'abs ceil floor max min');
takeStatic('Number', Number, 'isFinite isInteger isNaN parseInt');
takeStatic('Object', Object, 'assign create entries freeze fromEntries hasOwn keys values');
takeStatic('Object', Object, 'defineProperties defineProperty getPrototypeOf setPrototypeOf');
takeStatic('Object', Object, 'getOwnPropertyDescriptor getOwnPropertyDescriptors');
takeStatic('Object', Object, 'getOwnPropertyNames getOwnPropertySymbols');
takeStatic('Reflect', Reflect, 'apply construct defineProperty ownKeys set');
takeStatic('Symbol', Symbol, 'for');

takeMethods('Array', Array, 'concat every filter find findIndex flat flatMap includes');
takeMethods('Array', Array, 'indexOf join map reduce reverse slice some splice unshift');
takeMethods('Buffer', Buffer, 'latin1Slice subarray');
takeMethods('String', String, 'endsWith includes padStart replaceAll slice');
takeMethods('String', String, 'startsWith substring trim');
takeMethods('TypedArray', Uint8Array, 'fill set');
takeMethods('WeakRef', WeakRef, 'deref');

module.exports = {
  ...functions,
  SymbolPrototypeGetDescription: getterOf(Symbol.prototype, 'description'),
  TypedArrayPrototypeGetBuffer: getterOf(TypedArrayPrototype, 'buffer'),
  TypedArrayPrototypeGetByteOffset: getterOf(TypedArrayPrototype, 'byteOffset'),
  SafeMap: makeSafeCollection(class SafeMap extends Map {}),
  SafeSet: makeSafeCollection(class SafeSet extends Set {}),
  SafeWeakSet: makeSafe(class SafeWeakSet extends WeakSet {}),
};
