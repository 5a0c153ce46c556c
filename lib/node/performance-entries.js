'use strict';
// Performance entries of type 'http' for requests of a client. Only Node's own modules can make such entries.
// Node's ServerResponse makes one when it ends, from the beginning that its constructor has noted under a private
// key, with the name in that, and from the members of the response. So a response of Node's, which is never sent,
// stands for the exchange. It has a beginning only while there is an observer.
const {
  ObjectCreate,
  ObjectDefineProperty,
  SymbolPrototypeGetDescription,
} = require('../base/primordials');
const host = require('./http');

const { _finish } = host.ServerResponse.prototype;

/** The key of a response's beginning, once it is known. */
let kBeginning;

/** What `_finish` asks for beside it; the socket is kept under a key of Node's, too. */
const example = ObjectCreate(host.ServerResponse.prototype);
example.socket = {};
const members = { ...example, emit() {} };

/** How often the beginning of `probe` was asked for. */
let asked = 0;
const probe = { ...members };

/** Learns the key: `_finish` asks for it first. */
function learnKey() {
  const get = (target, key) => {
    if (
      typeof key === 'symbol' &&
      SymbolPrototypeGetDescription(key) === 'ServerResponseStatistics'
    )
      kBeginning ??= key;
    return target[key];
  };
  _finish.call(new Proxy(members, { __proto__: null, get }));
  kBeginning ??= Symbol('ServerResponseStatistics');
  ObjectDefineProperty(probe, kBeginning, { __proto__: null, get: () => ++asked === 1 });
}

/** Whether there is an observer: `_finish` reads the beginning once more only if there is one; it finds none. */
function isObserved() {
  if (kBeginning === undefined) learnKey();
  asked = 0;
  _finish.call(probe);
  return asked > 1;
}

/** The beginning of an entry, undefined without an observer; `detail` gives its `method`, `url`, `headers`. */
function beginEntry(name, detail) {
  if (!isObserved()) return undefined;
  const { [kBeginning]: beginning } = new host.ServerResponse(detail());
  return beginning && { ...beginning, name };
}

/** Makes the entry, if there still is an observer. */
function endEntry(beginning, { statusCode, statusMessage, headers }) {
  const getHeaders = () => headers;
  const response = { ...members, statusCode, statusMessage, getHeaders, [kBeginning]: beginning };
  _finish.call(response);
}

module.exports = { beginEntry, endEntry };
