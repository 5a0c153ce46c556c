'use strict';
// A connection gets another owner (upgrade, CONNECT) while the answers before it still wait for a
// client that does not read: nothing blocks, nothing throws, and the bytes keep their order.
// @timeout 400
// @alone
const assert = require('node:assert');
const { once } = require('node:events');
const fs = require('node:fs');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');
const { test } = require('node:test');
const { pattern } = require('../support/events');
const { onNodeHttp } = require('../support/mode');
const { RawClient } = require('../support/raw-client');
const { patient } = require('../support/sanitizer');
const { pour } = require('./server-process');
const { Program, pause, until } = require('./program');
const { LARGE, OWNER } = require('./programs/handed-over-content');

const limit = { timeout: 60_000 };
const file = path.join(__dirname, 'programs', 'handed-over.js');
const asker = path.join(__dirname, 'programs', 'handing-over.js');
const busy = path.join(__dirname, 'programs', 'busy.js');
const CLIENTS = 3;
/**
 * The most that the event loop may be late; a blocking hand-over makes it late by more. Node needs most
 * of 200 ms for 1,000 requests that one read brought.
 */
const LATE = patient(onNodeHttp ? 400 : 200);
/** The most that a call may take which only asks for something, in milliseconds. */
const AT_ONCE = patient(10);
/** Looks at the program while nobody reads: the time in which a blocked loop would show. */
const LOOKS = 30;

const large = pattern(LARGE);
const get = (target) => `GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`;
const OWNED = OWNER.join('');

const before = {
  'a small answer': { targets: ['/small'], when: 'now' },
  'an answer of 8 MB': { targets: ['/large'], when: 'now' },
  // The kernel of a Unix socket holds 208 KiB, that of TCP some MB: more waits than either takes.
  // Node gives a response the socket when the one before it is sent. So an owner who writes at once
  // writes between them, there too; this one waits for the last.
  '1,000 answers of 8 KiB': { targets: Array(1000).fill('/piece'), when: 'finished' },
};

const takes = {
  CONNECT: (when) => `CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\nX-When: ${when}\r\n\r\n`,
  upgrade: (when) =>
    `GET /up HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: x\r\nX-When: ${when}\r\n\r\n`,
};

const TINY_CHUNKS = Buffer.from('1\r\na\r\n'.repeat(10_000));
const MIB = 1024 * 1024;

/** The server's program; over TCP, or over a Unix socket. */
async function start(t, { listens, transport }) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'rust-http-'));
  t.after(() => fs.rmSync(folder, { recursive: true, force: true }));
  const where = transport === 'unix' ? path.join(folder, 'socket') : undefined;
  const program = await Program.start(t, file, {
    args: [JSON.stringify({ listens, path: where })],
  });
  program.where = where && { path: where };
  return program;
}

/** A client that has sent all of its requests in one piece, and reads nothing. */
async function silentClient(program, text) {
  const socket = program.connect(program.where);
  await once(socket, 'connect');
  const client = new RawClient(socket);
  socket.pause();
  await client.sendAll(Buffer.from(text));
  return client;
}

/** Looks again and again while nobody reads; fails when the program ends or its loop is late. */
async function watch(program) {
  for (let i = 0; i < LOOKS; i++) {
    await program.ask('ping');
    await pause();
  }
  const late = await program.ask('lateness');
  assert.ok(late < LATE, `the event loop was late by ${late.toFixed(0)} ms`);
}

function contentOf(target) {
  if (target === '/large') return large;
  return target === '/piece' ? Buffer.alloc(8192, 'p') : Buffer.from(target);
}

async function readAnswers(client, targets) {
  for (const target of targets) {
    const { body, status } = await client.response();
    assert.strictEqual(status, 200);
    assert.ok(body.equals(contentOf(target)), `the content of ${target}`);
  }
}

/** Reads the answers, then the owner's bytes, then what the owner sends back. */
async function readLate(client, targets, isRead) {
  client.stream.resume();
  await readAnswers(client, targets);
  await client.untilText(OWNER.at(-1));
  if (isRead) client.send('and back').end();
  else client.end();
  assert.strictEqual(await client.untilEnd(), isRead ? `${OWNED}and back` : OWNED);
}

