'use strict';
// Limits of a server that are no whole, positive numbers mean what they mean in Node.
const assert = require('node:assert');
const { once } = require('node:events');
const http = require('../support/subject');
const { deferred } = require('../support/events');
const { hostHas, onNodeHttp } = require('../support/mode');
const { onBoth, onNative } = require('../support/transports');
const { runProgram } = require('../support/child');
const path = require('node:path');
const { test } = require('node:test');

const get = (count) => `GET / HTTP/1.1\r\nHost: a\r\n${'X: x\r\n'.repeat(count - 1)}\r\n`;

for (const [value, isDropped] of [
  [-1, true],
  [Number.NEGATIVE_INFINITY, true],
  ['0', true],
  [-1n, true],
  [1n, false],
  ['x', false],
  [Number.NaN, false],
  [0.5, false],
])
  onNative(`maxConnections: ${typeof value} ${value}`, async ({ connect, listen }) => {
    const server = http.createServer((_req, res) => res.end('answered'));
    const dropped = once(server, 'drop').then(() => 'dropped');
    server.maxConnections = value;
    await listen(server);
    const client = await connect(server);
    const answered = deferred();
    client.send(get(1));
    client.response().then(({ text }) => answered.resolve(text), answered.reject);
    answered.promise.catch(() => {});
    const outcome = await Promise.race([dropped, answered.promise]);
    assert.strictEqual(outcome, isDropped ? 'dropped' : 'answered');
  });

/** A program that tells of connections to servers with these timeouts: that they are served, or which error is thrown. */
const TIMEOUTS = `
  const [whose, kind, fixture] = process.argv.slice(-3);
  const { cert, key } = require(fixture);
  const nodeHttp = require('node:' + kind);
  const subject = kind === 'http' ? http : require(fixture + '/../../support/secure-subject');
  const { createServer } = whose === 'node' ? nodeHttp : subject;
  process.on('warning', ({ name }) => console.log(name));
  const VALUES = [
    0, 5000, 5000.5, -0, NaN, null, undefined, '', false,
    -1, Infinity, -Infinity, '50', 'abc', 50n, {}, [50], true, Symbol('s'), 2 ** 31,
  ];
  async function tell(value) {
    const server = createServer({ cert, key }, (req, res) => res.end());
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    server.timeout = value;
    const told = new Promise((resolve) => {
      process.once('uncaughtException', ({ code, message }) => resolve(code + ' ' + message));
      server.once('request', ({ socket }) => resolve('served ' + socket.timeout));
    });
    const req = nodeHttp.get({ port: server.address().port, host: '127.0.0.1', ca: cert, agent: false });
    req.on('error', () => {});
    console.log(String(value), await told);
    process.removeAllListeners('uncaughtException');
    req.destroy();
  }
  (async () => {
    for (const value of VALUES) await tell(value);
    process.exit();
  })();`;

for (const kind of ['http', 'https'])
  test(`timeouts that are none, of ${kind}`, { timeout: 60_000 }, async (t) => {
    const fixture = path.join(__dirname, '..', 'agent', 'tls-fixture.js');
    const tell = (whose) => runProgram(t, TIMEOUTS, { args: [whose, kind, fixture] });
    const [{ stdout }, { stdout: expected }] = await Promise.all([tell('ours'), tell('node')]);
    assert.strictEqual(stdout, expected);
    assert.match(stdout, /^2147483648 served/m);
  });

onBoth('maxRequestsPerSocket: 2.5', async ({ connect }) => {
  const server = http.createServer((_req, res) => res.end());
  server.maxRequestsPerSocket = 2.5;
  const client = await connect(server);
  const { headers } = await client.exchange(get(1));
  assert.strictEqual(
    headers['keep-alive'],
    hostHas(26) || !onNodeHttp ? 'timeout=5, max=2' : 'timeout=5, max=2.5',
  );
});

const skip = !hostHas(22) && 'before, Node lets all fields through';

for (const [value, count, status] of [
  [0.5, 40, 200],
  [2.5, 2, 200],
  [2.5, 3, 431],
  [2 ** 31 + 2, 2, 200],
  [2 ** 31 + 2, 3, 431],
])
  onBoth(`maxHeadersCount: ${value}, for ${count} fields`, { skip }, async ({ connect }) => {
    const server = http.createServer((_req, res) => res.end());
    server.maxHeadersCount = value;
    const client = await connect(server);
    assert.strictEqual((await client.exchange(get(count))).status, status);
  });

for (const [name, value] of [
  ['maxHeaderSize', 2 ** 32],
  ['maxHeaderSize', 2 ** 40],
  ['maxHeaderSize', Number.POSITIVE_INFINITY],
  ['httpValidation', 'none of the three'],
  ['httpValidation', null],
])
  onBoth(`${name}: ${value}, set later`, async ({ connect }) => {
    const server = http.createServer((_req, res) => res.end('answered'));
    server[name] = value;
    const client = await connect(server);
    assert.strictEqual((await client.exchange(get(2))).text, 'answered');
    assert.strictEqual(server[name], value);
  });

onBoth('maxHeaderSize: 2 ** 40, as an option', async ({ connect }) => {
  const server = http.createServer({ maxHeaderSize: 2 ** 40 }, (_req, res) => res.end('answered'));
  const client = await connect(server);
  assert.strictEqual((await client.exchange(get(2))).text, 'answered');
});

onNative('timeout: 2 ** 40 is no timer that runs at once', async ({ connect, t }) => {
  const warnings = [];
  const note = ({ message }) => warnings.push(message);
  process.on('warning', note);
  t.after(() => process.off('warning', note));
  const server = http.createServer((_req, res) => res.end('answered'));
  server.timeout = 2 ** 40;
  server.on('timeout', () => assert.fail('too early'));
  const client = await connect(server);
  assert.strictEqual((await client.exchange(get(1))).text, 'answered');
  // As Node's, one that is set on a socket is cut, which a warning says.
  assert.deepStrictEqual(
    warnings.filter((message) => !message.endsWith('truncated to 2147483647.')),
    [],
  );
});
