'use strict';
// A request that asks for another protocol and has content, where that is read first: from Node 26 on. If it
// is not here with the head, the listeners of 'upgrade' get a stream of what follows it. Meanwhile the
// connection goes on speaking HTTP.
const { BufferAlloc } = require('../base/primordials');
const { Duplex } = require('../node/builtins');
const { GROUP_END } = require('../wire/layout');

/** The other protocol before the content is complete: what is written leaves at once. */
class UpgradeStream extends Duplex {
  #socket;
  /** The request, until it is complete. */
  #req;

  constructor(socket, req) {
    super({ allowHalfOpen: socket.allowHalfOpen });
    this.#socket = socket;
    this.#req = req;
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () => this.destroy());
    socket.on('end', () => this.#end());
  }

  /** As long as HTTP is spoken, 'clientError' has heard of the error. */
  #fail(error) {
    const isTold = this.#req !== null && this.listenerCount('error') === 0;
    this.destroy(isTold ? undefined : error);
  }

  /** The stream also ends when it is not read. */
  #end() {
    this.push(null);
    if (this.readableLength === 0) this.resume();
  }

  /** The content is complete, and these bytes came behind it. */
  begin(bytes) {
    this.#req = null;
    if (bytes.length > 0) this.#pass(bytes);
    this.#socket.on('data', (chunk) => this.#pass(chunk));
  }

  #pass(chunk) {
    if (!this.push(chunk)) this.#socket.pause();
  }

  /** Content that is not read must not hold up what follows it. */
  _read() {
    this.#req?.resume();
    this.#socket.resume();
  }

  _write(chunk, encoding, callback) {
    this.#socket.write(chunk, encoding, callback);
  }

  _final(callback) {
    this.#socket.end(callback);
  }

  _destroy(error, callback) {
    this.#socket.destroy(error);
    callback(error);
  }
}

/** Gets what is parsed in the connection's place until the content is complete. */
class ContentReader {
  constructor(connection, handOver) {
    this.connection = connection;
    this.handOver = handOver;
    this.isBehindHead = true;
    this.stream = undefined;
  }

  onContent(flags, chunk) {
    this.connection.onContent(flags, chunk);
    if (flags & GROUP_END) this.onRead();
  }

  onComplete(flags, lines) {
    this.connection.onComplete(flags, lines);
  }

  /** Bytes that are parsed now, nothing because what was read tells nothing, or what follows the content. */
  takeRaw(bytes) {
    const { connection, isBehindHead } = this;
    connection.isAmidRead = false;
    this.isBehindHead = false;
    if (connection.current === null) {
      connection.runInContext(this.upgrade, this, bytes);
      return true;
    }
    if (bytes.length === 0) this.onRead();
    return bytes.length === 0 || isBehindHead;
  }

  /** What was read is handled, and the content is not complete. */
  onRead() {
    if (this.stream === undefined) this.connection.runInContext(this.emitStream, this);
  }

  emitStream() {
    const { server, socket, transport, upgrading } = this.connection;
    if (transport.role === null) return; // it is closed
    if (server.listenerCount('upgrade') === 0) {
      socket.destroy();
      return;
    }
    this.stream = new UpgradeStream(socket, upgrading);
    server.emit('upgrade', upgrading, this.stream, BufferAlloc(0));
  }

  upgrade(bytes) {
    if (!this.stream?.destroyed) this.handOver(this.connection, bytes, this.stream);
  }

  /** An end amid the content is one of the connection, as in Node. */
  onMalformed(failure) {
    if (failure.code === 'HPE_INVALID_EOF_STATE') this.connection.onEnd();
    else this.connection.onMalformed(failure);
  }

  onExpired() {
    this.connection.onExpired();
  }
}

/** Reads the content of the request that `connection` upgrades for; `handOver` is what follows it. */
function readContent(connection, handOver) {
  const { transport } = connection;
  const reader = new ContentReader(connection, handOver);
  transport.receiver = reader;
  transport.readContent(true);
  return reader;
}

module.exports = { readContent };
