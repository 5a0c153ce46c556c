'use strict';
// Starts `served.js` and talks to it.
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const net = require('node:net');
const path = require('node:path');

/** Descriptors that the child may have; the shell sets it. */
const limited = (limit) => ['sh', ['-c', `ulimit -n ${limit} && exec "$0" "$@"`, process.execPath]];

class ServerProcess {
  constructor(t, handler, { descriptors, ...options } = {}) {
    const [command, before] = descriptors ? limited(descriptors) : [process.execPath, []];
    const file = path.join(__dirname, 'served.js');
    const args = [...before, '--expose-gc', file, handler, JSON.stringify(options)];
    this.child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.asked = 0;
    this.sockets = new Set();
    this.ended = once(this.child, 'exit').then(([code, signal]) => {
      throw new Error(`the server ended with ${signal ?? code}`);
    });
    this.ended.catch(() => {});
    t.after(() => {
      for (const socket of this.sockets) socket.destroy();
      this.child.kill('SIGKILL');
    });
  }

  static async start(t, handler, options) {
    const server = new ServerProcess(t, handler, options);
    [, server.port] = await server.message();
    return server;
  }

  async message() {
    const [message] = await Promise.race([once(this.child, 'message'), this.ended]);
    return message;
  }

  async ask(question, argument) {
    const id = ++this.asked;
    this.child.send([id, question, argument]);
    for (;;) {
      const [answered, answer] = await this.message();
      if (answered === id) return answer;
    }
  }

  /** Asks again until `wanted` holds for the answer. */
  async until(wanted, question = 'usage') {
    for (;;) {
      const usage = await this.ask(question);
      if (wanted(usage)) return usage;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  /** A connection, with what came over it in `text`. */
  connect() {
    const socket = net.connect(this.port, '127.0.0.1');
    this.sockets.add(socket);
    socket.text = '';
    socket.setEncoding('latin1');
    socket.on('data', (text) => {
      socket.text += text;
    });
    socket.on('error', () => {});
    socket.on('close', () => this.sockets.delete(socket));
    return socket;
  }

  /** Sends `request` and waits until the connection has come to its end. */
  async converse(request) {
    const socket = this.connect();
    socket.write(request);
    await closed(socket);
    return socket.text;
  }
}

/** The end of a socket, with an error or without. */
async function closed(socket) {
  if (socket.closed) return;
  await new Promise((resolve) => {
    socket.once('close', resolve);
  });
}

/** Writes `piece` again and again, at most `total` bytes; resolves to what was taken. */
async function pour(socket, piece, total) {
  let sent = 0;
  const over = closed(socket).then(() => true);
  while (sent < total && !socket.destroyed && socket.writable) {
    const taken = new Promise((resolve) => {
      socket.write(piece, (error) => resolve(!error));
    });
    if ((await Promise.race([taken, over.then(() => false)])) !== true) break;
    sent += piece.length;
  }
  return sent;
}

module.exports = { ServerProcess, closed, pour };
