'use strict';
// What requests and answers have as content: bytes that follow from an id, so that each side can tell
// whether it got the right ones.

const LONGEST = 2 * 1024 * 1024;
const OFFSETS = 4096;
const bytes = Buffer.alloc(LONGEST + OFFSETS);
for (let i = 0, value = 1; i < bytes.length; i++) {
  value = (Math.imul(value, 1103515245) + 12345) >>> 0;
  // ASCII, so that it is the same as text.
  bytes[i] = 32 + ((value >>> 16) % 95);
}

/** The content with this id; `from` and `to` choose a part of it. */
function contentOf(id, to, from = 0) {
  const offset = (id * 31) % OFFSETS;
  return bytes.subarray(offset + from, offset + to);
}

/** Compares pieces, as they arrive, with the content that they should make. */
class Comparison {
  constructor(id) {
    this.id = id;
    this.length = 0;
    this.isRight = true;
  }

  add(piece) {
    const expected = contentOf(this.id, this.length + piece.length, this.length);
    this.isRight &&= expected.equals(piece);
    this.length += piece.length;
  }
}

module.exports = { Comparison, contentOf };
