'use strict';
// What a server can make a client hold: bounded, whatever it sends. The client is a process of its
// own, whose memory is measured.
// @alone
const assert = require('node:assert');
const { once } = require('node:events');
const net = require('node:net');
const { test } = require('node:test');
const { startProgram } = require('../support/child');
const { onNodeHttp } = require('../support/mode');
const { comparesMemory } = require('../support/sanitizer');
const { closed, pour } = require('./server-process');

const MIB = 1024 * 1024;
/** What may be on the way: the kernel's buffers on both sides, and one write of the server's. */
const ON_THE_WAY = 12 * MIB;
const OK = 'HTTP/1.1 200 OK\r\n';
const CHUNKED = `${OK}Transfer-Encoding: chunked\r\n\r\n`;
const END = 'Content-Length: 2\r\n\r\nok';
const limit = { timeout: 60_000 };
const isCompared = comparesMemory();

/** Asks once for each line it is sent, and tells what came of it. */
const program = `
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const tell = (what) => console.log(JSON.stringify({ ...what, rss: process.memoryUsage().rss }));
  const ask = () => {
    let interim = 0;
    let ended = false;
    const req = http.get({ port: process.argv.at(-1), agent }, (res) => {
      res.resume().on('end', () => { ended = true; });
      res.on('error', () => {});
    });
    req.on('information', () => { interim++; });
    let code;
    req.on('error', (error) => { code ??= error.code; });
    req.on('close', () => tell({ code, ended, interim }));
  };
  process.stdin.setEncoding('utf8').on('data', ask).on('end', () => process.exit());
  tell({ ready: true });`;

class Client {
  constructor(t) {
    this.peers = [];
    this.server = net.createServer((socket) => {
      socket.on('error', () => {});
      this.peers.push(socket);
      socket.on('data', () => this.server.emit('asked', socket));
    });
    t.after(() => {
      for (const socket of this.peers) socket.destroy();
      this.server.close();
    });
  }

  static async start(t) {
    const client = new Client(t);
    client.server.listen(0, '127.0.0.1');
    await once(client.server, 'listening');
    client.child = startProgram(t, program, { args: [String(client.server.address().port)] });
    client.told = 0;
    await client.tells();
    return client;
  }

  async tells() {
    const nth = new RegExp(`^(?:.*\\n){${this.told}}(.*)\\n`);
    const [, line] = await this.child.line(nth);
    this.told++;
    return JSON.parse(line);
  }

  /** The server's end of a connection on which the client has asked. */
  async asks() {
    const asked = once(this.server, 'asked');
    this.child.stdin.write('ask\n');
    const [socket] = await asked;
    return socket;
  }

  async asksPlainly() {
    const socket = await this.asks();
    socket.write(OK + END);
    return await this.tells();
  }
}

function assertGrewLittle(before, after, most, what) {
  const grown = after.rss - before.rss;
  assert.ok(grown <= most || !isCompared, `${what}: ${(grown / MIB).toFixed(1)} MiB more are held`);
}

test('floods are refused before they are held', limit, async (t) => {
  const client = await Client.start(t);
  const line = Buffer.from('x: y\r\n'.repeat(10_000));
  const floods = [
    ['a reason', 'HTTP/1.1 200 ', Buffer.alloc(MIB, 'r'), 'HPE_HEADER_OVERFLOW'],
    ['a field name', OK, Buffer.alloc(MIB, 'n'), 'HPE_HEADER_OVERFLOW'],
    ['a field value', `${OK}x: `, Buffer.alloc(MIB, 'v'), 'HPE_HEADER_OVERFLOW'],
    ['fields', OK, line, 'HPE_HEADER_OVERFLOW'],
    ['fields of an interim response', 'HTTP/1.1 103 Any\r\n', line, 'HPE_HEADER_OVERFLOW'],
    ['trailers', `${CHUNKED}0\r\n`, line, 'HPE_HEADER_OVERFLOW'],
    ['an extension', `${CHUNKED}5;`, Buffer.alloc(MIB, 'e'), 'HPE_CHUNK_EXTENSIONS_OVERFLOW'],
  ];
  const before = await client.asksPlainly();
  for (const [what, front, piece, code] of floods) {
    const socket = await client.asks();
    socket.write(front);
    const sent = await pour(socket, piece, 256 * MIB);
    await closed(socket);
    assert.ok(sent <= ON_THE_WAY, `${what}: ${sent} bytes were taken`);
    const after = await client.tells();
    assert.strictEqual(after.code, code, what);
    assertGrewLittle(before, after, 32 * MIB, what);
  }
  assert.strictEqual((await client.asksPlainly()).ended, true);
});

test('what may come without end is not held', limit, async (t) => {
  const client = await Client.start(t);
  const interim = 'HTTP/1.1 103 Any\r\n\r\n'.repeat(1000);
  const endless = [
    ['empty lines', '', '\r\n'.repeat(MIB / 2), OK + END],
    ['white space', `${OK}x:`, ' '.repeat(MIB), `\r\n${END}`],
    ['interim responses', '', interim, OK + END],
  ];
  const before = await client.asksPlainly();
  for (const [what, front, filler, end] of endless) {
    const socket = await client.asks();
    socket.write(front);
    const sent = await pour(socket, Buffer.from(filler), (what === endless[2][0] ? 4 : 64) * MIB);
    socket.write(end);
    const after = await client.tells();
    assert.deepStrictEqual([after.code, after.ended], [undefined, true], what);
    if (filler === interim) assert.strictEqual(after.interim, (sent / interim.length) * 1000);
    assertGrewLittle(before, after, 128 * MIB, what);
  }
});

const skip = onNodeHttp && "Node's client reads what nobody asked for";
test('a flood on an idle connection ends it', { ...limit, skip }, async (t) => {
  const client = await Client.start(t);
  const before = await client.asksPlainly();
  const [socket] = client.peers;
  const sent = await pour(socket, Buffer.from((OK + END).repeat(20_000)), 64 * MIB);
  await closed(socket);
  assert.ok(sent <= ON_THE_WAY, `${sent} bytes were taken`);
  const after = await client.asksPlainly();
  assert.deepStrictEqual([after.ended, client.peers.length], [true, 2]);
  assertGrewLittle(before, after, 32 * MIB, 'afterwards');
});
