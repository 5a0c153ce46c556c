'use strict';
// A client that knows no HTTP: it sends the bytes it is told to and collects the answer.
const { parseResponse } = require('./response-parser');

class RawClient {
  constructor(stream) {
    this.stream = stream;
    this.ended = false;
    this.closed = false;
    this.error = null;
    this.buffer = Buffer.alloc(4096);
    this.length = 0;
    /** Where the next response begins. */
    this.offset = 0;
    this.changed = null;
    stream.on('data', (chunk) => this.append(chunk));
    stream.on('end', () => this.note('ended', true));
    stream.on('error', (error) => this.note('error', error));
    stream.on('close', () => this.note('closed', true));
  }

  note(field, value) {
    this[field] = value;
    this.wake();
  }

  append(chunk) {
    const length = this.length + chunk.length;
    if (length > this.buffer.length) {
      const larger = Buffer.alloc(Math.max(length, this.buffer.length * 2));
      this.buffer.copy(larger, 0, 0, this.length);
      this.buffer = larger;
    }
    chunk.copy(this.buffer, this.length);
    this.length = length;
    this.wake();
  }

  wake() {
    const { changed } = this;
    this.changed = null;
    changed?.resolve();
  }

  /** All bytes so far. */
  get bytes() {
    return this.buffer.subarray(0, this.length);
  }

  /** Bytes behind the last response that was read, as text. */
  get rest() {
    return this.buffer.latin1Slice(this.offset, this.length);
  }

  send(...pieces) {
    for (const piece of pieces) {
      this.stream.write(typeof piece === 'string' ? Buffer.from(piece, 'latin1') : piece);
    }
    return this;
  }

  /** Breaks the connection off so that the server's side gets ECONNRESET. */
  reset() {
    this.stream.resetAndDestroy();
  }

  /** Sends a piece and waits until the transport has taken it. */
  async sendAll(piece) {
    await new Promise((resolve, reject) => {
      this.stream.write(piece, (error) => (error ? reject(error) : resolve()));
    });
  }

  end() {
    this.stream.end();
  }

  destroy() {
    this.stream.destroy();
  }

  /** Waits until `ready()` returns something; rejects when the connection is over before. */
  async until(ready, what) {
    for (;;) {
      const value = ready();
      if (value) return value;
      if (this.closed || this.ended) {
        const error = new Error(
          `the connection ended before ${what}, behind ${inspect(this.rest)}`,
        );
        error.cause = this.error;
        throw error;
      }
      await this.change();
    }
  }

  change() {
    if (this.changed === null) {
      this.changed = {};
      this.changed.promise = new Promise((resolve) => {
        this.changed.resolve = resolve;
      });
    }
    return this.changed.promise;
  }

  /** The next response, interim ones included; `noBody` for answers to HEAD. */
  async response({ noBody = false } = {}) {
    const response = await this.until(
      () => parseResponse(this.bytes, this.offset, { noBody, ended: this.ended || this.closed }),
      'a response was complete',
    );
    this.offset = response.end;
    return response;
  }

  /** Sends a request and waits for its response. */
  async exchange(request, options) {
    this.send(request);
    return await this.response(options);
  }

  /** Waits for `text` in what follows the last response. */
  async untilText(text) {
    await this.until(() => this.rest.includes(text), `it sent ${inspect(text)}`);
  }

  /** Waits for the end of the server's bytes; resolves to those behind the last response. */
  async untilEnd() {
    while (!this.ended && !this.closed) await this.change();
    return this.rest;
  }

  async untilClosed() {
    while (!this.closed) await this.change();
    return this.rest;
  }
}

function inspect(text) {
  return JSON.stringify(text.length > 400 ? `${text.slice(0, 400)}…` : text);
}

module.exports = { RawClient };
