'use strict';
// Random numbers from a seed: the same seed gives the same run.

class Random {
  constructor(seed) {
    this.state = seed >>> 0;
  }

  /** The generator of one thing among many: independent of how many others were made before. */
  static of(seed, index) {
    const random = new Random(
      Math.imul(seed ^ 0x9e3779b9, 2654435761) ^ Math.imul(index + 1, 40503),
    );
    random.next();
    return random;
  }

  /** At least 0, less than 1 (mulberry32). */
  next() {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let bits = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from `from` to `to`, both included. */
  between(from, to) {
    return from + Math.floor(this.next() * (to - from + 1));
  }

  chance(probability) {
    return this.next() < probability;
  }

  pick(list) {
    return list[this.between(0, list.length - 1)];
  }

  /** One of the keys, as often as its number says. */
  weighted(weights) {
    const entries = Object.entries(weights);
    let left = this.next() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [key, weight] of entries) {
      left -= weight;
      if (left < 0) return key;
    }
    return entries[0][0];
  }
}

module.exports = { Random };
