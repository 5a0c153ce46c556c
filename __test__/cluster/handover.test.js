'use strict';
// Upgrades, tunnels and connections that stay open in cluster workers, in both schedulings.
const assert = require('node:assert');
const { test } = require('node:test');
const { runCluster } = require('./program');

const limit = { timeout: 30_000 };

const serving = `
  const server = http.createServer((req, res) => { res.end('worker ' + cluster.worker.id); });
  const echo = (head) => (req, socket) => {
    socket.write(head + '\\r\\n\\r\\n');
    socket.pipe(socket);
  };
  server.on('upgrade', echo('HTTP/1.1 101 Switching Protocols\\r\\nConnection: Upgrade\\r\\nUpgrade: echo'));
  server.on('connect', echo('HTTP/1.1 200 Connection Established'));
  server.listen(0, '127.0.0.1');`;

/** Writes a head, then content of which all has to come back. */
const tools = `
  const echoed = (port, head, size) => new Promise((resolve, reject) => {
    let length = 0;
    let status;
    const socket = net.connect(port, '127.0.0.1', () => socket.write(head));
    socket.on('error', reject).on('data', (chunk) => {
      if (status === undefined) {
        const end = chunk.indexOf('\\r\\n\\r\\n') + 4;
        status = String(chunk).split(' ')[1];
        chunk = chunk.subarray(end);
        socket.write(Buffer.alloc(size));
      }
      length += chunk.length;
      if (length === size) socket.end();
    }).on('close', () => resolve(status + ' ' + length));
  });`;

for (const policy of ['SCHED_RR', 'SCHED_NONE']) {
  test(`sockets handed over in workers under ${policy}`, limit, async (t) => {
    const result = await runCluster(
      t,
      policy,
      serving,
      `${tools}
       const workers = [cluster.fork(), cluster.fork()];
       const [{ port }] = await Promise.all(workers.map(listening));
       const upgrade = 'GET / HTTP/1.1\\r\\nHost: a\\r\\nConnection: Upgrade\\r\\nUpgrade: echo\\r\\n\\r\\n';
       const connect = 'CONNECT a:1 HTTP/1.1\\r\\nHost: a:1\\r\\n\\r\\n';
       const heads = [upgrade, connect, upgrade, connect];
       const all = await Promise.all(heads.map((head) => echoed(port, head, 500_000)));
       console.log(all.join());
       console.log(/^worker [12]$/.test(await ask(port)));
       for (const w of workers) w.kill();`,
    );
    const expected = '101 500000,200 500000,101 500000,200 500000\ntrue\n';
    assert.strictEqual(result.stdout, expected, result.stderr);
  });

  test(`a kept connection stays with its worker under ${policy}`, limit, async (t) => {
    const result = await runCluster(
      t,
      policy,
      serving,
      `const workers = [cluster.fork(), cluster.fork()];
       const [{ port }] = await Promise.all(workers.map(listening));
       const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
       const get = () => new Promise((resolve, reject) => {
         http.get({ host: '127.0.0.1', port, agent }, (res) => {
           let text = '';
           res.on('data', (chunk) => { text += chunk; }).on('end', () => resolve(text));
         }).on('error', reject);
       });
       const answers = [];
       for (let i = 0; i < 10; i++) answers.push(await get());
       console.log(new Set(answers).size);
       agent.destroy();
       for (const w of workers) w.kill();`,
    );
    assert.strictEqual(result.stdout, '1\n', result.stderr);
  });
}
