'use strict';
// cluster workers that share a port, in both schedulings.
const assert = require('node:assert');
const { test } = require('node:test');
const { runCluster } = require('./program');

const limit = { timeout: 60_000 };

const worker = `
  const server = http.createServer((req, res) => { res.end('worker ' + cluster.worker.id); });
  server.listen(0, '127.0.0.1');
  process.on('message', (text) => {
    if (text === 'close') server.close(() => process.disconnect());
  });`;

for (const policy of ['SCHED_RR', 'SCHED_NONE']) {
  test(`two workers share a port under ${policy}`, limit, async (t) => {
    const primary = `
      const workers = [cluster.fork(), cluster.fork()];
      const [one, two] = await Promise.all(workers.map(listening));
      console.log('same port', one.port === two.port && one.port > 0);
      const answers = [];
      for (let i = 0; i < 20; i++) answers.push(await ask(one.port));
      console.log('all answered', answers.every((text) => /^worker [12]$/.test(text)));
      console.log('who', [...new Set(answers)].sort().join());
      const gone = ['exit', 'disconnect'].map((name) =>
        new Promise((resolve) => workers[0].once(name, resolve)));
      workers[0].kill();
      await Promise.all(gone);
      console.log('left', await ask(one.port));
      workers[1].send('close');
      workers[1].once('exit', (code) => console.log('exit', code));`;
    const result = await runCluster(t, policy, worker, primary);
    assert.strictEqual(result.code, 0, result.stderr);
    const lines = result.stdout.trim().split('\n');
    assert.deepStrictEqual(lines.slice(0, 2), ['same port true', 'all answered true']);
    if (policy === 'SCHED_RR') assert.strictEqual(lines[2], 'who worker 1,worker 2');
    assert.deepStrictEqual(lines.slice(3), ['left worker 2', 'exit 0']);
  });

  test(`an exclusive port is the worker's own under ${policy}`, limit, async (t) => {
    const exclusive = `
      const server = http.createServer((req, res) => { res.end('worker ' + cluster.worker.id); });
      server.listen({ port: 0, host: '127.0.0.1', exclusive: true }, () => {
        process.send(server.address().port);
      });`;
    const primary = `
      const workers = [cluster.fork(), cluster.fork()];
      const ports = await Promise.all(workers.map((w) => new Promise((resolve) =>
        w.once('message', resolve))));
      console.log('own', ports[0] !== ports[1], await ask(ports[0]), await ask(ports[1]));
      for (const w of workers) w.kill();`;
    const result = await runCluster(t, policy, exclusive, primary);
    assert.strictEqual(result.stdout, 'own true worker 1 worker 2\n', result.stderr);
  });

  test(`an address in use is told the worker under ${policy}`, limit, async (t) => {
    const failing = `
      const server = http.createServer();
      server.on('error', (error) => {
        console.log(error.code, error.syscall, error.port === Number(process.env.TAKEN));
        process.disconnect();
      });
      server.listen(Number(process.env.TAKEN), '127.0.0.1');`;
    const primary = `
      const taken = net.createServer().listen(0, '127.0.0.1', () => {
        const w = cluster.fork({ TAKEN: taken.address().port });
        w.once('exit', () => taken.close());
      });`;
    const result = await runCluster(t, policy, failing, primary);
    assert.match(result.stdout, /^EADDRINUSE (bind|listen) true\n$/, result.stderr);
  });

  test(`disconnect ends idle workers under ${policy}`, limit, async (t) => {
    const primary = `
      const w = cluster.fork();
      const { port } = await listening(w);
      console.log(await ask(port));
      w.disconnect();
      w.once('exit', (code) => console.log('exit', code));`;
    const result = await runCluster(t, policy, worker, primary);
    assert.strictEqual(result.stdout, 'worker 1\nexit 0\n', result.stderr);
  });

  test(`a request over several reads and a large answer under ${policy}`, limit, async (t) => {
    const echoing = `
      http.createServer((req, res) => req.pipe(res)).listen(0, '127.0.0.1');`;
    const primary = `
      const w = cluster.fork();
      const { port } = await listening(w);
      const body = Buffer.alloc(2_000_000, 'abc');
      const socket = net.connect(port, '127.0.0.1');
      socket.write('POST / HTTP/1.1\\r\\nHost: a\\r\\nConnection: close\\r\\nContent-Length: ' + body.length + '\\r\\n\\r\\n');
      socket.write(body);
      let length = 0;
      socket.on('data', (data) => { length += data.length; }).on('end', () => {
        console.log(length > body.length);
        w.kill();
      });`;
    const result = await runCluster(t, policy, echoing, primary);
    assert.strictEqual(result.stdout, 'true\n', result.stderr);
  });
}
