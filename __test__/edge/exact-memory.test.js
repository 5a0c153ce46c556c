'use strict';
// The memory of what a program gets: nothing of others in it, and its own to give away and to keep.
// (What it gives is in `given-memory.test.js`.)
// @timeout 400
// @alone
const assert = require('node:assert');
const { once } = require('node:events');
const net = require('node:net');
const path = require('node:path');
const { test } = require('node:test');
const { pattern } = require('../support/events');
const { hostHas, onNodeHttp } = require('../support/mode');
const { RawClient } = require('../support/raw-client');
const { Program } = require('./program');
const { hash, transfers } = require('./programs/memory-ways');

const limit = { timeout: 60_000 };
const file = path.join(__dirname, 'programs', 'memory.js');
const KIB = 1024;
const SIZES = [1, 10, 100, 4095, 4096, 5000, 24 * KIB, 30_000, 64 * KIB, 200_000];
const ways = Object.keys(transfers).filter(
  (way) => way !== 'transfer' || typeof ArrayBuffer.prototype.transfer === 'function',
);

const start = (t) => Program.start(t, file, { execArgv: ['--expose-gc'] });

function lengthOf(content) {
  return [`Content-Length: ${content.length}\r\n\r\n`, content];
}

/** Content in chunks of this size at most. */
function chunkedOf(content, size = content.length) {
  const pieces = ['Transfer-Encoding: chunked\r\n\r\n'];
  for (let at = 0; at < content.length; at += size) {
    const piece = content.subarray(at, at + size);
    pieces.push(`${piece.length.toString(16)}\r\n`, piece, '\r\n');
  }
  return [...pieces, '0\r\nX-Trailer: own\r\n\r\n'];
}

const framings = {
  length: lengthOf,
  'one chunk': chunkedOf,
  'chunks of 1,000': (content) => chunkedOf(content, 1000),
};

const bytesOf = (...pieces) => Buffer.concat(pieces.flat().map((piece) => Buffer.from(piece)));
const head = (what, mark) => `POST / HTTP/1.1\r\nHost: a\r\nCookie: ${mark}\r\nX-Do: ${what}\r\n`;

async function dial(program) {
  const socket = program.connect();
  await once(socket, 'connect');
  socket.setNoDelay(true);
  return new RawClient(socket);
}

/** Requests of other clients, whose marks nobody else may see. */
async function strangers(program, count) {
  for (let i = 0; i < count; i++) {
    const client = await dial(program);
    const content = Buffer.alloc(SIZES[i % SIZES.length], 'SECRET-content ');
    await client.exchange(bytesOf(head('skip', 'SECRET-cookie'), lengthOf(content)));
    client.destroy();
  }
}

/** Memory that was used by others is what comes next. */
async function soil(program) {
  await strangers(program, 20);
  await program.ask('dirty');
}

/** Beside the chunk its memory holds nothing, or what the same connection sent. */
function assertOwn(looks, stream, what) {
  const text = stream.toString('latin1');
  for (const { length, before, after } of looks)
    for (const side of [before, after]) {
      const found = side.replace(/^\0+|\0+$/g, '');
      const shown = JSON.stringify(found.slice(0, 80));
      assert.ok(text.includes(found), `${what}: beside ${length} bytes are others': ${shown}`);
    }
}

/**
 * Node 26 leaves the memory of a read as long as it was when most of it was filled. The sockets of
 * upgrades and CONNECT are read by Node, behind the head.
 */
const readByNode = (looks) =>
  hostHas(26) ? looks.filter(({ length }) => length <= 32 * KIB) : looks;
const ours = (looks) => (onNodeHttp ? readByNode(looks) : looks);

function assertOwnBehindHead([first, ...looks], stream, what) {
  assertOwn([...ours([first]), ...readByNode(looks)], stream, what);
}

