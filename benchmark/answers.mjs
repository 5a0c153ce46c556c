/** Counts the answers in the bytes of one connection, without a parser of either contestant. */

const good = 'HTTP/1.1 200 ';

export class Answers {
  /** What there is of a head that is not complete. */
  #head = '';
  /** Bytes of the current answer's content that are still to come; below 0 in a head. */
  #left = -1;

  /** How many answers end in `chunk`. Throws if one is not what was asked for. */
  count(chunk) {
    let ended = 0;
    let at = 0;
    while (at < chunk.length) {
      if (this.#left < 0) at = this.#readHead(chunk, at);
      const skipped = Math.min(Math.max(this.#left, 0), chunk.length - at);
      at += skipped;
      this.#left -= skipped;
      if (this.#left !== 0) continue;
      this.#left = -1;
      ended++;
    }
    return ended;
  }

  /** Reads on in a head; returns where in `chunk` that ended. */
  #readHead(chunk, at) {
    const before = this.#head.length;
    const text = this.#head + chunk.latin1Slice(at, Math.min(chunk.length, at + 1024));
    const end = text.indexOf('\r\n\r\n');
    if (end < 0) {
      this.#head = text;
      return Math.min(chunk.length, at + 1024);
    }
    const [, length] = /\r\nContent-Length: (\d+)/i.exec(text) ?? [];
    if (!text.startsWith(good) || length === undefined)
      throw new Error(`not an answer that can be counted: ${text.slice(0, end)}`);
    this.#head = '';
    this.#left = Number(length);
    return at + end + 4 - before;
  }
}
