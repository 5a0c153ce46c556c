'use strict';
// Reads a TLS socket of Node's into memory that is used again, past the socket's stream: no Buffer is made
// for a read, and none goes through the stream's machinery. Once somebody else wants to hear what is
// read, it goes through the stream.
const { canReadInto, readInto } = require('../node/net');

/** What TLS hands out at a time. */
const RECORD_SIZE = 16 * 1024;
/** What is read stands here until it is parsed, and is of no interest afterwards; nobody else sees it. */
const memory = Buffer.allocUnsafeSlow(RECORD_SIZE);
/** The methods by which others ask for what is read. */
const METHODS = ['on', 'addListener', 'prependListener'];

class DirectInput {
  constructor(transport) {
    this.transport = transport;
    this.isDirect = true;
    readInto(transport.socket, memory, (length) => this.onRead(length));
    this.watchListeners(transport.socket);
  }

  onRead(length) {
    const { transport } = this;
    if (this.isDirect) {
      transport.feedRead(memory, length);
      return true;
    }
    return transport.socket.push(copyOf(length));
  }

  watchListeners(socket) {
    for (const name of METHODS) {
      const inherited = socket[name];
      socket[name] = (event, listener) => {
        if (event === 'data' || event === 'readable') this.stop();
        return Reflect.apply(inherited, socket, [event, listener]);
      };
    }
  }

  /** From now on the socket's stream gets what is read. */
  stop() {
    if (!this.isDirect) return;
    this.isDirect = false;
    for (const name of METHODS) delete this.transport.socket[name];
  }
}

function copyOf(length) {
  const copy = Buffer.allocUnsafeSlow(length);
  copy.set(memory.subarray(0, length));
  return copy;
}

/** Reads past the socket's stream if nobody but the transport has asked for what is read. */
function inputOf(transport) {
  const { socket } = transport;
  const isOurs =
    canReadInto(socket) &&
    socket.readableLength === 0 &&
    socket.listenerCount('data') === 1 &&
    socket.listenerCount('readable') === 0 &&
    !METHODS.some((name) => Object.hasOwn(socket, name));
  return isOurs ? new DirectInput(transport) : null;
}

module.exports = { inputOf };
