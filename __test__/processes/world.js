'use strict';
// What scenarios are made of: a log, servers, clients that know no HTTP, and other processes and threads of the
// same scenario.
const { fork, spawn } = require('node:child_process');
const cluster = require('node:cluster');
const { once } = require('node:events');
const fs = require('node:fs');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');
const { Worker } = require('node:worker_threads');
const http = require('../support/subject');

const program = path.join(__dirname, 'play.js');
const [, , scenario, asked] = process.argv;
/** Who this process or thread is in its scenario. */
const role = cluster.isWorker ? 'worker' : (asked ?? 'main');

/** A line of what is compared, written at once: a process that is killed has told what it saw. */
function log(...words) {
  const texts = words.map((word) => (typeof word === 'string' ? word : JSON.stringify(word)));
  const line = texts
    .join(' ')
    .replace(/Date: [^\r]*\r\n/g, '')
    .replaceAll('\r\n', '|');
  fs.writeSync(1, `${role}: ${line}\n`);
}

const get = (target = '/', fields = '') => `GET ${target} HTTP/1.1\r\nHost: a\r\n${fields}\r\n`;
const closing = (target) => get(target, 'Connection: close\r\n');
const UPGRADE = get('/', 'Connection: Upgrade\r\nUpgrade: x\r\n');
const ANSWER = 'HTTP/1.1 101 S\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n';

/** The port or path at which `server` listens now. */
async function listen(server, ...where) {
  server.listen(...(where.length > 0 ? where : [0, '127.0.0.1']));
  await once(server, 'listening');
  const address = server.address();
  return address.port ?? address;
}

/** A connection and what came on it. */
class Client {
  constructor(socket, text = '') {
    this.socket = socket;
    this.text = '';
    this.error = null;
    socket.setEncoding('latin1').on('data', (piece) => {
      this.text += piece;
      socket.emit('more');
    });
    socket.on('error', ({ code }) => {
      this.error = code;
    });
    this.closed = new Promise((resolve) => socket.on('close', () => resolve(this)));
    socket.on('close', () => socket.emit('more'));
    if (text) socket.write(text);
  }

  send(text) {
    this.socket.write(text);
    return this;
  }

  async until(wanted) {
    while (!this.text.includes(wanted)) {
      if (this.socket.destroyed) throw new Error(`closed before ${wanted} behind ${this.text}`);
      await once(this.socket, 'more');
    }
    return this;
  }

  get content() {
    return this.error ?? this.text.slice(this.text.indexOf('\r\n\r\n') + 4);
  }
}

const whereOf = (at) => (typeof at === 'number' ? { port: at, host: '127.0.0.1' } : { path: at });
const dial = (at, text) => new Client(net.connect(whereOf(at)), text);
/** The content of an answer on a connection of its own, or how that has failed. */
const ask = async (at, target) => (await dial(at, closing(target)).closed).content;

/** A request by the client under test: the content of its answer, or the code of its error. */
const request = (port, options) =>
  new Promise((resolve) => {
    const req = http.get({ port, host: '127.0.0.1', ...options }, async (res) => {
      let text = '';
      for await (const chunk of res) text += chunk;
      resolve(text);
    });
    req.on('error', ({ code }) => resolve(code));
  });

/** How it ends is known to who asks later, too. */
function watched(started) {
  started.ended = new Promise((resolve) => started.on('exit', (...how) => resolve(how)));
  return started;
}
const child = (as = 'child') => watched(fork(program, [scenario, as]));
const thread = (as = 'thread', options = {}) =>
  watched(new Worker(program, { stderr: true, ...options, argv: [scenario, as] }));
const spawned = (as, stdio) => watched(spawn(process.execPath, [program, scenario, as], { stdio }));
function worker(policy) {
  cluster.schedulingPolicy = cluster[policy];
  cluster.setupPrimary({ exec: program, args: [scenario] });
  return watched(cluster.fork());
}

const message = async (from) => (await once(from, 'message'))[0];
const until = async (holds) => {
  while (!(await holds())) await new Promise(setImmediate);
};
const connections = (server) =>
  new Promise((resolve) => server.getConnections((_error, count) => resolve(count)));
const unixPath = () => path.join(os.tmpdir(), `rust-http-${process.pid}.sock`);

module.exports = {
  ...{ ANSWER, Client, UPGRADE, ask, child, closing, connections, dial, get, http, listen, log },
  ...{ message, request, role, scenario, spawned, thread, unixPath, until, worker },
};
