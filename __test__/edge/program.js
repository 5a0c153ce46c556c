'use strict';
// Starts a program that answers questions (`programs/asked.js`), in a process of its own, and talks to it.
// A program that ends before its test does fails the test, unless the test waits for `exited`.
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const net = require('node:net');
const { readFileSync, readdirSync } = require('node:fs');

/** How long a program may take to come to what a test waits for. */
const PATIENCE = 60_000;

/** `bash` sets the limit on descriptors before the program takes its place. */
const limited = (limit) => ['bash', ['-c', `ulimit -n ${limit} && exec "$0" "$@"`]];

class Program {
  constructor(t, file, { args = [], env, execArgv = [], descriptors } = {}) {
    const own = [...execArgv, file, ...args.map(String)];
    const [command, before] = descriptors ? limited(descriptors) : [process.execPath, []];
    const all = descriptors ? [...before, process.execPath, ...own] : own;
    this.stderr = '';
    this.asked = 0;
    this.waiting = new Map();
    this.told = new Map();
    this.sockets = new Set();
    this.child = spawn(command, all, {
      stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
      env: { ...process.env, NODE_TEST_CONTEXT: undefined, ...env },
    });
    this.child.stderr.setEncoding('utf8').on('data', (text) => {
      this.stderr += text;
    });
    this.child.on('message', (message) => this.onMessage(message));
    this.exited = once(this.child, 'close').then(([code, signal]) => ({ code, signal }));
    this.exited.then(({ code, signal }) => this.onExit(signal ?? code));
    t.after(() => this.end());
  }

  /** Starts `file` and waits until it says that it is ready. */
  static async start(t, file, options) {
    const program = new Program(t, file, options);
    program.ready = await program.tells('ready');
    program.port = program.ready?.port;
    return program;
  }

  onMessage([kind, key, value]) {
    const of = kind === 'answer' ? this.waiting : this.told;
    const waits = of.get(key);
    of.delete(key);
    if (waits?.resolve) waits.resolve(value);
    else if (kind === 'tell') this.told.set(key, { value });
  }

  onExit(how) {
    this.over = new Error(`the program ended with ${how}\n${this.stderr}`);
    for (const waits of [...this.waiting.values(), ...this.told.values()])
      waits.reject?.(this.over);
  }

  /** What the program tells under this name, once. */
  async tells(name) {
    const told = this.told.get(name);
    if (!told) return await this.wait(this.told, name, `it told ${name}`);
    this.told.delete(name);
    return told.value;
  }

  async ask(question, argument) {
    const id = ++this.asked;
    if (!this.over) this.child.send(['ask', id, question, argument], () => {});
    return await this.wait(this.waiting, id, `it answered ${question}`);
  }

  async wait(of, key, what) {
    if (this.over) throw this.over;
    let timer;
    try {
      return await new Promise((resolve, reject) => {
        timer = setTimeout(reject, PATIENCE, new Error(`${PATIENCE} ms passed before ${what}`));
        of.set(key, { resolve, reject });
      });
    } finally {
      clearTimeout(timer);
      of.delete(key);
    }
  }

  /** Asks again until `wanted` holds for the answer; fails with the last one behind the deadline. */
  async until(question, wanted, { argument, patience = 20_000 } = {}) {
    const deadline = Date.now() + patience;
    for (;;) {
      const answer = await this.ask(question, argument);
      if (wanted(answer)) return answer;
      if (Date.now() > deadline) {
        throw new Error(`${patience} ms passed; ${question} is ${JSON.stringify(answer)}`);
      }
      await pause();
    }
  }

  /** A connection to the program's port or path; its errors are its close. */
  connect(options) {
    const where = options ?? { port: this.port, host: '127.0.0.1' };
    const socket = net.connect(where);
    this.sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => this.sockets.delete(socket));
    return socket;
  }

  /** Sends `request` and reads until the connection has come to its end; as text. */
  async converse(request, options) {
    const socket = this.connect(options);
    let text = '';
    socket.setEncoding('latin1').on('data', (piece) => {
      text += piece;
    });
    socket.write(request);
    if (!socket.closed) await new Promise((resolve) => socket.once('close', resolve));
    return text;
  }

  /** Looked at from outside: it works while the program is blocked. */
  memory(field = 'VmRSS') {
    const status = readFileSync(`/proc/${this.child.pid}/status`, 'latin1');
    return Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)[1]) * 1024;
  }

  descriptors() {
    return readdirSync(`/proc/${this.child.pid}/fd`).length;
  }

  end() {
    for (const socket of this.sockets) socket.destroy();
    this.child.kill('SIGKILL');
  }
}

/** A moment between two looks at something that changes. */
const pause = (milliseconds = 10) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Looks again until `wanted` holds for what `look` returns, with a deadline. */
async function until(look, wanted, { patience = 20_000, what = 'it' } = {}) {
  const deadline = Date.now() + patience;
  for (;;) {
    const seen = await look();
    if (wanted(seen)) return seen;
    if (Date.now() > deadline) {
      throw new Error(`${patience} ms passed; ${what} is ${JSON.stringify(seen)}`);
    }
    await pause();
  }
}

module.exports = { Program, pause, until };
