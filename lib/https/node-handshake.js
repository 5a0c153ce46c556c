'use strict';
// A handshake by Node's TLS for a socket whose handshake the native side could not finish: nothing of a request was
// sent by then. It happens on a connection of its own. When it is over, the socket gets that connection's handle
// and is a TLSSocket of Node's from there on, whose own code says what becomes of it.
const {
  ArrayPrototypeMap,
  BufferConcat,
  BufferFrom,
  ObjectAssign,
  ObjectSetPrototypeOf,
  StringPrototypeStartsWith,
} = require('../base/primordials');
const { Socket } = require('node:net');
const tls = require('node:tls');
const { shadow, unshadow } = require('../base/define');
const { errnoException, systemErrors } = require('../base/errors');
const { kHeld, kDial, kTransport } = require('../base/symbols');
const { setOwner } = require('../node/net');
const { sendFirst } = require('../socket/hand-over');
const { process } = require('../wire/realm');

const { TLSSocket } = tls;

class NodeHandshake {
  /** `error`: what is told if the second connection cannot be made. */
  constructor(transport, reason, error) {
    this.transport = transport;
    this.reason = reason;
    this.error = error;
    this.socket = null;
  }

  begin() {
    const { dial, referenced, socket: goal, timeout } = this.transport;
    const socket = tls.connect({ ...dial.options, timeout: 0 });
    this.socket = socket;
    // What Node would look at now, it looks at on the socket that this is for.
    socket.removeAllListeners('secure');
    socket.once('secure', () => this.succeed());
    socket.once('error', (error) => this.fail(error));
    socket.on('timeout', () => goal.emit('timeout'));
    if (dial.remembers) socket.on('session', () => {});
    if (timeout > 0) socket.setTimeout(timeout);
    if (!referenced) socket.unref();
  }

  setTimeout(timeout) {
    this.socket.setTimeout(timeout);
  }

  setRef(referenced) {
    if (referenced) this.socket.ref();
    else this.socket.unref();
  }

  /** The handshake is not needed any more. */
  end() {
    this.socket.removeAllListeners('secure');
    this.socket.destroy();
  }

  fail(error) {
    const { transport } = this;
    const { client, clientTls } = transport.dial;
    clientTls.leave(client, this.reason, false);
    transport.inContext(this.tell.bind(this), error);
  }

  tell(error) {
    const { socket } = this.transport;
    const reason = this.reasonFor(error);
    if (this.socket.readableEnded) {
      // Node's listener makes an error of that; ours is for where it was taken away.
      socket.once('end', () => socket.fail(reason));
      socket.push(null);
      socket.read(0);
    } else {
      socket.fail(reason);
    }
  }

  reasonFor(error) {
    if (error.syscall === 'connect' || error.syscall === 'getaddrinfo') return this.error;
    // Had this socket's request waited there, it would be the write that failed.
    const fails =
      StringPrototypeStartsWith(error.code ?? '', 'ERR_SSL_') && this.transport.pending > 0;
    return fails ? errnoException(systemErrors().EPROTO, 'write', error.message) : error;
  }

  succeed() {
    this.transport.inContext(this.give.bind(this));
  }

  give() {
    const { socket: donor, transport } = this;
    const { dial, role, socket } = transport;
    donor.setTimeout(0);
    const { _handle: handle } = donor;
    donor._handle = null;
    donor.ssl = null;
    socket.flushHeld();
    const { corked, needDrain } = socket[kHeld];
    if (!role?.reader) socket.quitHttp();
    const { ending, held, waiting } = transport.giveUp();
    ObjectSetPrototypeOf(socket, TLSSocket.prototype);
    ObjectAssign(socket, { _handle: handle, ssl: handle });
    setOwner(handle, socket);
    socket[kDial] = undefined;
    socket[kTransport] = null;
    socket[kHeld] = null;
    role?.undo();
    if (transport.timeout > 0) socket.setTimeout(transport.timeout);
    for (let i = corked; i > 0; i--) socket.cork();
    dial.clientTls.leave(dial.client, this.reason, true);
    const open = holdBack(socket);
    try {
      socket._finishInit();
    } finally {
      if (socket.destroyed) {
        open();
        for (const callback of waiting) process.nextTick(callback, socket.errored);
      } else {
        sendFirst(socket, joined(held), waiting, needDrain, () => {
          open();
          if (ending !== null) Socket.prototype._final.call(socket, ending);
        });
      }
    }
  }
}

/** The pieces that were held, as one; null if there are none. */
function joined({ chunks, encodings }) {
  if (chunks.length === 0) return null;
  const bytes = ArrayPrototypeMap(chunks, (chunk, i) =>
    typeof chunk === 'string' ? BufferFrom(chunk, encodings[i] || 'utf8') : chunk,
  );
  return BufferConcat(bytes);
}

/** Lets the stream wait until the returned function is called: a handle of TLS takes one write at a time. */
function holdBack(socket) {
  const waiting = [];
  const names = ['_writeGeneric', '_final'];
  for (const name of names) shadow(socket, name, (...args) => waiting.push([name, args]));
  return () => {
    for (const name of names) unshadow(socket, name);
    for (const [name, args] of waiting) socket[name](...args);
  };
}

module.exports = { NodeHandshake };
