'use strict';
// Strangers send as much as they can while the event loop is blocked: that costs no more memory than it
// costs Node, few of those who connect meanwhile are accepted, and everything is answered later.
// @timeout 600
// @alone
const assert = require('node:assert');
const { once } = require('node:events');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { test } = require('node:test');
const { RawClient } = require('../support/raw-client');
const { comparesMemory } = require('../support/sanitizer');
const { Program, pause, until } = require('./program');

const limit = { timeout: 150_000 };
const file = path.join(__dirname, 'programs', 'blocked.js');
const MIB = 1024 * 1024;
/** How much more memory than Node's own http may be in use. */
const MOST = 1.3;
/**
 * Node accepts nobody meanwhile, so that it holds nothing of new connections, however many there are.
 * Ours may hold what its queue may, for all of them together, however many there are.
 */
const QUEUE = 8 * MIB;
/** Descriptors that may be taken while JavaScript cannot hear of it: connections, and a few others. */
const UNANNOUNCED = 256 + 16;
/** Looks that have to find the same before the bytes are where they stay. */
const LOOKS = 4;

const POST = 'POST / HTTP/1.1\r\nHost: a\r\n';
const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';

const WAYS = {
  content: {
    clients: 1000,
    text: `${POST}Content-Length: 100000\r\n\r\n${'x'.repeat(100_000)}`,
  },
  'chunks of one byte': {
    clients: 500,
    text: `${POST}Transfer-Encoding: chunked\r\n\r\n${'1\r\na\r\n'.repeat(11_000)}0\r\n\r\n`,
  },
  'pipelined requests': { clients: 400, text: GET.repeat(1500), answers: 1500 },
  'new connections': { clients: 1000, text: GET, late: true },
  'new connections with content': {
    clients: 1000,
    text: `${POST}Content-Length: 50000\r\n\r\n${'x'.repeat(50_000)}`,
    late: true,
    allowed: QUEUE,
  },
};

/** The clients of a program that is blocked, when it has been sent what the kernel takes. */
class Crowd {
  constructor(program, { clients, text, late }) {
    this.program = program;
    this.count = clients;
    this.bytes = Buffer.from(text);
    this.late = late;
    this.sockets = [];
  }

  static async start(t, way, env) {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'rust-http-'));
    t.after(() => fs.rmSync(folder, { recursive: true, force: true }));
    const crowd = new Crowd(await Program.start(t, file, { env }), way);
    crowd.go = path.join(folder, 'go');
    await crowd.learn();
    if (!way.late) await crowd.connect();
    await crowd.block();
    return crowd;
  }

  /** How long an answer is. */
  async learn() {
    const client = new RawClient(this.program.connect());
    this.length = (await client.exchange(GET)).end;
    client.destroy();
  }

  async connect() {
    for (let i = 0; i < this.count; i++) this.sockets.push(this.program.connect());
    await Promise.all(this.sockets.map((socket) => once(socket, 'connect')));
    await this.program.until('state', ({ connections }) => connections === this.count);
  }

  async block() {
    const { program } = this;
    this.before = program.descriptors();
    await program.ask('hold', this.go);
    while (this.sockets.length < this.count) this.sockets.push(program.connect());
    for (const socket of this.sockets) {
      socket.write(this.bytes);
      socket.resume();
    }
    await this.settle();
  }

  /** Waits until nothing moves any more; notes the memory and the descriptors that were seen at most. */
  async settle() {
    const { program } = this;
    this.memory = 0;
    this.descriptors = 0;
    let same = 0;
    let last = '';
    await until(
      async () => {
        await pause(100);
        const memory = program.memory();
        const descriptors = program.descriptors() - this.before;
        this.memory = Math.max(this.memory, memory);
        this.descriptors = Math.max(this.descriptors, descriptors);
        // The look for the file that ends it leaves garbage, a little each time.
        const seen = [Math.round(memory / MIB), descriptors, this.#sent()].join();
        same = seen === last ? same + 1 : 0;
        last = seen;
        return same;
      },
      (count) => count === LOOKS,
      { what: 'the number of looks that found nothing new' },
    );
  }

  #sent() {
    return this.sockets.reduce((sum, s) => sum + s.bytesWritten - s.writableLength, 0);
  }

  release() {
    fs.writeFileSync(this.go, '');
  }

  /** Waits until each client has its answers. */
  async answered(answers) {
    const expected = answers * this.length;
    const missing = () => this.sockets.filter((socket) => socket.bytesRead !== expected).length;
    await until(missing, (count) => count === 0, { patience: 60_000, what: 'unanswered clients' });
  }
}

const compares = comparesMemory();
for (const [title, way] of Object.entries(WAYS)) {
  const { allowed = 0, answers = 1, late } = way;
  for (const threads of late ? [1, 4] : [1])
    test(`${title} while the event loop is blocked, ${threads} I/O threads`, limit, async (t) => {
      const reference = await Crowd.start(t, way, { RUST_HTTP_TEST_MODE: 'http' });
      reference.program.end();
      const crowd = await Crowd.start(t, way, { RUST_HTTP_IO_THREADS: threads });
      t.diagnostic(`${crowd.memory} bytes, ${reference.memory} in Node`);
      const most = reference.memory * MOST + allowed;
      if (compares)
        assert.ok(crowd.memory <= most, `${crowd.memory} bytes, ${reference.memory} in Node`);
      assert.ok(crowd.descriptors <= UNANNOUNCED, `${crowd.descriptors} descriptors more`);
      crowd.release();
      await crowd.answered(answers);
      await crowd.program.ask('ping');
    });
}
