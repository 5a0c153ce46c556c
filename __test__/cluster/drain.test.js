'use strict';
// A cluster's worker that drains while the others go on.
const assert = require('node:assert');
const { test } = require('node:test');
const { runCluster } = require('./program');

const limit = { timeout: 60_000 };

const worker = `
  const held = [];
  const server = http.createServer((req, res) => {
    if (req.url === '/held') { held.push(res); process.send('held'); }
    else res.end('worker ' + cluster.worker.id);
  });
  server.listen(0, '127.0.0.1');
  process.on('message', async () => {
    const drained = server.drain({ timeout: 20_000 });
    setTimeout(() => { for (const res of held) res.end('late'); }, 100);
    const { answered, cut } = await drained;
    process.send({ answered, cut }, () => process.disconnect());
  });`;

for (const policy of ['SCHED_RR', 'SCHED_NONE']) {
  test(`a worker drains under ${policy}`, limit, async (t) => {
    const primary = `
      const workers = [cluster.fork(), cluster.fork()];
      const [{ port }] = await Promise.all(workers.map(listening));
      const socket = net.connect(port, '127.0.0.1');
      let text = '';
      socket.on('data', (data) => { text += data; });
      const ended = new Promise((resolve) => socket.on('close', resolve));
      const holder = new Promise((resolve) => {
        for (const worker of workers) worker.once('message', () => resolve(worker));
      });
      socket.write('GET /held HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n');
      const draining = await holder;
      const other = workers.find((worker) => worker !== draining);
      const result = new Promise((resolve) => draining.once('message', resolve));
      const exit = new Promise((resolve) => draining.once('exit', resolve));
      draining.send('drain');
      console.log(JSON.stringify(await result), 'exit', await exit);
      await ended;
      console.log(/Connection: close/.test(text), text.endsWith('late'));
      console.log(await ask(port) === 'worker ' + other.id);
      other.kill();`;
    const result = await runCluster(t, policy, worker, primary);
    assert.strictEqual(
      result.stdout,
      '{"answered":1,"cut":0} exit 0\ntrue true\ntrue\n',
      result.stderr,
    );
  });
}
