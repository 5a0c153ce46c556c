'use strict';
// Reads what a server sends, piece by piece, and compares it with the answers that are due: each whole,
// right and in its turn.
const { Comparison, contentOf } = require('./content');

const NONE = Buffer.alloc(0);

class Answers {
  /** `requests`: what was asked. If `isOwned`, the last answer is a new owner's. */
  constructor(requests, isOwned) {
    this.requests = requests;
    this.isOwned = isOwned;
    /** Answers that are complete. */
    this.count = 0;
    this.rest = NONE;
    this.step = this.readHead;
    this.echoed = null;
  }

  get isComplete() {
    return this.count === this.requests.length;
  }

  /** Throws if this is not what is due. */
  add(bytes) {
    this.rest = this.rest.length === 0 ? bytes : Buffer.concat([this.rest, bytes]);
    while (this.step());
  }

  /** The text up to the mark, or null while that is not there. */
  take(mark) {
    const end = this.rest.indexOf(mark, 0, 'latin1');
    if (end < 0) return null;
    const text = this.rest.latin1Slice(0, end);
    this.rest = this.rest.subarray(end + mark.length);
    return text;
  }

  // ---- the steps: each returns whether it came to its end ----

  readHead() {
    if (this.isComplete) return this.readBehind();
    const head = this.take('\r\n\r\n');
    if (head === null) return false;
    const [, status] = /^HTTP\/1\.1 (\d{3}) /.exec(head) ?? [];
    if (status === '102') return true;
    this.begin(head, status);
    return true;
  }

  begin(head, status) {
    const request = this.requests[this.count];
    this.comparison = new Comparison(request.id);
    this.length = request.length;
    const hasOwner = this.isOwned && this.count === this.requests.length - 1;
    const expected = hasOwner && !request.connects ? '101' : '200';
    if (status !== expected) this.fail(`${expected} was due, not ${JSON.stringify(head)}`);
    const length = /^content-length: (\d+)/im.exec(head)?.[1];
    if (length !== undefined && Number(length) !== request.length && request.kind !== 'destroys')
      this.fail(`the length is ${length}`);
    if (hasOwner !== / Mine$/m.test(head.split('\r\n', 1)[0])) this.fail('the wrong owner answers');
    if (request.isHead) this.finish();
    else if (/^transfer-encoding: chunked/im.test(head)) this.step = this.readSize;
    else this.step = this.readContent;
  }

  readContent() {
    const piece = this.rest.subarray(0, this.length - this.comparison.length);
    this.rest = this.rest.subarray(piece.length);
    this.compare(piece);
    if (this.comparison.length < this.length || this.requests[this.count].kind === 'destroys')
      return false;
    this.finish();
    return true;
  }

  readSize() {
    const line = this.take('\r\n');
    if (line === null) return false;
    if (!/^[0-9a-f]+$/i.test(line)) this.fail(`no chunk size: ${JSON.stringify(line)}`);
    this.chunk = Number.parseInt(line, 16);
    this.step = this.chunk > 0 ? this.readChunk : this.readLastLine;
    return true;
  }

  readChunk() {
    const piece = this.rest.subarray(0, this.chunk);
    this.rest = this.rest.subarray(piece.length);
    this.chunk -= piece.length;
    this.compare(piece);
    if (this.chunk > 0) return false;
    this.step = this.readLineEnd;
    return true;
  }

  readLineEnd() {
    return this.readEmptyLine(this.readSize);
  }

  readLastLine() {
    if (this.comparison.length !== this.length) {
      if (this.rest.length >= 2) this.fail(`${this.comparison.length} bytes of ${this.length}`);
      return false;
    }
    return this.readEmptyLine(this.finish);
  }

  readEmptyLine(next) {
    const line = this.take('\r\n');
    if (line === null) return false;
    if (line !== '') this.fail(`no line end but ${JSON.stringify(line)}`);
    if (next === this.finish) this.finish();
    else this.step = next;
    return true;
  }

  finish() {
    this.count++;
    this.step = this.readHead;
  }

  compare(piece) {
    this.comparison.add(piece);
    if (!this.comparison.isRight || this.comparison.length > this.length)
      this.fail('wrong content');
  }

  // ---- behind the last answer ----

  /** The owner sends back what it gets, which is content with this id. */
  expectEcho(id, length) {
    this.echoed = { comparison: new Comparison(id), length };
    return contentOf(id, length);
  }

  get hasEchoed() {
    return this.echoed !== null && this.echoed.comparison.length === this.echoed.length;
  }

  readBehind() {
    if (this.rest.length === 0) return false;
    if (this.echoed === null) this.fail('more bytes than were due');
    this.echoed.comparison.add(this.rest);
    this.rest = NONE;
    const { comparison, length } = this.echoed;
    if (!comparison.isRight || comparison.length > length) this.fail('a wrong echo');
    return false;
  }

  fail(what) {
    const { kind, id } = this.requests[this.count] ?? { kind: 'nothing', id: 0 };
    const behind = this.rest.latin1Slice(0, 60);
    throw new Error(
      `answer ${this.count + 1} of ${this.requests.length} (${kind}/${id}): ${what}, before ${JSON.stringify(behind)}`,
    );
  }
}

module.exports = { Answers };