for (const [title, frame] of Object.entries(framings)) {
  test(`request content, ${title}`, limit, async (t) => {
    const program = await start(t);
    await soil(program);
    for (const size of SIZES)
      for (const isSplit of [false, true]) {
        const content = pattern(size, size);
        const stream = bytesOf(head('look', 'own'), frame(content));
        const client = await dial(program);
        const split = isSplit ? stream.indexOf('\r\n\r\n') + 4 : 0;
        if (isSplit) await client.sendAll(stream.subarray(0, split));
        if (isSplit) await program.ask('ping');
        const { text } = await client.exchange(stream.subarray(split));
        const told = JSON.parse(text);
        assert.strictEqual(told.hash, hash(content));
        assertOwn(told.looks, stream, `${size} bytes`);
        client.destroy();
        await strangers(program, 1);
      }
  });

  test(`response content, ${title}`, limit, async (t) => {
    const program = await start(t);
    const origin = await answering(t);
    await soil(program);
    for (const size of SIZES) {
      const content = pattern(size, size);
      origin.stream = bytesOf('HTTP/1.1 200 OK\r\nSet-Cookie: own\r\n', frame(content));
      const told = await program.ask('fetch', { port: origin.port, what: 'look' });
      assert.strictEqual(told.hash, hash(content));
      assertOwn(told.looks, origin.stream, `${size} bytes`);
      await strangers(program, 1);
    }
  });
}

/** A server that sends `stream` when it is asked, and ends the connection if it `ends`. */
async function answering(t) {
  const origin = { stream: Buffer.alloc(0), ends: false };
  const server = net.createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => {
      socket.write(origin.stream);
      if (origin.ends) socket.end();
    });
  });
  t.after(() => server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  origin.port = server.address().port;
  return origin;
}

const heads = {
  upgrade: 'GET / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: x\r\n',
  CONNECT: 'CONNECT a:80 HTTP/1.1\r\n',
};

for (const [kind, text] of Object.entries(heads))
  test(`${kind}: its head and the data behind it`, limit, async (t) => {
    const program = await start(t);
    await soil(program);
    for (const size of SIZES) {
      const line = bytesOf(text, 'Host: a\r\nCookie: own\r\nX-Do: look\r\n\r\n');
      const stream = bytesOf(line, pattern(size, size), pattern(size, 1));
      const client = await dial(program);
      const first = line.length + size;
      await client.sendAll(stream.subarray(0, first));
      await program.ask('ping');
      client.send(stream.subarray(first)).end();
      const looks = JSON.parse(await client.untilEnd());
      const sum = looks.reduce((all, { length }) => all + length, 0);
      assert.strictEqual(sum, 2 * size);
      assertOwnBehindHead(looks, stream, `${size} bytes`);
      await strangers(program, 1);
    }
  });

test("a client's upgrade: its head and the data behind it", limit, async (t) => {
  const program = await start(t);
  const origin = await answering(t);
  origin.ends = true;
  await soil(program);
  for (const size of SIZES) {
    const line = 'HTTP/1.1 101 S\r\nConnection: Upgrade\r\nUpgrade: x\r\nSet-Cookie: own\r\n\r\n';
    origin.stream = bytesOf(line, pattern(size, size));
    const options = { port: origin.port, what: 'look', upgrades: true };
    const { looks } = await program.ask('fetch', options);
    const sum = looks.reduce((all, { length }) => all + length, 0);
    assert.strictEqual(sum, size);
    assertOwnBehindHead(looks, origin.stream, `${size} bytes`);
    await strangers(program, 1);
  }
});

test('what a listener of the socket reads beside http', limit, async (t) => {
  const program = await start(t);
  await soil(program);
  for (const size of SIZES) {
    const content = pattern(size, size);
    const stream = bytesOf(head('look', 'own'), lengthOf(content));
    await program.ask('listenIn');
    const client = await dial(program);
    const { text } = await client.exchange(stream);
    assert.strictEqual(JSON.parse(text).hash, hash(content));
    client.destroy();
    const looks = await program.ask('heard');
    const sum = looks.reduce((all, { length }) => all + length, 0);
    assert.strictEqual(sum, stream.length);
    assertOwn(ours(looks), stream, `${size} bytes`);
    await strangers(program, 1);
  }
});

/** It is gone for whoever gave it away, and for all others it is what it was. */
async function assertGiven(program, count, what, isDetached) {
  const own = { isDetached, isSame: true, strangers: [] };
  const verdicts = await program.ask('given');
  assert.ok(verdicts.length >= count, `${what}: ${verdicts.length} chunks were given away`);
  for (const verdict of verdicts) assert.deepStrictEqual(verdict, own, what);
}

