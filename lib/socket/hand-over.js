'use strict';
// A native socket becomes one of Node's own: the descriptor goes to a handle of Node's, and what was not
// sent goes first through that. Nothing waits; what fails, fails the socket.
const {
  ArrayPrototypeSplice,
  NumberIsFinite,
  ObjectAssign,
  ObjectCreate,
  ObjectDefineProperty,
  ObjectGetPrototypeOf,
  ObjectSetPrototypeOf,
  ReflectApply,
  SafeMap,
} = require('../base/primordials');
const { descriptorOf } = require('../base/define');
const { kHeld, kTransport } = require('../base/symbols');
const { Socket, closeSync } = require('../node/builtins');
const { setOwner } = require('../node/net');
const { process } = require('../wire/realm');

/** Gives the descriptor to a handle of Node's, and the socket that handle. False if it is closed. */
function handOver(socket) {
  const transport = socket[kTransport];
  socket.flushHeld();
  const handed = transport.handOver();
  if (handed === null) return false;
  const { [kHeld]: held, isLazy } = socket;
  const { handle, error } = openHandle(handed.fd);
  if (isLazy) becomeSocket(socket, Socket.prototype, handle);
  else exchangeHandle(socket, handle);
  socket[kTransport] = null;
  socket[kHeld] = null;
  if (error) {
    socket.destroy(error);
    return true;
  }
  countOn(handle, transport);
  sendFirst(socket, handed.unsent, ArrayPrototypeSplice(transport.waiting, 0), held.needDrain);
  for (let i = held.corked; i > 0; i--) socket.cork();
  if (NumberIsFinite(transport.timeout) && transport.timeout > 0)
    socket.setTimeout(transport.timeout);
  endBehind(socket, transport, isLazy);
  return true;
}

/** A handle of Node's on the descriptor; if the system refuses it, the error. */
function openHandle(fd) {
  try {
    const opener = new Socket({ fd, manualStart: true });
    const handle = opener._handle;
    opener._handle = null;
    return { handle, error: undefined };
  } catch (error) {
    closeSync(fd);
    return { handle: undefined, error };
  }
}

/** Makes a complete socket one on `handle`; the state of its streams stays. */
function exchangeHandle(socket, handle) {
  ObjectSetPrototypeOf(socket, Socket.prototype);
  socket._handle = handle ?? null;
  if (handle) setOwner(handle, socket);
}

/** Where a handle keeps what the native side has counted before. */
const kBefore = Symbol('before');
/** The prototypes of handles that go on counting, by those of Node's handles. */
const counting = new SafeMap();

/** The handle goes on counting where the native side has stopped. */
function countOn(handle, { bytesRead, bytesWritten }) {
  const proto = ObjectGetPrototypeOf(handle);
  if (!counting.has(proto)) counting.set(proto, makeCounting(proto));
  ObjectSetPrototypeOf(handle, counting.get(proto));
  handle[kBefore] = { __proto__: null, bytesRead, bytesWritten };
}

/** A prototype that inherits from `proto`. (Accessors on each handle itself would make it a slow object.) */
function makeCounting(proto) {
  const own = ObjectCreate(proto);
  for (const name of ['bytesRead', 'bytesWritten']) {
    const { get } = descriptorOf(proto, name);
    ObjectDefineProperty(own, name, {
      __proto__: null,
      configurable: true,
      get() {
        return this[kBefore][name] + ReflectApply(get, this, []);
      },
    });
  }
  return own;
}

/** Writes what the old owner of the descriptor has not sent, then tells those who wait for it, and `next`. */
function sendFirst(socket, unsent, waiting, needDrain, next) {
  const done = (error) => {
    for (const callback of waiting) callback(error);
    next?.();
    // The stream does not know of this write: what it would do is done here.
    if (error) socket.destroy(error);
    else if (needDrain) socket.emit('drain');
  };
  if (unsent) Socket.prototype._writeGeneric.call(socket, false, unsent, 'buffer', done);
  else if (waiting.length > 0 || needDrain) process.nextTick(done, null);
}

/** What was to end behind what is sent, still does. */
function endBehind(socket, transport, wasLazy) {
  const { afterShutdown } = transport;
  transport.afterShutdown = null;
  if (!wasLazy) {
    if (afterShutdown !== null) Socket.prototype._final.call(socket, afterShutdown);
  } else if (transport.destroysSoon) {
    socket.destroySoon();
  } else if (transport.hasOutputEnded) {
    socket.end();
  }
}

/** Reads as Node's handle does, from the start: the peer's end is seen. */
function startAsSocket(socket) {
  if (socket.destroyed) return;
  // Called itself: a stream that waited for the parser's bytes thinks that it is reading already.
  socket._read(0);
}

/** Makes `socket`, lazy or not, a net.Socket on `handle` with the methods of `proto`. */
function becomeSocket(socket, proto, handle) {
  const { _httpMessage, _paused, _server, parser, server } = socket;
  const { readableHighWaterMark, writableHighWaterMark } = socket;
  const allowHalfOpen = socket.isLazy || socket.allowHalfOpen;
  ObjectSetPrototypeOf(socket, proto);
  const endListeners = socket._events?.end;
  Socket.call(socket, {
    handle,
    allowHalfOpen,
    manualStart: true,
    readableHighWaterMark,
    writableHighWaterMark,
  });
  // A second initialisation adds the constructor's own listener once more.
  if (endListeners !== undefined) socket._events.end = endListeners;
  ObjectAssign(socket, { _httpMessage, parser });
  if (server) ObjectAssign(socket, { _paused, _server, server });
}

module.exports = { becomeSocket, handOver, sendFirst, startAsSocket };
