/** What a load generator in JavaScript has measured, and how it tells. */
export class Latencies {
  #all = [];
  errors = 0;

  /** `milliseconds` of a request that was answered. */
  add(milliseconds) {
    this.#all.push(milliseconds);
  }

  /** As JSON; see load.mjs. */
  report(seconds) {
    this.#all.sort((a, b) => a - b);
    return JSON.stringify({
      requests: this.#all.length,
      seconds,
      p50Micros: this.#percentile(0.5),
      p99Micros: this.#percentile(0.99),
      errors: this.errors,
    });
  }

  #percentile(share) {
    const at = Math.floor((this.#all.length - 1) * share);
    return this.#all.length === 0 ? 0 : Math.round(this.#all[at] * 1000);
  }
}
