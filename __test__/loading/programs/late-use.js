'use strict';
// Uses the module for the first time after the program has made the world another one, in one of the ways
// below; prints what a server and a client of it did. What is loaded later must not notice.
const async_hooks = require('node:async_hooks');
const diagnostics_channel = require('node:diagnostics_channel');
const net = require('node:net');
const path = require('node:path');
const { performance } = require('node:perf_hooks');
const stream = require('node:stream');
const timers = require('node:timers');
const url = require('node:url');
const util = require('node:util');
const http = require('../../..');

const lib = path.join(__dirname, '..', '..', '..', 'lib');

/** Puts a function in the place of each of these that fails when the module calls it; Node may. */
function replace(object, ...names) {
  for (const name of names) {
    const original = object[name];
    object[name] = function replaced(...args) {
      const caller = new Error().stack.split('\n')[2];
      if (caller.includes(lib)) throw new Error(`${name} was taken too late`);
      return new.target ? Reflect.construct(original, args) : Reflect.apply(original, this, args);
    };
  }
}

/** Intrinsics, as a realm locks them down that trusts nobody (SES, `--frozen-intrinsics`). */
const intrinsics = [
  Array,
  ArrayBuffer,
  Boolean,
  Date,
  Error,
  Function,
  Map,
  Number,
  Object,
  Promise,
  RangeError,
  RegExp,
  Set,
  String,
  Symbol,
  TypeError,
  Uint8Array,
  WeakMap,
  WeakRef,
];

const ways = {
  /** Functions of Node's modules give way to others. */
  replaced() {
    const clocks = ['setTimeout', 'setInterval', 'setImmediate', 'clearTimeout', 'clearInterval'];
    replace(async_hooks, 'AsyncResource');
    replace(diagnostics_channel, 'channel');
    replace(globalThis, ...clocks, 'FinalizationRegistry', 'queueMicrotask', 'structuredClone');
    replace(performance, 'now');
    replace(process, 'hrtime');
    replace(stream, 'addAbortSignal', 'finished');
    replace(timers, ...clocks);
    replace(url, 'urlToHttpOptions');
    replace(util, 'debuglog', 'deprecate', 'format', 'getSystemErrorMap', 'inspect');
  },
  /** Globals that an application may do without are gone. */
  deleted() {
    for (const name of [
      'FinalizationRegistry',
      'clearImmediate',
      'clearInterval',
      'clearTimeout',
      'performance',
      'queueMicrotask',
      'setImmediate',
      'setInterval',
      'setTimeout',
      'structuredClone',
    ])
      delete globalThis[name];
    globalThis.Date = undefined;
  },
  /** The language's own objects are gone, too; Node has kept what it needs. */
  bare() {
    const { deleteProperty } = Reflect;
    const named = ['DataView', 'FinalizationRegistry', 'JSON', 'Math', 'Proxy', 'Reflect', 'URL'];
    const functions = ['decodeURIComponent', 'isNaN', 'parseInt'];
    const names = [...intrinsics.map(({ name }) => name), ...named, ...functions];
    for (const name of names) deleteProperty(globalThis, name);
  },
  /** Nothing can be changed any more. */
  frozen() {
    for (const intrinsic of intrinsics) {
      Object.freeze(intrinsic);
      Object.freeze(intrinsic.prototype);
    }
    for (const { prototype } of [net.Server, stream.Readable, stream.Duplex])
      Object.freeze(prototype);
  },
  /** The module is no longer known to Node, which loads each file anew. */
  forgotten() {
    for (const file of Object.keys(require.cache)) delete require.cache[file];
  },
};

ways[process.argv[2]]();

const server = http.createServer((req, res) => {
  const content = [];
  req.on('data', (piece) => content.push(piece));
  req.on('end', () => {
    res.setHeader('Set-Cookie', ['a=1', 'b=2']);
    res.write('got ');
    res.end(Buffer.concat(content));
  });
});
server.listen(0, '127.0.0.1', () => {
  const agent = new http.Agent({ keepAlive: true });
  const { port } = server.address();
  const ask = (done) => {
    const req = http.request({ agent, method: 'POST', port }, (res) => {
      let text = '';
      res.on('data', (piece) => {
        text += piece;
      });
      res.on('end', () => {
        console.log(res.statusCode, text, res.headers['set-cookie'].join(), req.reusedSocket);
        process.nextTick(done);
      });
    });
    req.setTimeout(30_000);
    req.end('content');
  };
  ask(() => {
    try {
      http.request({ method: ' ' });
    } catch (error) {
      console.log(error.code, error.message);
    }
    agent.destroy();
    server.close();
  });
});
