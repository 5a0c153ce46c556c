/** The counts of a whole run, and the list of what failed, repeated at its end. */

export class Tally {
  passed = 0;
  failed = 0;
  skipped = 0;
  #failures = [];

  get total() {
    return this.passed + this.failed + this.skipped;
  }

  add({ passed = 0, failed = 0, skipped = 0 }) {
    this.passed += passed;
    this.failed += failed;
    this.skipped += skipped;
  }

  /** Counts one failure that no test reported itself: a crash, a time limit, a failed build. */
  fail(where, reason) {
    this.failed += 1;
    this.note(where, reason);
    process.stdout.write(`FAIL ${where}: ${reason}\n`);
  }

  /** Remembers a failure that is already counted. */
  note(where, reason) {
    this.#failures.push(`${where}: ${reason}`);
  }

  report() {
    const list = this.#failures.map((failure) => `  ${failure}\n`).join('');
    const head = list ? `\nfailed:\n${list}` : '';
    return `${head}\n${this.passed} passed, ${this.failed} failed, ${this.skipped} skipped\n`;
  }
}
