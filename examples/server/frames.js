/** WebSocket frames (RFC 6455, section 5.2): bytes to messages and back, with no socket in sight. */
'use strict';

const opcode = { text: 1, binary: 2, close: 8, ping: 9, pong: 10 };
const largest = 1 << 20;

/** One unmasked frame, as a server sends it. */
function frame(kind, payload = Buffer.alloc(0)) {
  const { length } = payload;
  let head;
  if (length < 126) head = Buffer.from([0x80 | kind, length]);
  else if (length < 65_536) {
    head = Buffer.from([0x80 | kind, 126, 0, 0]);
    head.writeUInt16BE(length, 2);
  } else {
    head = Buffer.alloc(10);
    head[0] = 0x80 | kind;
    head[1] = 127;
    head.writeBigUInt64BE(BigInt(length), 2);
  }
  return Buffer.concat([head, payload]);
}

/** Collects bytes; `push` yields { kind, payload }, or { kind: 'error', code } as the last one. */
class FrameReader {
  #held = Buffer.alloc(0);

  *push(bytes) {
    this.#held = Buffer.concat([this.#held, bytes]);
    for (;;) {
      const message = this.#take();
      if (!message) return;
      yield message;
      if (message.kind === 'error') return;
    }
  }

  #take() {
    const held = this.#held;
    if (held.length < 2) return undefined;
    const kind = held[0] & 0x0f;
    const problem = this.#problem(kind, held);
    if (problem) return { kind: 'error', code: problem };

    const short = held[1] & 0x7f;
    const extra = short === 126 ? 2 : short === 127 ? 8 : 0;
    const start = 2 + extra + 4;
    if (held.length < 2 + extra) return undefined;
    const length =
      extra === 0 ? short : extra === 2 ? held.readUInt16BE(2) : Number(held.readBigUInt64BE(2));
    if (length > largest) return { kind: 'error', code: 1009 };
    if (held.length < start + length) return undefined;

    const mask = held.subarray(start - 4, start);
    const payload = Buffer.from(held.subarray(start, start + length));
    for (let i = 0; i < payload.length; i++) payload[i] ^= mask[i & 3];
    this.#held = held.subarray(start + length);
    return { kind, payload };
  }

  /** The close code for a frame that cannot be taken; 0 for a good one. */
  #problem(kind, held) {
    const final = (held[0] & 0x80) !== 0;
    const reserved = (held[0] & 0x70) !== 0;
    const masked = (held[1] & 0x80) !== 0;
    const control = kind >= 8;
    if (reserved || !masked) return 1002;
    if (control && (!final || (held[1] & 0x7f) > 125)) return 1002;
    // Messages in pieces are left to real libraries.
    if (!final || kind === 0) return 1003;
    return Object.values(opcode).includes(kind) ? 0 : 1002;
  }
}

module.exports = { FrameReader, frame, opcode };