for (const way of ways) {
  const isGiven = way !== 'nothing';

  test(`${way}: chunks of requests and responses are the program's to give`, limit, async (t) => {
    const program = await start(t);
    const origin = await answering(t);
    for (const frame of Object.values(framings))
      for (const size of SIZES) {
        const content = pattern(size, size);
        const client = await dial(program);
        const request = bytesOf(head(`give ${way}`, 'own'), frame(content));
        const { text } = await client.exchange(request);
        assert.strictEqual(JSON.parse(text).hash, hash(content));
        client.destroy();
        origin.stream = bytesOf('HTTP/1.1 200 OK\r\n', frame(content));
        const told = await program.ask('fetch', { port: origin.port, what: `give ${way}` });
        assert.strictEqual(told.hash, hash(content));
        await strangers(program, 10);
        await assertGiven(program, 2, `${size} bytes`, isGiven);
      }
  });

  test(`${way}: the head of an upgrade is the program's to give`, limit, async (t) => {
    const program = await start(t);
    for (const size of SIZES) {
      const client = await dial(program);
      const line = bytesOf(heads.upgrade, `Host: a\r\nX-Do: give ${way}\r\n\r\n`);
      client.send(bytesOf(line, pattern(size, size)));
      await strangers(program, 10);
      await assertGiven(program, 1, `${size} bytes`, isGiven);
      client.destroy();
    }
  });

  test(`${way}: contents that one read brought do not share what is given`, limit, async (t) => {
    const program = await start(t);
    const contents = [1, 2, 3, 4].map((seed) => pattern(seed > 2 ? 1000 : 24 * KIB, seed));
    const requests = contents.map((content, i) =>
      bytesOf(head(i % 2 ? 'skip' : `give ${way}`, 'own'), lengthOf(content)),
    );
    for (let i = 0; i < 20; i++) {
      const client = await dial(program);
      client.send(bytesOf(requests));
      for (const content of contents) {
        const { text } = await client.response();
        assert.strictEqual(JSON.parse(text).hash, hash(content));
      }
      client.destroy();
      await assertGiven(program, 2, `round ${i}`, isGiven);
    }
  });

  test(`${way}: chunks that one read brought do not share what is given`, limit, async (t) => {
    const program = await start(t);
    const content = pattern(48 * KIB, 5);
    for (let i = 0; i < 20; i++) {
      const client = await dial(program);
      const stream = bytesOf(head(`first ${way}`, 'own'), chunkedOf(content, 24 * KIB));
      const { text } = await client.exchange(stream);
      assert.strictEqual(JSON.parse(text).hash, hash(content));
      client.destroy();
      await assertGiven(program, 1, `round ${i}`, isGiven);
    }
  });

  test(`${way}: what was given away and forgotten harms nobody`, limit, async (t) => {
    const program = await start(t);
    for (let i = 0; i < 5; i++) {
      for (const size of SIZES) {
        const client = await dial(program);
        await client.exchange(bytesOf(head(`forget ${way}`, 'own'), lengthOf(pattern(size))));
        client.destroy();
      }
      await soil(program);
      await strangers(program, 20);
    }
    assert.strictEqual(await program.ask('ping'), true);
  });
}

for (const size of [100, 4096])
  test(`1,000 pieces of ${size} bytes that are kept take about their size`, limit, async (t) => {
    const program = await start(t);
    const client = await dial(program);
    const count = 1000;
    client.send(`${head('keep', 'own')}Content-Length: ${count * size}\r\n\r\n`);
    const before = await program.ask('usage');
    for (let i = 1; i <= count; i++) {
      client.send(pattern(size, i));
      await program.until('received', (received) => received === i * size);
    }
    const { arrayBuffers } = await program.ask('usage');
    const held = arrayBuffers - before.arrayBuffers;
    // Pools of Node and of ours may be larger than before, by a megabyte.
    const most = 2.5 * count * size + KIB * KIB;
    assert.ok(held <= most, `${held} bytes are held for ${count * size}`);
    await client.response();
    await program.ask('drop');
    const after = await program.ask('usage');
    const left = after.arrayBuffers - before.arrayBuffers;
    assert.ok(left <= KIB * KIB, `${left} bytes are left`);
  });
