'use strict';
// Servers in worker threads: serving, terminated in traffic, leaving by themselves.
// @timeout 180
const assert = require('node:assert');
const { once } = require('node:events');
const fs = require('node:fs');
const net = require('node:net');
const { test } = require('node:test');
const { Worker } = require('node:worker_threads');
const { runProgram, subject } = require('../support/child');
const { RawClient } = require('../support/raw-client');

const limit = { timeout: 60_000 };
const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';

const serving = `
  const { parentPort } = require('worker_threads');
  const http = require(${JSON.stringify(subject)});
  const server = http.createServer((req, res) => {
    if (req.url === '/large') res.end(Buffer.alloc(5_000_000, 'x'));
    else if (req.url === '/never') res.write('begun');
    else req.resume().on('end', () => res.end('from a worker'));
  });
  server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
  parentPort.on('message', (text) => {
    if (text === 'close') { server.closeAllConnections(); server.close(); parentPort.close(); }
    if (text === 'exit') process.exit(7);
    if (text === 'throw') setImmediate(() => { throw new Error('in the worker'); });
  });`;

async function start(t) {
  const worker = new Worker(serving, { eval: true });
  t.after(() => worker.terminate());
  const [port] = await once(worker, 'message');
  return { worker, port };
}

async function dial(t, port) {
  const socket = net.connect(port, '127.0.0.1');
  t.after(() => socket.destroy());
  await once(socket, 'connect');
  return new RawClient(socket);
}

test('a worker serves, and ends when it has closed', limit, async (t) => {
  const { worker, port } = await start(t);
  const client = await dial(t, port);
  for (let i = 0; i < 10; i++)
    assert.strictEqual((await client.exchange(GET)).text, 'from a worker');
  worker.postMessage('close');
  const [code] = await once(worker, 'exit');
  assert.strictEqual(code, 0);
  await client.untilEnd();
});

