'use strict';
// Node's own http, as it is before `register` puts ours in its place: the classes ours inherit from, the keys of its
// private fields, its defaults. Sharing the fields keeps our objects right when their prototype is exchanged for the
// host's (as Express does).
const {
  ObjectAssign,
  ObjectDefineProperty,
  ObjectGetOwnPropertyDescriptor,
  ObjectHasOwn,
  ReflectApply,
  ReflectDefineProperty,
  SymbolFor,
} = require('../base/primordials');
const http = require('node:http');
const { define } = require('../base/define');
const { later } = require('../base/later');
const { flags, major, symbolOf } = require('./runtime');

const { Agent, ClientRequest, IncomingMessage, OutgoingMessage, Server, ServerResponse } = http;
/** What Node finds or loads when it is asked for. Where the host's http does not have it, a global may be it. */
const accessors = {};
for (const name of ['globalAgent', 'maxHeaderSize', 'CloseEvent', 'MessageEvent', 'WebSocket']) {
  const get = ObjectGetOwnPropertyDescriptor(http, name)?.get;
  const accessor = {
    get [name]() {
      return get?.() ?? globalThis[name];
    },
  };
  define(accessors, accessor, true);
}

const incoming = new IncomingMessage();
const outgoing = new OutgoingMessage();

/** Where the host keeps its private fields of these names on `object`; new symbols for those that it has not. */
function keysOf(object, ...names) {
  const keys = {};
  for (const name of names) keys[name] = symbolOf(object, name) ?? Symbol(name);
  return keys;
}

const { corked, errored, ...outgoingKeys } = keysOf(
  outgoing,
  ...['corked', 'errored', 'kBytesWritten', 'kChunkedBuffer', 'kChunkedLength', 'kEndCallbacks'],
  ...['kFlushError', 'kHighWaterMark', 'kNeedDrain', 'kOutHeaders', 'kWritableFinished'],
  'kRejectNonStandardBodyWrites',
);

/** Private fields of messages, under the host's keys. */
const keys = {
  ...keysOf(incoming, 'kHeaders', 'kHeadersCount', 'kTrailers', 'kTrailersCount'),
  ...outgoingKeys,
  kCorked: corked,
  kErrored: errored,
  // Made on demand by the host, so its keys are not seen.
  kHeadersDistinct: Symbol('kHeadersDistinct'),
  kTrailersDistinct: Symbol('kTrailersDistinct'),
};

/** A server of the host's, to learn from. */
const exampleServer = later(() => new Server());

/** Private fields of servers, and one that they share with messages, under the host's keys. */
const serverKeys = later(() => {
  const names = ['kUniqueHeaders', 'IncomingMessage', 'ServerResponse'];
  const keys = keysOf(exampleServer(), ...names);
  const { IncomingMessage: kIncomingMessage, ServerResponse: kServerResponse } = keys;
  return { kIncomingMessage, kServerResponse, kUniqueHeaders: keys.kUniqueHeaders };
});

/** Fields of our own that this host's constructor of OutgoingMessage does not make. */
const missingOutgoing = {
  chunks: !ObjectHasOwn(outgoing, keys.kChunkedBuffer),
  finished: !ObjectHasOwn(outgoing, keys.kWritableFinished),
};

// How the host behaves is asked by calls that leave nothing to do for later: loading the module queues no
// tick that would be seen by tools.

/** In newer hosts the pieces of chunked content that are written in one tick leave as one chunk. */
const joinsPieces = later(() => {
  const message = new OutgoingMessage();
  const cork = () => {
    throw new Error('seen enough');
  };
  message._header = 'a head';
  message.socket = { writableCorked: 0, cork };
  try {
    message.write('a piece');
  } catch {
    // Before it queued a tick.
  }
  return message[keys.kCorked] > 0;
});

/** In newer hosts a request that was received whole, and never read, ends without being resumed. */
const readsToDump = (() => {
  let isRead = false;
  const read = () => {
    isRead = true;
  };
  const message = { complete: true, destroyed: false, readableLength: 0, read };
  ObjectAssign(message, { removeAllListeners() {}, resume() {} });
  IncomingMessage.prototype._dump.call(message);
  return isRead;
})();

