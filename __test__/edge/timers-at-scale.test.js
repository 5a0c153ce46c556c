'use strict';
// Timeouts where there are many connections: none is early, none is late, and those that wait cost
// nothing. RUST_HTTP_TEST_CONNECTIONS says how many there are.
// @timeout 300
// @alone
const assert = require('node:assert');
const { once } = require('node:events');
const { monitorEventLoopDelay } = require('node:perf_hooks');
const { test } = require('node:test');
const { setTimeout: sleep } = require('node:timers/promises');
const { newerThanHost, onNodeHttp } = require('../support/mode');
const { patient } = require('../support/sanitizer');
const { ServerProcess, closed } = require('./server-process');

const COUNT = Number(process.env.RUST_HTTP_TEST_CONNECTIONS ?? 2000);
const PER_STEP = 10;
const STEP = 5;
const CHECKING = 100;
const TOLERANCE = patient(50);
/** Whoever is late each time is to blame, not the machine. */
const ATTEMPTS = 3;
const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
const POST = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhell';
const NEVER = { headersTimeout: 0, requestTimeout: 0, keepAliveTimeout: 0 };
/** One after the other, so that they do not all end at once either. */
const SPREAD = (COUNT / PER_STEP) * STEP;
const LASTS = Math.max(1000, SPREAD);
const limit = { timeout: 60_000 + 3 * 4 * SPREAD };

/** Opens connections step by step; resolves to how many milliseconds each ended too late. */
async function lateness(server, wanted, begin) {
  const all = [];
  for (let opened = 0; opened < COUNT; ) {
    for (let i = 0; i < PER_STEP && opened < COUNT; i++, opened++)
      all.push(last(server, wanted, begin));
    await sleep(STEP);
  }
  return (await Promise.all(all)).sort((a, b) => a - b);
}

async function last(server, wanted, begin) {
  let before = performance.now();
  const socket = server.connect();
  await once(socket, 'connect');
  before = begin(socket, before) ?? before;
  if (begin.answered) await once(socket, 'data');
  // The time begins between the two moments.
  const after = performance.now();
  await closed(socket);
  const now = performance.now();
  assert.ok(now - before >= wanted - 1, `too early by ${wanted - now + before} ms`);
  return now - after - wanted;
}

function quantiles(sorted) {
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  return { half: at(0.5), most: at(0.99), last: at(1) };
}

/** `late`: by how much later than wanted a connection may end. */
async function assertInTime(t, server, { begin, late }) {
  for (let attempt = 1; ; attempt++) {
    const monitor = monitorEventLoopDelay({ resolution: 10 });
    monitor.enable();
    await server.ask('lag');
    const { half, most, last } = quantiles(await lateness(server, LASTS, begin));
    // What the machine did to both event loops meanwhile, being busy with something else.
    const lag = monitor.max / 1e6 + (await server.ask('lag'));
    const shown = [half, most, last, lag].map((ms) => ms.toFixed(1)).join(', ');
    t.diagnostic(`${COUNT} connections, ms late: half, 99 %, the last; event loops: ${shown}`);
    // One in a hundred may have met with something, but none is forgotten.
    const inTime = most <= late + TOLERANCE + lag && last <= late + 10 * TOLERANCE + lag;
    if (inTime) return;
    assert.ok(attempt < ATTEMPTS, `too late: ${shown}`);
  }
}

const sending = (text) => (socket) => void socket.write(text);
const answered = (socket) => {
  const now = performance.now();
  socket.write(GET);
  return now;
};
answered.answered = true;

const rows = [
  {
    name: 'headersTimeout',
    options: { headersTimeout: LASTS, connectionsCheckingInterval: CHECKING },
    late: CHECKING,
    begin: sending('GET / HTTP/1.1\r\nHost:'),
  },
  {
    name: 'requestTimeout',
    options: { requestTimeout: LASTS, connectionsCheckingInterval: CHECKING },
    late: CHECKING,
    begin: sending(POST),
  },
  {
    name: 'keepAliveTimeout',
    options: { keepAliveTimeout: LASTS, keepAliveTimeoutBuffer: 0 },
    late: 0,
    begin: answered,
    skip: newerThanHost(24),
  },
  { name: 'timeout', options: { timeout: LASTS }, late: 0, begin: () => {} },
];

for (const { name, options, skip = false, ...row } of rows) {
  test(`${name} of each of many connections`, { ...limit, skip }, async (t) => {
    const server = await ServerProcess.start(t, 'answer', { ...NEVER, ...options });
    await assertInTime(t, server, row);
    const { connections } = await server.until((usage) => usage.connections === 0, 'counts');
    assert.strictEqual(connections, 0);
  });
}

const skip = onNodeHttp && "what Node's connections cost is not asked";
test('many connections that wait cost no processor time', { ...limit, skip }, async (t) => {
  const server = await ServerProcess.start(t, 'answer', { keepAliveTimeout: 600_000 });
  const sockets = [];
  const spent = async () => {
    const before = await server.ask('processor');
    await sleep(2000);
    return (await server.ask('processor')) - before;
  };
  const alone = await spent();
  for (let i = 0; i < COUNT; i++) {
    const socket = server.connect();
    sockets.push(socket);
    socket.write(GET);
    if (i % 100 === 99) await once(socket, 'data');
  }
  await server.until(({ requests }) => requests === COUNT, 'counts');
  await sleep(500);
  const together = await spent();
  t.diagnostic(`ms in 2 s: ${alone.toFixed(1)} alone, ${together.toFixed(1)} with ${COUNT}`);
  assert.ok(together - alone < patient(40), `${alone} ms alone, ${together} ms with ${COUNT}`);
});
