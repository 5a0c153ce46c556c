'use strict';
// maxConnections is exact, however many connect at a time and however many threads accept: the others
// are dropped, each with its event, and each place that becomes free is given away once.
const assert = require('node:assert');
const path = require('node:path');
const { test } = require('node:test');
const { RawClient } = require('../support/raw-client');
const { onNodeHttp } = require('../support/mode');
const { Program } = require('../edge/program');

const limit = { timeout: 60_000 };
const file = path.join(__dirname, '..', 'edge', 'programs', 'limited.js');
const streamOnly = path.join(__dirname, '..', 'support', 'stream-only.js');
const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
const UPGRADE = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n';
const MAX = 10;
const CROWD = 200;
/** What is tried again and again, so that threads meet in many ways. */
const ROUNDS = 5;

/** Over sockets of ours, with so many I/O threads; over Node's, which go through the stream transport. */
const TRANSPORTS = onNodeHttp
  ? { plain: {} }
  : {
      'native, 1 thread': { env: { RUST_HTTP_IO_THREADS: 1 } },
      'native, 4 threads': { env: { RUST_HTTP_IO_THREADS: 4 } },
      stream: { execArgv: ['--require', streamOnly] },
    };

async function start(t, transport, options) {
  const args = [JSON.stringify({ maxConnections: MAX, ...options })];
  return await Program.start(t, file, { ...TRANSPORTS[transport], args });
}

/** So many clients that connect at a time and ask. */
function crowd(program, count = CROWD) {
  return Array.from({ length: count }, () => new RawClient(program.connect()).send(GET));
}

/** Waits until each client was answered or dropped; returns those who were answered. */
async function sorted(clients) {
  const outcomes = clients.map((client) =>
    client.response().then(
      ({ text }) => text === 'x' && client,
      () => null,
    ),
  );
  return (await Promise.all(outcomes)).filter(Boolean);
}

async function leave(clients) {
  for (const client of clients) client.destroy();
  await Promise.all(clients.map((client) => client.untilClosed()));
}

const ports = (clients) => clients.map((client) => client.port).sort();

/** A client's own port, known as long as it is connected. */
function notePorts(clients) {
  for (const client of clients)
    client.stream.once('connect', () => {
      client.port = client.stream.localPort;
    });
  return clients;
}

for (const transport of Object.keys(TRANSPORTS))
  for (const looks of [false, true]) {
    const how = `${looks ? "with a listener of 'connection', " : ''}${transport}`;

    test(`many connect at a time [${how}]`, limit, async (t) => {
      const program = await start(t, transport, { looks });
      for (let round = 1; round <= ROUNDS; round++) {
        const clients = notePorts(crowd(program));
        const served = await sorted(clients);
        assert.strictEqual(served.length, MAX);
        const state = await program.until(
          'state',
          ({ dropped }) => dropped.length === round * (CROWD - MAX),
        );
        assert.deepStrictEqual([state.connections, state.most], [MAX, MAX]);
        assert.strictEqual(state.served, round * MAX);
        if (looks) assert.strictEqual(state.met, round * MAX);
        const refused = clients.filter((client) => !served.includes(client));
        assert.deepStrictEqual(
          state.dropped.slice(-(CROWD - MAX)).sort(),
          ports(refused),
          'the ports of those who were dropped',
        );
        await leave(served);
        await program.until('state', ({ connections }) => connections === 0);
      }
    });
  }

for (const transport of Object.keys(TRANSPORTS)) {
  test(`places that become free [${transport}]`, limit, async (t) => {
    const program = await start(t, transport);
    let inside = await sorted(crowd(program, CROWD));
    for (let free = 1; free <= 5; free++) {
      await leave(inside.splice(0, free));
      await program.until('state', ({ connections }) => connections === MAX - free);
      const more = await sorted(crowd(program, 40));
      assert.strictEqual(more.length, free);
      inside = [...inside, ...more];
    }
    const { connections, most } = await program.ask('state');
    assert.deepStrictEqual([connections, most], [MAX, MAX]);
  });

  test(`those who come and go [${transport}]`, limit, async (t) => {
    const program = await start(t, transport);
    const come = async () => {
      for (let i = 0; i < 20; i++) await leave(await sorted(crowd(program, 3)));
    };
    await Promise.all(Array.from({ length: 8 }, come));
    const state = await program.until('state', ({ connections }) => connections === 0);
    assert.ok(state.most <= MAX, `${state.most} at a time`);
    assert.strictEqual(state.served + state.dropped.length, 20 * 3 * 8);
    assert.strictEqual((await sorted(crowd(program))).length, MAX);
  });

  test(`the limit is changed [${transport}]`, limit, async (t) => {
    const program = await start(t, transport);
    const served = await sorted(crowd(program));
    await program.ask('limit', MAX + 5);
    served.push(...(await sorted(crowd(program))));
    assert.strictEqual(served.length, MAX + 5);
    await program.ask('limit', 3);
    assert.strictEqual((await sorted(crowd(program))).length, 0);
    // Those who are there stay.
    for (const client of served) assert.strictEqual((await client.exchange(GET)).text, 'x');
    await leave(served.splice(2));
    await program.until('state', ({ connections }) => connections === 2);
    assert.strictEqual((await sorted(crowd(program))).length, 1);
  });

  test(`places of connections that got another owner [${transport}]`, limit, async (t) => {
    const program = await start(t, transport);
    for (let round = 0; round < ROUNDS; round++) {
      const clients = Array.from({ length: MAX }, () => new RawClient(program.connect()));
      for (const client of clients) {
        client.send(UPGRADE);
        await client.untilText('101 S');
      }
      await leave(clients);
      await program.until('state', ({ connections }) => connections === 0);
    }
    assert.strictEqual((await sorted(crowd(program))).length, MAX);
  });
}