/** In newer hosts the socket of an exchange that is complete outlives a request that is destroyed. */
const keepsComplete = (() => {
  let isKept = true;
  const destroy = () => {
    isKept = false;
  };
  const res = { complete: true, _dump() {} };
  const req = { destroyed: false, res, socket: { destroy }, writableFinished: true };
  ClientRequest.prototype.destroy.call(req);
  return isKept;
})();

/** From Node 22 on a message that is corked corks the socket it is given. */
const corksSocket = ObjectHasOwn(OutgoingMessage.prototype, 'socket');

/** Whether the host checks a target that is set later; else it is a plain property of the request. */
const checksPath = ObjectHasOwn(ClientRequest.prototype, 'path');

/** From Node 22 on a request with more fields than `maxHeadersCount` is refused; before, it is cut. */
const refusesManyFields = major >= 22;

/** From Node 26 on the content of a request that asks for an upgrade is HTTP's; before, the other protocol's. */
const readsUpgradeContent = major >= 26;

/** From Node 26 on CONNECT names the authority that is its target as its Host; before, the host that is asked. */
const connectNamesTarget = major >= 26;

/** Before Node 26 a server makes `headers` of a request of HTTP/1.1 before it emits anything about it. */
const readsFieldsFirst = major < 26;

/** From Node 26 on a message that is complete is destroyed at once, without a tick more. */
const endsAtOnce = major >= 26;

/** From Node 26 on a connection on which nothing has arrived is an idle one. */
const closesFresh = major >= 26;

/** Whether the process was told to read HTTP leniently where no option says how. */
const insecureByDefault = /(?:^|\s)--insecure-http-parser(?:\s|$)/.test(flags());

/** Defaults of a server, in the host's version. */
const defaults = later(() => {
  const server = exampleServer();
  return {
    requestTimeout: server.requestTimeout,
    headersTimeout: server.headersTimeout,
    keepAliveTimeout: server.keepAliveTimeout,
    keepAliveTimeoutBuffer: server.keepAliveTimeoutBuffer ?? 1000,
    connectionsCheckingInterval: server.connectionsCheckingInterval,
  };
});

const isInherited = Function.prototype[Symbol.hasInstance];

/** Has `instanceof Class` know the objects for which `isOne` is true, too; that of a subclass knows only its own. */
function extendInstances(Class, isOne) {
  // A frozen class knows only its own objects.
  ReflectDefineProperty(Class, Symbol.hasInstance, {
    __proto__: null,
    configurable: true,
    value(object) {
      return ReflectApply(isInherited, this, [object]) || (this === Class && isOne(object));
    },
  });
}

/**
 * Has `instanceof Class` know objects of the host's class, whose methods `Class` has, too: the host's own https
 * makes them for programs that use ours for http.
 */
function admit(Class, HostClass) {
  extendInstances(Class, (object) => ReflectApply(isInherited, HostClass, [object]));
}

/**
 * Has `instanceof HostClass` know objects of `Class`, which does not inherit from it. However often the module is
 * loaded, this is done once.
 */
function recognize(HostClass, Class) {
  const mark = SymbolFor(`rust-http.${HostClass.name}`);
  ObjectDefineProperty(Class.prototype, mark, { __proto__: null, value: true });
  if (ObjectHasOwn(HostClass, Symbol.hasInstance)) return;
  extendInstances(HostClass, (object) => typeof object === 'object' && object?.[mark] === true);
}

module.exports = {
  Agent,
  ClientRequest,
  IncomingMessage,
  METHODS: http.METHODS,
  OutgoingMessage,
  STATUS_CODES: http.STATUS_CODES,
  Server,
  ServerResponse,
  _connectionListener: http._connectionListener,
  accessors,
  admit,
  checksPath,
  closesFresh,
  connectNamesTarget,
  corksSocket,
  defaults,
  endsAtOnce,
  insecureByDefault,
  joinsPieces,
  keepsComplete,
  keys,
  missingOutgoing,
  readsFieldsFirst,
  readsToDump,
  readsUpgradeContent,
  recognize,
  refusesManyFields,
  serverKeys,
  setGlobalProxyFromEnv: http.setGlobalProxyFromEnv,
  setMaxIdleHTTPParsers: ObjectGetOwnPropertyDescriptor(http, 'setMaxIdleHTTPParsers').value,
  websocketMask: http.websocketMask,
  websocketUnmask: http.websocketUnmask,
};