/** Clients of `program` that have sent the requests of this row, when all have been handled. */
async function handed(program, text, targets, owners) {
  await program.ask('lateness');
  const clients = [];
  for (let i = 0; i < CLIENTS; i++) clients.push(await silentClient(program, text));
  const requests = targets.length * CLIENTS;
  await program.until('state', (state) => state.requests >= requests && state.owners === owners);
  return clients;
}

for (const transport of ['tcp', 'unix'])
  for (const [title, { targets, when }] of Object.entries(before))
    for (const [kind, take] of Object.entries(takes)) {
      const text = targets.map(get).join('') + take(when);
      // Node stops to read a connection whose answers wait, and its new owner never gets a byte.
      const isRead = when === 'now' || !onNodeHttp;

      test(`${kind} behind ${title}, read late [${transport}]`, limit, async (t) => {
        const program = await start(t, { listens: true, transport });
        const clients = await handed(program, text, targets, CLIENTS);
        await watch(program);
        const reads = clients.map((client) => readLate(client, targets, isRead));
        if (!isRead) await program.until('state', ({ writes }) => writes === 9);
        if (!isRead) await program.ask('end');
        await Promise.all(reads);
        const state = await program.until('state', ({ closed }) => closed === CLIENTS);
        const { called, failed, writes } = state;
        assert.deepStrictEqual([writes, called, failed], [9, 9, 0], 'callbacks of writes');
        await program.until('state', ({ connections }) => connections === 0);
      });

      test(`${kind} behind ${title}, reset unread [${transport}]`, limit, async (t) => {
        const program = await start(t, { listens: true, transport });
        const clients = await handed(program, text, targets, CLIENTS);
        await watch(program);
        for (const client of clients) resetOf(client, transport);
        const state = await program.until('state', ({ closed }) => closed === CLIENTS);
        assert.strictEqual(state.called + state.failed, state.writes, 'callbacks of writes');
        await program.until('state', ({ connections }) => connections === 0);
        await watch(program);
      });

      test(`${kind} behind ${title}, without a listener [${transport}]`, limit, async (t) => {
        const program = await start(t, { listens: false, transport });
        const clients = await handed(program, text, targets, 0);
        await watch(program);
        await Promise.all(clients.map((client) => readUnowned(client, targets, kind)));
        await program.until('state', ({ connections }) => connections === 0);
      });
    }

/** A Unix socket knows no reset; its close with unread bytes is one for the other side. */
function resetOf(client, transport) {
  if (transport === 'tcp') client.reset();
  else client.destroy();
}

/** An upgrade that nobody wants is a request; a CONNECT ends the connection, whatever waits. */
async function readUnowned(client, targets, kind) {
  client.stream.resume();
  if (kind === 'upgrade') {
    await readAnswers(client, [...targets, '/up']);
    client.end();
    return;
  }
  await client.untilClosed();
  for (const target of targets) {
    const response = await client.response().catch(() => null);
    // What had not been sent yet is lost, and nothing behind it is sent.
    if (response === null) break;
    assert.ok(response.body.equals(contentOf(target)), `the content of ${target}`);
  }
  assert.ok(!client.rest.includes('HTTP/1.1 299'));
  if (targets.length === 1 && targets[0] === '/small') assert.strictEqual(client.rest, '');
}

test('resets at once behind the requests, again and again', limit, async (t) => {
  const program = await start(t, { listens: true, transport: 'tcp' });
  await program.ask('lateness');
  for (const { targets, when } of Object.values(before))
    for (const take of Object.values(takes))
      for (let i = 0; i < 20; i++) {
        const socket = program.connect();
        await once(socket, 'connect');
        socket.write(targets.map(get).join('') + take(when), () => socket.resetAndDestroy());
        await once(socket, 'close');
      }
  // Node counts a connection out before its 'close'.
  const { called, failed, writes } = await program.until(
    'state',
    ({ closed, connections, owners }) => connections === 0 && closed === owners,
  );
  assert.strictEqual(called + failed, writes);
  await watch(program);
});

