'use strict';
// Workers of a cluster that die, close or are replaced while others serve.
// @timeout 600
const assert = require('node:assert');
const { test } = require('node:test');
const { runCluster } = require('./program');

const limit = { timeout: 60_000 };

const serving = `
  const server = http.createServer((req, res) => {
    if (req.url === '/die') process.kill(process.pid, 'SIGKILL');
    else if (req.url === '/throw') throw new Error('in a worker');
    else if (req.url === '/begin') res.write('begun');
    else res.end('worker ' + cluster.worker.id);
  });
  server.listen(Number(process.env.PORT ?? 0), '127.0.0.1');
  process.on('message', (text) => {
    if (text === 'close') server.close(() => process.send('closed'));
  });`;

/** What primaries need: a request whose connection may break, and the death of a worker. */
const tools = `
  const send = (port, path, heard = () => {}) => new Promise((resolve) => {
    let got = '';
    const socket = net.connect(port, '127.0.0.1');
    socket.on('data', (data) => { got += data; heard(got); }).on('error', () => {}).on('close', () => resolve(got));
    socket.write('GET ' + path + ' HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n');
  });
  const told = (worker, name) =>
    new Promise((resolve) => worker.once(name, (...how) => resolve(how)));
  // Which of the two is told first is luck, and only behind both nobody is sent to it any more.
  const gone = async (worker) =>
    (await Promise.all([told(worker, 'exit'), told(worker, 'disconnect')]))[0];
  const many = async (port, count) => {
    const answers = [];
    for (let i = 0; i < count; i++) answers.push(await ask(port));
    return [...new Set(answers)].sort().join();
  };`;

const run = (t, policy, primary) => runCluster(t, policy, serving, tools + primary);

for (const policy of ['SCHED_RR', 'SCHED_NONE']) {
  test(`a worker that is killed in its handler, under ${policy}`, limit, async (t) => {
    const result = await run(
      t,
      policy,
      `const workers = [cluster.fork(), cluster.fork()];
       const [{ port }] = await Promise.all(workers.map(listening));
       const deaths = Promise.race(workers.map(async (w) => [w.id, ...await gone(w)]));
       console.log('broken', JSON.stringify(await send(port, '/die')));
       const [id, code, signal] = await deaths;
       console.log('died', code, signal);
       console.log(await many(port, 5) === 'worker ' + (3 - id));
       for (const w of Object.values(cluster.workers)) w.kill();`,
    );
    assert.strictEqual(result.stdout, 'broken ""\ndied null SIGKILL\ntrue\n', result.stderr);
  });

  test(`a worker whose handler throws, under ${policy}`, limit, async (t) => {
    const result = await run(
      t,
      policy,
      `const workers = [cluster.fork(), cluster.fork()];
       const [{ port }] = await Promise.all(workers.map(listening));
       const death = Promise.race(workers.map(gone));
       await send(port, '/throw');
       console.log('exit', (await death)[0]);
       console.log(/^worker [12]$/.test(await many(port, 5)));
       for (const w of Object.values(cluster.workers)) w.kill();`,
    );
    assert.strictEqual(result.stdout, 'exit 1\ntrue\n', result.stderr);
    assert.match(result.stderr, /in a worker/);
  });

  test(`open answers of a worker that dies are broken off, under ${policy}`, limit, async (t) => {
    const result = await run(
      t,
      policy,
      `const worker = cluster.fork();
       const { port } = await listening(worker);
       let answer;
       await new Promise((resolve) => {
         answer = send(port, '/begin', (got) => { if (got.includes('begun\\r\\n')) resolve(); });
       });
       const again = await ask(port);
       worker.process.kill('SIGKILL');
       console.log(again, (await answer).endsWith('begun\\r\\n'));`,
    );
    assert.strictEqual(result.stdout, 'worker 1 true\n', result.stderr);
  });

  test(
    `dead workers are replaced on the same port, ten times, under ${policy}`,
    limit,
    async (t) => {
      const result = await run(
        t,
        policy,
        `const first = cluster.fork();
       const { port } = await listening(first);
       let worker = first;
       for (let i = 0; i < 10; i++) {
         const death = gone(worker);
         await send(port, '/die');
         await death;
         worker = cluster.fork({ PORT: port });
         await listening(worker);
         const answer = await ask(port);
         if (answer !== 'worker ' + worker.id) console.log('wrong', answer);
       }
       console.log('served by', await ask(port));
       worker.kill();`,
      );
      assert.strictEqual(result.stdout, 'served by worker 11\n', result.stderr);
    },
  );

  test(`a worker that closes leaves the port to the other, under ${policy}`, limit, async (t) => {
    const result = await run(
      t,
      policy,
      `const workers = [cluster.fork(), cluster.fork()];
       const [{ port }] = await Promise.all(workers.map(listening));
       const closed = new Promise((resolve) => workers[0].once('message', resolve));
       workers[0].send('close');
       console.log(await closed);
       console.log(await many(port, 10));
       for (const w of workers) w.kill();`,
    );
    assert.strictEqual(result.stdout, 'closed\nworker 2\n', result.stderr);
  });

  test(
    `workers die in traffic, and every answer is whole or none, under ${policy}`,
    limit,
    async (t) => {
      const result = await run(
        t,
        policy,
        `const fork = () => cluster.fork({ PORT: port });
       // The first finds a free port for those who come behind it.
       const first = cluster.fork();
       const { port } = await listening(first);
       first.kill();
       await gone(first);
       await Promise.all([fork(), fork(), fork()].map(listening));
       let deaths = 0;
       cluster.on('exit', () => { if (deaths < 6) fork(); });
       let over = false;
       let whole = 0;
       const wrong = [];
       const load = async () => {
         while (!over) {
           const got = await new Promise((resolve) => {
             let text = '';
             const socket = net.connect(port, '127.0.0.1');
             // The primary keeps what it gave to a worker that died before taking it.
             socket.setTimeout(1000, () => socket.destroy());
             socket.on('data', (data) => { text += data; }).on('error', () => {}).on('close', () => resolve(text));
             socket.write('GET / HTTP/1.1\\r\\nHost: a\\r\\nConnection: close\\r\\n\\r\\n');
           });
           if (/\\r\\n\\r\\nworker \\d+$/.test(got)) whole++;
           else if (got !== '') wrong.push(got);
         }
       };
       const loads = Array.from({ length: 4 }, load);
       while (deaths < 6) {
         const before = whole;
         while (whole < before + 20) await new Promise(setImmediate);
         const [victim] = Object.values(cluster.workers).filter((w) => w.isConnected());
         // One that was just given a connection may never be told to be disconnected.
         const death = told(victim, 'exit');
         deaths++;
         victim.process.kill('SIGKILL');
         await death;
       }
       over = true;
       await Promise.all(loads);
       console.log(whole >= 120, JSON.stringify(wrong));
       for (const w of Object.values(cluster.workers)) w.process.kill('SIGKILL');`,
      );
      assert.strictEqual(result.stdout, 'true []\n', result.stderr);
    },
  );
}