test('workers beside each other and beside the main thread', limit, async (t) => {
  const http = require('../support/subject');
  const server = http.createServer((_req, res) => res.end('from main'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const workers = await Promise.all([start(t), start(t), start(t)]);
  const clients = await Promise.all(workers.map(({ port }) => dial(t, port)));
  const main = await dial(t, server.address().port);
  for (let i = 0; i < 20; i++) {
    for (const client of clients)
      assert.strictEqual((await client.exchange(GET)).text, 'from a worker');
    assert.strictEqual((await main.exchange(GET)).text, 'from main');
  }
  await workers[0].worker.terminate();
  assert.strictEqual((await clients[1].exchange(GET)).text, 'from a worker');
  assert.strictEqual((await main.exchange(GET)).text, 'from main');
});

test('terminated in traffic, fifty times', limit, async (t) => {
  for (let round = 0; round < 50; round++) {
    const { worker, port } = await start(t);
    const clients = [];
    for (let i = 0; i < 8; i++) clients.push(await dial(t, port));
    const [large, never, upload, ...others] = clients;
    large.send(GET.replace('/', '/large'));
    never.send(GET.replace('/', '/never'));
    upload.send(
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9000000\r\n\r\n',
      Buffer.alloc(100_000),
    );
    for (const client of others) client.send(GET.repeat(50));
    await others[0].until(() => others[0].length > 0, 'an answer');
    await worker.terminate();
    // Nothing keeps the sockets of a worker that is gone.
    await Promise.all(clients.map((client) => client.untilEnd()));
    const late = net.connect(port, '127.0.0.1');
    const [error] = await once(late, 'error');
    assert.strictEqual(error.code, 'ECONNREFUSED');
  }
});

test('workers that end amid a transfer leave no descriptors behind', limit, async () => {
  const transferring = `
    const { parentPort } = require('worker_threads');
    const http = require(${JSON.stringify(subject)});
    const piece = Buffer.alloc(1_000_000);
    const server = http.createServer((req, res) => {
      const send = () => { while (res.write(piece)); };
      res.on('drain', send);
      send();
    });
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      http.get({ port, host: '127.0.0.1' }, (res) => res.once('data', () => {
        res.resume();
        parentPort.postMessage('flows');
      }));
    });`;
  const end = async () => {
    const worker = new Worker(transferring, { eval: true });
    await once(worker, 'message');
    await worker.terminate();
  };
  const count = () => fs.readdirSync('/dev/fd').length;
  await end();
  const before = count();
  for (let i = 0; i < 10; i++) await end();
  assert.ok(count() <= before, `${count()} descriptors, ${before} before`);
});

test('process.exit in a worker with open sockets', limit, async (t) => {
  const { worker, port } = await start(t);
  const client = await dial(t, port);
  await client.exchange(GET);
  client.send(GET.replace('/', '/never'));
  await client.untilText('begun');
  worker.postMessage('exit');
  const [code] = await once(worker, 'exit');
  assert.strictEqual(code, 7);
  await client.untilEnd();
});

test('an error in a worker with open sockets', limit, async (t) => {
  const { worker, port } = await start(t);
  const client = await dial(t, port);
  client.send(GET.replace('/', '/never'));
  await client.untilText('begun');
  worker.postMessage('throw');
  const [error] = await once(worker, 'error');
  assert.strictEqual(error.message, 'in the worker');
  await client.untilEnd();
});

test('process.exit of the main thread with servers, sockets and workers', limit, async (t) => {
  const program = `
    const { Worker } = require('worker_threads');
    const net = require('net');
    const server = http.createServer((req, res) => res.write('begun'));
    server.listen(0, '127.0.0.1', () => {
      const worker = new Worker(${JSON.stringify(serving)}, { eval: true });
      worker.once('message', (port) => {
        let open = 0;
        for (const p of [port, server.address().port]) {
          const socket = net.connect(p, '127.0.0.1');
          socket.write('GET /never HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n');
          socket.once('data', () => { if (++open === 2) process.exit(5); });
        }
      });
    });`;
  for (let i = 0; i < 5; i++) {
    const result = await runProgram(t, program);
    assert.deepStrictEqual([result.code, result.signal, result.stderr], [5, null, '']);
  }
});

test('loading it and doing nothing lets a process and a worker exit', limit, async (t) => {
  const result = await runProgram(
    t,
    `http.createServer();
     const { Worker } = require('worker_threads');
     new Worker('require(${JSON.stringify(subject)}).createServer()', { eval: true })
       .on('exit', (code) => console.log('worker', code));`,
  );
  assert.deepStrictEqual([result.code, result.stdout, result.stderr], [0, 'worker 0\n', '']);
});

test('a signal ends a serving process', limit, async (t) => {
  const { startProgram } = require('../support/child');
  const child = startProgram(
    t,
    `const server = http.createServer((req, res) => res.end('x'));
     server.listen(0, '127.0.0.1', () => console.log('port', server.address().port));`,
  );
  const [, port] = await child.line(/port (\d+)/);
  const client = await dial(t, Number(port));
  await client.exchange(GET);
  child.kill('SIGTERM');
  const { signal } = await child.finished;
  assert.strictEqual(signal, 'SIGTERM');
  await client.untilEnd();
});

for (const threads of ['1', '2']) {
  const what = `a worker whose I/O ${threads === '1' ? 'one thread does' : 'two threads do'} leaves nothing on its event loop`;
  test(what, limit, async (t) => {
    // Node ends a process in which a worker has left a handle open.
    const program = `
      const { once } = require('node:events');
      const { Worker } = require('node:worker_threads');
      const worker = new Worker(${JSON.stringify(serving)}, { eval: true });
      worker.on('message', (port) => http.get({ port, agent: false }, (res) => {
        res.resume().on('end', () => worker.postMessage('close'));
      }));
      once(worker, 'exit').then(([code]) => console.log('the worker ended with', code));`;
    const result = await runProgram(t, program, { env: { RUST_HTTP_IO_THREADS: threads } });
    assert.strictEqual(result.stdout, 'the worker ended with 0\n', result.stderr);
    assert.strictEqual(result.code, 0);
  });
}