/** A server that answers each head at once and reads nothing until it is told to. */
async function unreading(t) {
  const heads = { POST: 'HTTP/1.1 101 S\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n' };
  const sockets = [];
  const server = net.createServer({ pauseOnConnect: true, allowHalfOpen: true }, (socket) => {
    const client = new RawClient(socket);
    sockets.push(client);
    socket.resume();
    socket.once('data', (chunk) => {
      socket.pause();
      const [method] = chunk.toString('latin1').split(' ');
      socket.write(heads[method] ?? 'HTTP/1.1 200 OK\r\n\r\n');
    });
  });
  t.after(() => {
    for (const { stream } of sockets) stream.destroy();
    server.close();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: server.address().port, sockets };
}

/** Requests of one kind, answered but unread, in a program whose loop must not be late. */
async function asking(t, options) {
  const server = await unreading(t);
  const program = await Program.start(t, asker);
  await program.ask('lateness');
  for (let i = 0; i < CLIENTS; i++) await program.ask('request', { port: server.port, ...options });
  return { program, server };
}

/** Reads one request late: its content whole, then the owner's bytes, then its own back. */
async function readRequestLate(client) {
  client.stream.resume();
  const head = await client.until(() => client.bytes.indexOf('\r\n\r\n') + 4 || 0, 'a head');
  const size = head + LARGE + OWNED.length;
  await client.until(() => client.length >= size, 'all was there');
  assert.ok(client.bytes.subarray(head, head + LARGE).equals(large), 'the content');
  client.send('and back').end();
  await client.untilEnd();
  const rest = client.bytes.latin1Slice(head + LARGE);
  assert.strictEqual(rest, `${OWNED}and back`);
}

for (const kind of ['CONNECT', 'upgrade'])
  for (const pieces of [1, 1000]) {
    const title = `a client's ${kind} is answered before its content in ${pieces} writes is read`;

    test(title, limit, async (t) => {
      const options = { kind, pieces, listens: true, ends: true };
      const { program, server } = await asking(t, options);
      await program.until('state', ({ owners }) => owners === CLIENTS);
      await watch(program);
      await Promise.all(server.sockets.map(readRequestLate));
      const state = await program.until('state', ({ closed }) => closed === CLIENTS);
      const writes = CLIENTS * (pieces + OWNER.length);
      const { called, errors, failed } = state;
      assert.deepStrictEqual([called, failed, errors], [writes, 0, []], 'callbacks of writes');
    });

    test(`${title}, and reset`, limit, async (t) => {
      const options = { kind, pieces, listens: true, ends: false };
      const { program, server } = await asking(t, options);
      await program.until('state', ({ owners }) => owners === CLIENTS);
      await watch(program);
      for (const client of server.sockets) client.reset();
      const state = await program.until('state', ({ closed }) => closed === CLIENTS);
      assert.strictEqual(state.called + state.failed, state.writes, 'callbacks of writes');
      await watch(program);
    });

    test(`${title}, without a listener`, limit, async (t) => {
      const options = { kind, pieces, listens: false, ends: true };
      const { program, server } = await asking(t, options);
      const asked = () => server.sockets.filter(({ length }) => length > 0).length;
      await until(asked, (count) => count === CLIENTS, { what: 'the number of requests' });
      for (const client of server.sockets) client.stream.resume();
      for (const client of server.sockets) await client.untilEnd();
      await watch(program);
    });
  }

/** Connections whose content of tiny chunks keeps the program's threads busy until they close. */
async function flood(program, port) {
  const sockets = [];
  for (let i = 0; i < 64; i++) {
    const socket = program.connect({ port, host: '127.0.0.1' });
    sockets.push(socket);
    await once(socket, 'connect');
  }
  for (const socket of sockets) {
    socket.write('POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n');
    pour(socket, TINY_CHUNKS, 64 * MIB);
  }
  return sockets;
}

test('close() returns at once, however busy the connections are', limit, async (t) => {
  const program = await Program.start(t, busy);
  const calls = ['address', 'getConnections', 'closeIdleConnections', 'close'];
  const rounds = [];
  for (let round = 0; round < 3; round++) {
    const port = await program.ask('listen');
    const { received } = await program.ask('state');
    const sockets = await flood(program, port);
    await program.until('state', (state) => state.received > received + 10_000);
    rounds.push(await program.ask('call', [...calls, 'closeAllConnections']));
    for (const socket of sockets) socket.destroy();
    await program.until('state', ({ closed }) => closed === round + 1);
  }
  calls.forEach((call, i) => {
    const [, median] = rounds.map((took) => took[i]).sort((a, b) => a - b);
    assert.ok(median < AT_ONCE, `${call}() takes ${median.toFixed(1)} ms`);
  });
});
