'use strict';
// The other end of a connection, in a thread of its own: it breaks the connection off while this
// thread waits, so that nothing here can have noticed before the next write.
const { once } = require('node:events');
const { Worker } = require('node:worker_threads');

const LIMIT = 30_000;

/** What the thread runs: `workerData` has the flags, the port to connect to, if there is one, and last words. */
const program = `
const net = require('node:net');
const { parentPort, workerData: { flags, last, port, text } } = require('node:worker_threads');
const told = new Int32Array(flags);
parentPort.on('message', () => {}); // keeps the thread
function serve(socket) {
  socket.on('error', () => {});
  socket.once('data', () => parentPort.postMessage('received'));
  socket.on('close', () => {
    Atomics.store(told, 1, 1);
    Atomics.notify(told, 1);
  });
  Atomics.waitAsync(told, 0, 0).value.then(() => {
    if (last === undefined) socket.resetAndDestroy();
    else socket.write(last, () => socket.resetAndDestroy());
  });
}
if (port === undefined) {
  const server = net.createServer(serve).listen(0, '127.0.0.1', () => {
    parentPort.postMessage(server.address().port);
  });
} else {
  const socket = net.connect(port, '127.0.0.1', () => socket.write(text));
  serve(socket);
}
`;

class ResettingPeer {
  constructor(t, options) {
    const flags = new SharedArrayBuffer(8);
    this.told = new Int32Array(flags);
    this.worker = new Worker(program, { eval: true, workerData: { flags, ...options } });
    t.after(() => this.worker.terminate());
  }

  /** A client that sends `text` to the port; `last` before it breaks off. */
  static connect(t, port, text, last) {
    return new ResettingPeer(t, { last, port, text });
  }

  /** A server for one connection, and its port; `last` is sent before it breaks off. */
  static async listen(t, last) {
    const peer = new ResettingPeer(t, { last });
    [peer.port] = await once(peer.worker, 'message');
    return peer;
  }

  /** The first bytes have come. */
  async received() {
    await once(this.worker, 'message');
  }

  /** Breaks the connection off; it is when this returns. */
  reset() {
    Atomics.store(this.told, 0, 1);
    Atomics.notify(this.told, 0);
    if (Atomics.wait(this.told, 1, 0, LIMIT) === 'timed-out') throw new Error('it was not reset');
  }
}

module.exports = { ResettingPeer };
