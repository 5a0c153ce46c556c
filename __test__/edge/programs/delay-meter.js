'use strict';
// How late the event loop of this process is. What counts is what the process did or waited for itself.
// The time in which one of its threads was ready to run and the machine ran others does not: the main
// thread may have been waiting for that one, as it does when garbage is collected. Nor does the time that
// a host took from its guests' processors. Linux says how long both were; on an idle machine they are
// nothing.
const { openSync, readSync, readdirSync } = require('node:fs');

/** Milliseconds between two looks. */
const INTERVAL = 5;
/** The longest delays that are kept. */
const KEPT = 5;
/** Milliseconds of a tick, which /proc/stat counts in. */
const TICK = 10;
/** Where its line of all processors has the time that the host took, behind the line's name. */
const STOLEN = /^cpu +(?:\d+ ){7}(\d+)/;

function open(file) {
  const fd = openSync(file);
  const bytes = Buffer.alloc(256);
  return () => bytes.latin1Slice(0, readSync(fd, bytes, 0, bytes.length, 0));
}

function waitOf(read) {
  try {
    return Number(read().split(' ')[1]) / 1e6;
  } catch {
    return 0; // the thread has ended
  }
}

class DelayMeter {
  constructor() {
    // Opened once: a process that runs out of descriptors can go on reading them.
    this.threads = readdirSync('/proc/self/task').map((id) =>
      open(`/proc/self/task/${id}/schedstat`),
    );
    this.machine = open('/proc/stat');
    this.reset();
    setInterval(() => this.look(), INTERVAL).unref();
  }

  reset() {
    /** The longest delays in milliseconds, the longest first. */
    this.longest = [];
    this.last = performance.now();
    this.waited = this.#readWaited();
  }

  /** Milliseconds for which the threads have waited for a processor so far, or a processor for the host. */
  #readWaited() {
    const stolen = Number(STOLEN.exec(this.machine())?.[1] ?? 0) * TICK;
    return this.threads.reduce((sum, read) => sum + waitOf(read), stolen);
  }

  look() {
    const now = performance.now();
    const waited = this.#readWaited();
    const own = now - this.last - INTERVAL - Math.max(0, waited - this.waited);
    this.last = now;
    this.waited = waited;
    if (own <= INTERVAL) return;
    this.longest.push(own);
    this.longest.sort((a, b) => b - a);
    if (this.longest.length > KEPT) this.longest.length = KEPT;
  }
}

module.exports = { DelayMeter };
