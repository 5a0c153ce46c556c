'use strict';
// What the module may read of the language when it is used, not only when it is loaded: Node's own http, streams
// and sockets do, so that a program which breaks it has broken those, too.
const READABLE = [
  'Array.prototype.Symbol(Symbol.iterator)',
  'Array.prototype.pop',
  'Array.prototype.push',
  'Array.prototype.shift',
  'ArrayIterator.next',
  'Buffer.prototype.toString',
  'Date.prototype.getMilliseconds',
  'Date.prototype.toUTCString',
  'Function.prototype.bind',
  'Function.prototype.call',
  'Number.prototype.toString',
  'RegExp.prototype.exec',
  'RegExp.prototype.test',
  'String.prototype.charCodeAt',
  'String.prototype.indexOf',
  'String.prototype.split',
  'String.prototype.toLowerCase',
  'String.prototype.toUpperCase',
  'TypedArray.prototype.byteLength',
];

module.exports = { READABLE };
