'use strict';
// What a program may do with the memory of a Buffer, and what it sees of it.
const { createHash } = require('node:crypto');
const { MessageChannel, receiveMessageOnPort } = require('node:worker_threads');

const hash = (bytes) => createHash('sha1').update(bytes).digest('hex');

/** A chunk, and everything that its memory holds besides. */
function look(chunk) {
  const all = Buffer.from(chunk.buffer);
  const end = chunk.byteOffset + chunk.length;
  return {
    length: chunk.length,
    before: all.latin1Slice(0, chunk.byteOffset),
    after: all.latin1Slice(end, all.length),
  };
}

/** Ways to give the memory of a chunk away; each returns the ArrayBuffer in which it is then. */
const transfers = {
  nothing: ({ buffer }) => buffer,
  structuredClone: ({ buffer }) => structuredClone(buffer, { transfer: [buffer] }),
  postMessage(chunk) {
    const { port1, port2 } = new MessageChannel();
    port1.postMessage(chunk.buffer, [chunk.buffer]);
    const { message } = receiveMessageOnPort(port2);
    port1.close();
    return message;
  },
  transfer: ({ buffer }) => buffer.transfer(),
  // The stream's queue holds it, and nobody reads it.
  byteStream(chunk) {
    let controller;
    const stream = new ReadableStream({
      type: 'bytes',
      start(given) {
        controller = given;
      },
    });
    controller.enqueue(chunk);
    return stream;
  },
};

/** What was given away, with its content as it was then. */
class Given {
  constructor(chunk, way) {
    const { byteOffset, length } = chunk;
    this.hash = hash(chunk);
    this.memory = transfers[way](chunk);
    this.isDetached = chunk.length === 0;
    this.place = [byteOffset, byteOffset + length];
  }

  /** The bytes of a stream come over the memory it was given. */
  async open() {
    if (!(this.memory instanceof ReadableStream)) return;
    const { value } = await this.memory.getReader().read();
    this.memory = value.buffer;
    this.place = [value.byteOffset, value.byteOffset + value.length];
  }

  /** Whether it is as it was, and the marks of strangers in all of its memory. */
  async verdict() {
    await this.open();
    const bytes = Buffer.from(this.memory);
    const isSame = hash(bytes.subarray(...this.place)) === this.hash;
    const { isDetached } = this;
    return { isDetached, isSame, strangers: bytes.latin1Slice().match(/SECRET-\w+/g) ?? [] };
  }
}

module.exports = { Given, hash, look, transfers };
