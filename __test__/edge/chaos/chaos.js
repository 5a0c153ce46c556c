'use strict';
// A run of the chaos test: a server in a process of its own, many clients at a time, and what must be as
// before when they are gone.
const assert = require('node:assert');
const path = require('node:path');
const { patient } = require('../../support/sanitizer');
const { Program } = require('../program');
const { Client } = require('./client');
const { Planner, describe } = require('./plan');

const MIB = 1024 * 1024;
/** Clients at a time. */
const CLIENTS = 40;
/** Clients before the first look at memory and descriptors. */
const WARMING = 300;
/** Milliseconds in which a client has to come to its end. */
const PATIENCE = patient(20_000);
/** The most that the event loop may be late, in milliseconds. */
const LATE = patient(50);
/** Seconds between two looks at memory and descriptors. */
const ROUND = 15;
/** Memory of JavaScript that may be in use afterwards and was not before, in bytes. */
const HEAP = 8 * MIB;
/** The same of what is not V8's. An allocator keeps freed memory up to a level, under Node's own http, too. */
const NATIVE = 96 * MIB;
/** What may be added to that level, which is about reached after two rounds. */
const GROWTH = 48 * MIB;
/** Descriptors that are left, at the limit. */
const LEFT = 12;

const streamOnly = path.join(__dirname, '..', '..', 'support', 'stream-only.js');

/** The ways to run the server. */
const modes = {
  native: {},
  stream: { execArgv: ['--require', streamOnly] },
  limit: { descriptors: 300, mayRefuse: true },
  secure: { isSecure: true },
};

class Chaos {
  /**
   * `mode`: one of `modes`; `isNode`: the server is Node's own; `only`: the number of the one client
   * that is to run; `t`: whose end is the end of the server.
   */
  constructor(t, { mode, seed, isNode = false, only, report = () => {} }) {
    this.t = t;
    this.mode = modes[mode];
    this.isNode = isNode;
    this.only = only;
    this.report = report;
    const { isSecure, mayRefuse } = this.mode;
    this.planner = new Planner({ seed, isNode, isSecure, mayRefuse });
    this.started = 0;
    this.failures = [];
  }

  /** Runs for so many seconds; fails with all that was wrong. */
  async run(seconds) {
    await this.#start();
    await this.#clients(() => this.started < WARMING);
    const rests = [await this.#rest()];
    for (let left = seconds; left > 0; left -= ROUND) {
      await this.#round(Math.min(left, ROUND));
      rests.push(await this.#restAgain(rests[0]));
      this.#compare(rests);
    }
  }

  async #round(seconds) {
    if (this.mode.descriptors) await this.program.ask('fill', LEFT);
    await this.program.ask('delays');
    const end = performance.now() + seconds * 1000;
    await this.#clients(() => performance.now() < end);
    const delays = await this.program.ask('delays');
    if (this.mode.descriptors) await this.program.ask('release');
    const counts = await this.program.ask('counts');
    this.report({ clients: this.started, ...counts, delays: delays.map(Math.round) });
    assert.ok(this.isNode || !(delays[0] > LATE), `the event loop was late: ${delays} ms`);
  }

  async #start() {
    const { descriptors, execArgv = [], isSecure } = this.mode;
    this.program = await Program.start(this.t, path.join(__dirname, 'server.js'), {
      descriptors,
      execArgv: ['--expose-gc', ...execArgv],
      env: {
        ...(this.isNode && { RUST_HTTP_TEST_MODE: 'http' }),
        ...(isSecure && { CHAOS_SECURE: '1' }),
      },
    });
  }

  /** Starts clients as long as `more()` holds and nothing is wrong; waits for their end. */
  async #clients(more) {
    const one = async () => {
      while (more() && this.failures.length === 0 && !this.program.over) {
        await this.#client(this.only ?? this.started);
      }
    };
    await Promise.all(Array.from({ length: this.only === undefined ? CLIENTS : 1 }, one));
    if (this.program.over) this.failures.unshift(this.program.over.message);
    this.#throwFailures();
  }

  async #client(index) {
    this.started++;
    const plan = this.planner.plan(index);
    const { ports } = this.program.ready;
    try {
      await Client.run(plan, { ports, patience: PATIENCE, isSecure: this.mode.isSecure });
    } catch (error) {
      this.failures.push(`${error.stack.split('\n', 2).join('\n')}\n  ${describe(plan)}`);
    }
  }

  #throwFailures() {
    if (this.failures.length > 0) throw new Error(this.failures.slice(0, 10).join('\n\n'));
  }

  /** What the server has in use when the clients are gone. */
  async #rest() {
    await this.program.until('counts', ({ connections }) => connections === 0, {
      patience: PATIENCE,
    });
    return await this.program.ask('usage');
  }

  /** The same, when no more descriptors are in use than at first. */
  async #restAgain(first) {
    await this.#rest();
    return await this.program.until('usage', (usage) => usage.descriptors <= first.descriptors, {
      patience: PATIENCE,
    });
  }

  /** `rests`: what was in use before the first round and after each. */
  #compare(rests) {
    const [first, last] = [rests[0], rests.at(-1)];
    const heap = inJavaScript(last) - inJavaScript(first);
    const native = outsideV8(last) - outsideV8(first);
    const growth = rests.length > 3 ? outsideV8(last) - outsideV8(rests[2]) : 0;
    const { descriptors, threads } = last;
    this.report({ heap, native, growth, descriptors, threads: threads.length });
    assert.ok(threads.length <= first.threads.length, `${first.threads}, then ${threads}`);
    if (process.env.RUST_HTTP_SANITIZER) return; // most of it is the sanitizer's own
    assert.ok(heap <= HEAP, `${heap} bytes of the heap are kept`);
    assert.ok(native <= NATIVE, `${native} bytes of memory are kept`);
    assert.ok(growth <= GROWTH, `each round keeps more memory, ${growth} bytes so far`);
  }
}

const inJavaScript = ({ arrayBuffers, heapUsed }) => arrayBuffers + heapUsed;
const outsideV8 = ({ rss, heapTotal }) => rss - heapTotal;

module.exports = { Chaos, modes };
