'use strict';
// The other side of `../program.js`: what each program answers, and how it says that it is ready.
const fs = require('node:fs');
const { DelayMeter } = require('./delay-meter');

/** Milliseconds that a program works on at most. */
const PATIENCE = 30_000;
let release = () => {};
let meter;

/** Two collections: what the first finds unused is given back by the second. */
function collect(then) {
  global.gc?.();
  setImmediate(() => {
    global.gc?.();
    setImmediate(then);
  });
}

/** One that ends in this moment has none. */
function nameOfThread(id) {
  try {
    return fs.readFileSync(`/proc/self/task/${id}/comm`, 'utf8').trim();
  } catch {
    return '';
  }
}

const common = {
  ping: (reply) => reply(true),
  usage(reply) {
    collect(() => {
      const { rss, arrayBuffers, heapTotal, heapUsed } = process.memoryUsage();
      const descriptors = fs.readdirSync('/proc/self/fd').length;
      const threads = fs.readdirSync('/proc/self/task').map(nameOfThread).sort();
      reply({ rss, arrayBuffers, heapTotal, heapUsed, descriptors, threads });
    });
  },
  /** The milliseconds that the event loop was late at most since the last question. */
  lateness(reply) {
    meter ??= new DelayMeter();
    const [longest = 0] = meter.longest;
    meter.reset();
    reply(longest);
  },
  /** Takes all descriptors but so many. */
  fill(reply, left) {
    release = fill(left);
    reply(true);
  },
  release(reply) {
    release();
    reply(true);
  },
  /** Does nothing else until this file exists. */
  hold(reply, file) {
    reply(true);
    setImmediate(workUntil, file);
  },
  block(reply, milliseconds) {
    const end = performance.now() + milliseconds;
    while (performance.now() < end);
    reply(true);
  },
};

/** Does nothing else until `file` exists; returns whether it came to that in time. */
function workUntil(file) {
  const cell = new Int32Array(new SharedArrayBuffer(4));
  const end = performance.now() + PATIENCE;
  while (!fs.existsSync(file)) {
    if (performance.now() > end) return false;
    Atomics.wait(cell, 0, 0, 5);
  }
  return true;
}

/** Takes all descriptors but so many; returns what gives them back. */
function fill(left) {
  const held = [];
  for (let full = false; !full; ) {
    try {
      held.push(fs.openSync('/dev/null', 'r'));
    } catch (error) {
      if (error.code !== 'EMFILE') throw error;
      full = true;
    }
  }
  for (let i = 0; i < left; i++) fs.closeSync(held.pop());
  return () => {
    for (const fd of held.splice(0)) fs.closeSync(fd);
  };
}

/** `questions`: functions of (reply, argument), by name. */
function answer(questions) {
  const all = { ...common, ...questions };
  process.on('message', (message) => {
    if (message?.[0] !== 'ask') return;
    const [, id, question, argument] = message;
    all[question]((value) => process.send?.(['answer', id, value], () => {}), argument);
  });
  process.on('disconnect', () => process.exit());
}

function tell(name, value) {
  process.send(['tell', name, value], () => {});
}

/** Listens at a free port, and tells it. */
function serve(server, ...where) {
  const options = where.length > 0 ? where : [0, '127.0.0.1'];
  server.listen(...options, () => tell('ready', { port: server.address()?.port }));
}

module.exports = { answer, collect, fill, serve, tell, workUntil };
