'use strict';
// The socket of a native connection before anyone looks at it: see `socket`. It can do what
// sending responses needs; everything else makes it complete first.
// May use Node, `symbols`, `socket` and `internal`.
const { kConnection } = require('../base/symbols');
const { NativeSocket, complete } = require('./socket');
const { dropHeld, hold } = require('./direct-write');
const native = require('../wire/loop');
const { timerDuration } = require('../base/validate');

function BareSocket(server) {
  this[kConnection] = null; // set once the connection exists
  this.server = server;
  this._server = server;
  this._httpMessage = null;
  this._paused = false;
  this.parser = null;
  // What is written while corked.
  this.held = null;
}
Object.setPrototypeOf(BareSocket.prototype, NativeSocket.prototype);

const { prototype } = BareSocket;

function constant(name, value) {
  Object.defineProperty(prototype, name, {
    __proto__: null,
    configurable: true,
    value,
    writable: true,
  });
}
function getter(name, get) {
  Object.defineProperty(prototype, name, {
    __proto__: null,
    configurable: true,
    get,
    set(value) {
      complete(this);
      this[name] = value;
    },
  });
}

Object.defineProperty(prototype, 'isBare', { __proto__: null, value: true });
constant('connecting', false);
constant('_hadError', false);
getter('destroyed', function () {
  return this[kConnection].destroyed;
});
getter('closed', function () {
  return this[kConnection].closed;
});
getter('errored', () => null);
getter('readable', function () {
  const connection = this[kConnection];
  return !connection.readEnded && !connection.destroyed;
});
getter('writable', function () {
  const connection = this[kConnection];
  return !connection.writeEnded && !connection.destroyed && !connection.closed;
});
getter('writableLength', function () {
  return this[kConnection].pending + (this.held?.length ?? 0);
});
getter('writableCorked', function () {
  return this.held?.corked ?? 0;
});
getter('writableNeedDrain', function () {
  return this.held?.needDrain ?? false;
});
getter('writableHighWaterMark', function () {
  return this.server.highWaterMark;
});
getter('readableHighWaterMark', function () {
  return this.server.highWaterMark;
});
getter('timeout', function () {
  return this[kConnection].timeout || undefined;
});

prototype.write = function write(chunk, encoding, callback) {
  if (!this.writable || chunk === null || (typeof chunk !== 'string' && !Buffer.isBuffer(chunk))) {
    complete(this); // errors and rarer forms are the stream's business
    return this.write(chunk, encoding, callback);
  }
  return hold(this, chunk, encoding, callback);
};

prototype.tellDrained = function tellDrained() {
  if (this[kConnection].http) this[kConnection].onSocketDrain();
};

prototype.end = function end(...args) {
  if (args.length > 0 || this[kConnection].writeEnded) {
    complete(this);
    return this.end(...args);
  }
  this.flushHeld();
  const connection = this[kConnection];
  connection.shutdown(() => {
    if (connection.readEnded) connection.close(false);
  });
  return this;
};

prototype.destroy = function destroy(error) {
  if (!this.destroyed) dropHeld(this);
  if (error && !this[kConnection].closed) {
    complete(this);
    return this.destroy(error);
  }
  this[kConnection].close(false);
  return this;
};

prototype.destroySoon = function destroySoon() {
  this.flushHeld();
  this[kConnection].closeSoon();
};

prototype.setTimeout = function setTimeout(msecs, callback) {
  if (callback !== undefined) {
    complete(this);
    return this.setTimeout(msecs, callback);
  }
  if (!this.destroyed) this[kConnection].setTimeout(Math.ceil(timerDuration(msecs, 'msecs')));
  return this;
};

prototype.setNoDelay = function setNoDelay(enable) {
  if (!this.destroyed)
    native.io.setNoDelay(this[kConnection].id, enable === undefined ? true : Boolean(enable));
  return this;
};

prototype.pause = function pause() {
  this[kConnection].pauseReading();
  return this;
};

prototype.resume = function resume() {
  const connection = this[kConnection];
  if (!connection.paused) connection.resumeReading();
  return this;
};

prototype.ref = function ref() {
  if (!this.destroyed) this[kConnection].setRef(true);
  return this;
};

prototype.unref = function unref() {
  this[kConnection].setRef(false);
  return this;
};

prototype.joinHttp = function joinHttp() {};

prototype.onClosed = function onClosed() {
  const connection = this[kConnection];
  if (connection.http) connection.inContext(connection.onClosed);
};

// Every other field of a complete socket makes this one complete when it is touched.
{
  const template = Object.create(NativeSocket.prototype);
  template[kConnection] = { http: false, destroyed: false };
  require('node:net').Socket.call(template, { manualStart: true });
  const own = new BareSocket();
  for (const key of Reflect.ownKeys(template)) {
    if (Object.hasOwn(own, key) || Object.hasOwn(prototype, key)) continue;
    Object.defineProperty(prototype, key, {
      __proto__: null,
      configurable: true,
      get() {
        complete(this);
        return this[key];
      },
      set(value) {
        complete(this);
        this[key] = value;
      },
    });
  }
}

module.exports = { BareSocket };
