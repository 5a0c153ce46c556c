'use strict';
// Servers whose TLS is native, in processes of their own: exits, I/O threads, a blocked event loop, a cluster.
const assert = require('node:assert');
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { test } = require('node:test');
const { pattern } = require('../support/events');
const { UPGRADE, limit } = require('./native-world');
const { agentOf, ask, connectRaw } = require('./world');

const FIXTURE = JSON.stringify(path.join(__dirname, '..', 'agent', 'tls-fixture.js'));
const HTTPS = JSON.stringify(path.join(__dirname, '..', '..', 'https.js'));

test('what was answered is sent when the process exits', limit, async (t) => {
  const program = `
    const { cert, key } = require(${FIXTURE});
    const server = require(${HTTPS}).createServer({ cert, key }, (req, res) => {
      res.end('x'.repeat(20000), () => {});
      process.exit();
    });
    server.listen(0, '127.0.0.1', () => process.send(server.address().port));`;
  for (const leader of ['javascript', 'thread']) {
    const child = spawn(process.execPath, ['-e', program], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      env: { ...process.env, RUST_HTTP_LEADER: leader },
    });
    t.after(() => child.kill());
    const [port] = await once(child, 'message');
    const { text } = await ask({ port, agent: agentOf(t) });
    assert.strictEqual(text.length, 20_000);
  }
});

test('an I/O thread that leads', limit, async (t) => {
  const program = `
    const { cert, key } = require(${FIXTURE});
    const server = require(${HTTPS}).createServer({ cert, key }, (req, res) => req.pipe(res));
    server.on('upgrade', (req, socket, first) => socket.write(first) && socket.pipe(socket));
    server.listen(0, '127.0.0.1', () => process.send([server.address().port, server.stats()]));`;
  const child = spawn(process.execPath, ['-e', program], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, RUST_HTTP_LEADER: 'thread', RUST_HTTP_IO_THREADS: '2' },
  });
  t.after(() => child.kill());
  const [[port, stats]] = await once(child, 'message');
  assert.deepStrictEqual([stats.driver, stats.tls], ['io-thread', 'native']);
  const agent = agentOf(t, { keepAlive: true, maxSockets: 8 });
  const content = pattern(200_000)
    .toString('latin1')
    .replace(/[^ -~]/g, '.');
  await Promise.all(
    Array.from({ length: 60 }, async () => {
      const { text } = await ask({ port, agent, method: 'POST' }, content);
      assert.strictEqual(text, content);
    }),
  );
  const { socket, until } = await connectRaw(t, port);
  socket.write(`${UPGRADE}echo`);
  socket.write(' behind');
  await until(/ behind$/);
});

test('health and overload, over TLS, while JavaScript is blocked', limit, async (t) => {
  const program = `
    const { cert, key } = require(${FIXTURE});
    const options = { cert, key, health: { path: '/health', blockedAfter: 200 }, overload: { maxDelay: 300 } };
    const server = require(${HTTPS}).createServer(options, (req, res) => {
      const end = Date.now() + (req.url === '/block' ? 3000 : 0);
      while (Date.now() < end);
      res.end(req.url);
    });
    server.listen(0, '127.0.0.1', () => process.send([server.address().port, server.stats().tls]));`;
  const child = spawn(process.execPath, ['-e', program], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  t.after(() => child.kill());
  const [[port, who]] = await once(child, 'message');
  assert.strictEqual(who, 'native');
  const agent = agentOf(t);
  const before = await ask({ port, agent, path: '/health' });
  assert.strictEqual(JSON.parse(before.text).status, 'ok');
  const blocked = ask({ port, agent, path: '/block' });
  await new Promise((resolve) => setTimeout(resolve, 1000));
  // Accepted, greeted and answered without JavaScript.
  const during = await ask({ port, agent, path: '/health' });
  assert.deepStrictEqual([during.res.statusCode, JSON.parse(during.text).status], [503, 'blocked']);
  const large = pattern(300_000);
  const refused = await ask({ port, agent, path: '/', method: 'PUT' }, large);
  assert.strictEqual(refused.res.statusCode, 503);
  assert.strictEqual((await blocked).text, '/block');
  // What had to wait counts until JavaScript has come to it.
  let after;
  do after = await ask({ port, agent, path: '/after' });
  while (after.res.statusCode === 503);
  assert.strictEqual(after.text, '/after');
});

test('workers of a cluster', limit, async (t) => {
  const program = `
    const cluster = require('node:cluster');
    if (cluster.isPrimary) {
      let ports = [];
      cluster.on('message', (worker, message) => {
        ports.push(message);
        if (ports.length === 2) process.send(ports);
      });
      cluster.fork();
      cluster.fork();
      process.on('disconnect', () => process.exit());
    } else {
      const { cert, key } = require(${FIXTURE});
      const server = require(${HTTPS}).createServer({ cert, key }, (req, res) => res.end('w' + cluster.worker.id));
      server.listen(0, '127.0.0.1', () => process.send([server.address().port, server.stats().tls]));
    }`;
  const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'rust-http-')), 'cluster.js');
  t.after(() => fs.rmSync(path.dirname(file), { recursive: true }));
  fs.writeFileSync(file, program);
  for (const policy of ['rr', 'none']) {
    const child = spawn(process.execPath, [file], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      env: { ...process.env, NODE_CLUSTER_SCHED_POLICY: policy },
    });
    t.after(() => child.kill());
    const [ports] = await once(child, 'message');
    assert.deepStrictEqual(
      ports.map(([, who]) => who),
      ['native', 'native'],
    );
    const [[port]] = ports;
    for (let i = 0; i < 4; i++) {
      const { text } = await ask({ port, agent: agentOf(t) });
      assert.match(text, /^w\d$/);
    }
    child.disconnect();
    await once(child, 'exit');
  }
});
