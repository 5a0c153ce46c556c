'use strict';
// How late the event loop of this process is. What counts is what its thread did or waited for itself;
// the time in which it was ready to run and the machine ran others does not. Linux says how long that was.
const { openSync, readSync } = require('node:fs');

/** Milliseconds between two looks. */
const INTERVAL = 5;
/** The longest delays that are kept. */
const KEPT = 5;

class DelayMeter {
  constructor() {
    // Opened once: a process that runs out of descriptors can go on reading it.
    this.schedule = openSync(`/proc/self/task/${process.pid}/schedstat`);
    this.text = Buffer.alloc(128);
    this.reset();
    setInterval(() => this.look(), INTERVAL).unref();
  }

  /** The longest delays in milliseconds, the longest first. */
  reset() {
    this.longest = [];
    this.last = performance.now();
    this.waited = this.readWaited();
  }

  /** Milliseconds that the thread has waited for a processor so far. */
  readWaited() {
    const length = readSync(this.schedule, this.text, 0, this.text.length, 0);
    return Number(this.text.latin1Slice(0, length).split(' ')[1]) / 1e6;
  }

  look() {
    const now = performance.now();
    const waited = this.readWaited();
    const own = now - this.last - INTERVAL - (waited - this.waited);
    this.last = now;
    this.waited = waited;
    if (own <= INTERVAL) return;
    this.longest.push(own);
    this.longest.sort((a, b) => b - a);
    if (this.longest.length > KEPT) this.longest.length = KEPT;
  }
}

module.exports = { DelayMeter };
