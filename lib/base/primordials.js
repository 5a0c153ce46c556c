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

module.exports = {
  ArrayBufferIsView: ArrayBuffer.isView,
  ArrayIsArray: Array.isArray,
  ArrayPrototypeConcat: uncurryThis(Array.prototype.concat),
  ArrayPrototypeEvery: uncurryThis(Array.prototype.every),
  ArrayPrototypeFilter: uncurryThis(Array.prototype.filter),
  ArrayPrototypeFind: uncurryThis(Array.prototype.find),
  ArrayPrototypeFindIndex: uncurryThis(Array.prototype.findIndex),
  ArrayPrototypeFlat: uncurryThis(Array.prototype.flat),
  ArrayPrototypeFlatMap: uncurryThis(Array.prototype.flatMap),
  ArrayPrototypeForEach: uncurryThis(Array.prototype.forEach),
  ArrayPrototypeIncludes: uncurryThis(Array.prototype.includes),
  ArrayPrototypeIndexOf: uncurryThis(Array.prototype.indexOf),
  ArrayPrototypeJoin: uncurryThis(Array.prototype.join),
  ArrayPrototypeMap: uncurryThis(Array.prototype.map),
  ArrayPrototypeReduce: uncurryThis(Array.prototype.reduce),
  ArrayPrototypeReverse: uncurryThis(Array.prototype.reverse),
  ArrayPrototypeSlice: uncurryThis(Array.prototype.slice),
  ArrayPrototypeSome: uncurryThis(Array.prototype.some),
  ArrayPrototypeSplice: uncurryThis(Array.prototype.splice),
  ArrayPrototypeUnshift: uncurryThis(Array.prototype.unshift),
  BufferAlloc: Buffer.alloc,
  BufferAllocUnsafeSlow: Buffer.allocUnsafeSlow,
  BufferByteLength: Buffer.byteLength,
  BufferConcat: Buffer.concat,
  BufferFrom: Buffer.from,
  BufferIsBuffer: Buffer.isBuffer,
  BufferIsEncoding: Buffer.isEncoding,
  BufferPrototypeLatin1Slice: uncurryThis(Buffer.prototype.latin1Slice),
  BufferPrototypeSubarray: uncurryThis(Buffer.prototype.subarray),
  DateNow: Date.now,
  DateParse: Date.parse,
  ErrorCaptureStackTrace: Error.captureStackTrace,
  JSONStringify: JSON.stringify,
  MathAbs: Math.abs,
  MathCeil: Math.ceil,
  MathFloor: Math.floor,
  MathMax: Math.max,
  MathMin: Math.min,
  NumberIsFinite: Number.isFinite,
  NumberIsInteger: Number.isInteger,
  NumberIsNaN: Number.isNaN,
  NumberParseInt: Number.parseInt,
  ObjectAssign: Object.assign,
  ObjectCreate: Object.create,
  ObjectDefineProperties,
  ObjectDefineProperty,
  ObjectEntries: Object.entries,
  ObjectFreeze: Object.freeze,
  ObjectFromEntries: Object.fromEntries,
  ObjectGetOwnPropertyDescriptor,
  ObjectGetOwnPropertyDescriptors,
  ObjectGetOwnPropertyNames: Object.getOwnPropertyNames,
  ObjectGetOwnPropertySymbols: Object.getOwnPropertySymbols,
  ObjectGetPrototypeOf,
  ObjectHasOwn: Object.hasOwn,
  ObjectKeys: Object.keys,
  ObjectSetPrototypeOf,
  ObjectValues: Object.values,
  ReflectApply: Reflect.apply,
  ReflectConstruct: Reflect.construct,
  ReflectDefineProperty: Reflect.defineProperty,
  ReflectOwnKeys: Reflect.ownKeys,
  ReflectSet: Reflect.set,
  StringPrototypeEndsWith: uncurryThis(String.prototype.endsWith),
  StringPrototypeIncludes: uncurryThis(String.prototype.includes),
  StringPrototypePadStart: uncurryThis(String.prototype.padStart),
  StringPrototypeReplaceAll: uncurryThis(String.prototype.replaceAll),
  StringPrototypeSlice: uncurryThis(String.prototype.slice),
  StringPrototypeStartsWith: uncurryThis(String.prototype.startsWith),
  StringPrototypeSubstring: uncurryThis(String.prototype.substring),
  StringPrototypeTrim: uncurryThis(String.prototype.trim),
  SymbolFor: Symbol.for,
  SymbolPrototypeGetDescription: uncurryThis(
    ObjectGetOwnPropertyDescriptor(Symbol.prototype, 'description').get,
  ),
  TypedArrayPrototypeFill: uncurryThis(Uint8Array.prototype.fill),
  TypedArrayPrototypeSet: uncurryThis(Uint8Array.prototype.set),
  WeakRefPrototypeDeref: uncurryThis(WeakRef.prototype.deref),
  SafeMap: makeSafeCollection(class SafeMap extends Map {}),
  SafeSet: makeSafeCollection(class SafeSet extends Set {}),
  SafeWeakSet: makeSafe(class SafeWeakSet extends WeakSet {}),
};
