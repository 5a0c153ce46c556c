'use strict';
// How late the event loop of this process is. What counts is what the process did or waited for itself.
// The time in which one of its threads was ready to run and the machine ran others does not: the main
// thread may have been waiting for that one, as it does when garbage is collected. Linux says how long
// it was; on an idle machine it is nothing.
const { openSync, readSync, readdirSync } = require('node:fs');

/** Milliseconds between two looks. */
const INTERVAL = 5;
/** The longest delays that are kept. */
const KEPT = 5;

class DelayMeter {
  constructor() {
    this.text = Buffer.alloc(128);
    // Opened once: a process that runs out of descriptors can go on reading them.
    this.threads = readdirSync('/proc/self/task').map((id) =>
      openSync(`/proc/self/task/${id}/schedstat`),
    );
    this.reset();
    setInterval(() => this.look(), INTERVAL).unref();
  }

  reset() {
    /** The longest delays in milliseconds, the longest first. */
    this.longest = [];
    this.last = performance.now();
    this.waited = this.readWaited();
  }

  /** Milliseconds that the threads have waited for a processor so far. */
  readWaited() {
    return this.threads.reduce((sum, fd) => sum + this.#waitedOf(fd), 0);
  }

  #waitedOf(fd) {
    try {
      const length = readSync(fd, this.text, 0, this.text.length, 0);
      return Number(this.text.latin1Slice(0, length).split(' ')[1]) / 1e6;
    } catch {
      return 0; // the thread has ended
    }
  }

  look() {
    const now = performance.now();
    const waited = this.readWaited();
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
