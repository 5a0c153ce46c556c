'use strict';
// The socket of a native connection before the application uses it: a small object with the prototype of a
// socket, without its state. It can do what sending responses needs; anything else materializes it:
// it becomes a complete net.Socket in place, so that its identity never changes.
const {
  ArrayPrototypeIncludes,
  BufferIsBuffer,
  ObjectDefineProperty,
  ObjectHasOwn,
  ObjectSetPrototypeOf,
  ReflectOwnKeys,
} = require('../base/primordials');
const { define } = require('../base/define');
const { kAttach, kError, kHeld, kSendWhole, kTransport, kWillEnd } = require('../base/symbols');
const { Socket } = require('../node/builtins');
const { NativeSocket, materialize } = require('./socket');
const { CorkBuffer } = require('./cork-buffer');
const { defineMethods } = require('./taken-methods');
const { sendWhole, willEnd, writeDirectly } = require('./direct-write');
const { process } = require('../wire/realm');

function LazySocket(server) {
  this[kTransport] = null; // set once the transport exists
  this.server = server;
  this._server = server;
  this._httpMessage = null;
  this._paused = false;
  this.parser = null;
  this[kHeld] = new CorkBuffer();
}
ObjectSetPrototypeOf(LazySocket.prototype, NativeSocket.prototype);

const { prototype } = LazySocket;
/** Defined below, not assigned: what they inherit may be frozen by now. */
const methods = { __proto__: null };

define(prototype, {
  isLazy: true,
  /** The prototype of a complete one. */
  complete: NativeSocket.prototype,
  connecting: false,
  _hadError: false,
});

/** Defines a field of complete sockets. Assigning it, or reading it where there is no `get`, materializes the socket. */
function defineField(name, get) {
  ObjectDefineProperty(prototype, name, {
    __proto__: null,
    configurable: true,
    get:
      get ??
      function () {
        materialize(this);
        return this[name];
      },
    set(value) {
      materialize(this);
      this[name] = value;
    },
  });
}

// The fields that the connection knows.
// Node's sockets count as closed from the moment when they are destroyed; 'close' comes later.
for (const name of ['destroyed', 'closed'])
  defineField(name, function () {
    return this[kTransport].isDestroyed;
  });
defineField('errored', function () {
  return this[kError] ?? null;
});
defineField('readable', function () {
  const transport = this[kTransport];
  return !transport.hasInputEnded && !transport.isDestroyed;
});
defineField('writable', function () {
  const transport = this[kTransport];
  return !transport.hasOutputEnded && !transport.isDestroyed;
});
defineField('writableLength', function () {
  return this[kTransport].pending + this[kHeld].length;
});
defineField('writableCorked', function () {
  return this[kHeld].corked;
});
defineField('writableNeedDrain', function () {
  return !this.destroyed && this[kHeld].needDrain;
});
for (const name of ['writableHighWaterMark', 'readableHighWaterMark'])
  defineField(name, function () {
    return this.server.highWaterMark;
  });

methods.write = function write(chunk, encoding, callback) {
  if (!this.writable || chunk === null || (typeof chunk !== 'string' && !BufferIsBuffer(chunk))) {
    materialize(this); // errors and rarer forms are the stream's business
    return this.write(chunk, encoding, callback);
  }
  return writeDirectly(this, chunk, encoding, callback);
};

methods.end = function end(...args) {
  const transport = this[kTransport];
  if (args.length > 0 || transport.hasOutputEnded) {
    materialize(this);
    return this.end(...args);
  }
  this.flushHeld();
  transport.shutdown(() => {
    if (transport.hasInputEnded) transport.close(false);
  });
  return this;
};

methods.destroy = function destroy(error) {
  if (!this.destroyed) this[kHeld].fail(this);
  if (error && !this.closed) {
    materialize(this);
    return this.destroy(error);
  }
  this[kTransport].close(false);
  return this;
};

methods.destroySoon = function destroySoon() {
  this.flushHeld();
  this[kTransport].destroySoon();
};

methods.setTimeout = function setTimeout(msecs, callback) {
  if (callback !== undefined) {
    materialize(this);
    return this.setTimeout(msecs, callback);
  }
  if (!this.destroyed) this[kTransport].setTimeout(msecs);
  return this;
};

for (const name of ['pause', 'resume'])
  methods[name] = function () {
    materialize(this);
    return this[name]();
  };

// ---- what messages call ----

// The connection itself closes the response of a socket without listeners.
methods[kAttach] = null;
methods[kWillEnd] = willEnd;
methods[kSendWhole] = sendWhole;

// ---- what the transport calls ----

methods.pauseInput = function pauseInput() {
  this[kTransport].pauseReading();
};

methods.resumeInput = function resumeInput() {
  if (!this._paused) this[kTransport].resumeReading();
};

methods.endInput = function endInput() {};

methods.tellDrained = function tellDrained() {
  this[kTransport].role?.onSocketDrain();
};

methods.onTimeout = function onTimeout() {
  this[kTransport].role?.onTimeout();
};

/** The connection failed: while it speaks HTTP, that is the server's 'clientError'. */
methods.fail = function fail(error) {
  const { role } = this[kTransport];
  this[kError] = error;
  if (role === null) this.destroy(error);
  else role.onSocketError(error);
};

methods.onClosed = function onClosed() {
  this[kTransport].role?.onClosed();
};

/** A listener has begun HTTP: the stream of a complete socket would resume in a tick. */
methods.joinHttp = function joinHttp() {
  const transport = this[kTransport];
  transport.isBeginning = true;
  process.nextTick(endBeginning, transport);
};

function endBeginning(transport) {
  transport.isBeginning = false;
}

defineMethods(prototype, methods, (socket) => socket.isLazy === true);

/**
 * Has V8 make the sockets of `Lazy` with room for what completes them: else those would become dictionaries, which are
 * slow. It gives room for what the functions assign that a constructor inherits from, and takes back what none of the
 * first sockets uses. So one of those is completed and kept, and returned.
 */
function reserveRoom(Lazy) {
  ObjectSetPrototypeOf(Lazy, Socket);
  const socket = new Lazy();
  socket[kTransport] = { role: null, isDestroyed: false };
  ObjectSetPrototypeOf(socket, socket.complete);
  Socket.call(socket, { manualStart: true });
  Lazy.example = socket;
  return socket;
}

// The other fields need a complete socket.
{
  const keys = ReflectOwnKeys(reserveRoom(LazySocket));
  const lazyKeys = ReflectOwnKeys(new LazySocket());
  for (const key of keys)
    if (!ArrayPrototypeIncludes(lazyKeys, key) && !ObjectHasOwn(prototype, key)) defineField(key);
}

module.exports = { LazySocket, reserveRoom };
