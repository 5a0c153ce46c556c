'use strict';
// Clients in worker threads: asking, terminated in traffic, and beside the main thread's.
// @timeout 240
const assert = require('node:assert');
const { once } = require('node:events');
const nodeHttp = require('node:http');
const { test } = require('node:test');
const { Worker } = require('node:worker_threads');
const { subject } = require('../support/child');
const http = require('../support/subject');

const limit = { timeout: 90_000 };

/** Asks again and again over a pool; says when each hundred is done. */
const asking = `
  const { parentPort, workerData } = require('worker_threads');
  const http = require(${JSON.stringify(subject)});
  const agent = new http.Agent({ keepAlive: true, maxSockets: 4 });
  let done = 0;
  const ask = (path) => new Promise((resolve, reject) => {
    const req = http.request({ ...workerData, agent, path, method: 'POST' }, (res) => {
      let length = 0;
      res.on('data', (chunk) => { length += chunk.length; }).on('end', () => {
        if (++done % 100 === 0) parentPort.postMessage(done);
        resolve(length);
      });
    });
    req.on('error', reject).end('x'.repeat(1000));
  });
  const loop = async () => {
    for (let i = 0; i < workerData.count; i++) {
      const length = await ask('/echo');
      if (length !== 1000) throw new Error('wrong length ' + length);
    }
  };
  Promise.all(Array.from({ length: 4 }, loop)).then(() => agent.destroy());`;

/** Node's own server: an echo, and at '/large' more than a socket holds. */
async function serve(t) {
  const server = nodeHttp.createServer((req, res) => {
    req.on('error', () => {});
    if (req.url === '/large') res.end(Buffer.alloc(20_000_000));
    else if (req.url === '/never') req.resume();
    else req.pipe(res);
  });
  server.listen(0, '127.0.0.1');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  return { host: '127.0.0.1', port: server.address().port, server };
}

function start(t, text, workerData) {
  const worker = new Worker(text, { eval: true, workerData });
  t.after(() => worker.terminate());
  return worker;
}

test('workers ask, and end when they have their answers', limit, async (t) => {
  const { host, port } = await serve(t);
  const workers = Array.from({ length: 3 }, () => start(t, asking, { host, port, count: 100 }));
  const codes = await Promise.all(workers.map((worker) => once(worker, 'exit')));
  assert.deepStrictEqual(codes, [[0], [0], [0]]);
});

test('terminated in traffic, fifty times', limit, async (t) => {
  const { host, port, server } = await serve(t);
  for (let round = 0; round < 50; round++) {
    const worker = start(t, asking, { host, port, count: Number.MAX_SAFE_INTEGER });
    await once(worker, 'message');
    await worker.terminate();
  }
  // Nothing keeps the sockets of a worker that is gone.
  const open = () => new Promise((resolve) => server.getConnections((_error, n) => resolve(n)));
  while ((await open()) > 0) await new Promise(setImmediate);
});

test('terminated with every kind of request under way', limit, async (t) => {
  const { host, port, server } = await serve(t);
  const program = `
    const { parentPort, workerData } = require('worker_threads');
    const http = require(${JSON.stringify(subject)});
    const fail = () => {};
    http.get({ ...workerData, path: '/large' }, (res) => res.once('data', () => {
      res.pause();
      parentPort.postMessage('begun');
    })).on('error', fail);
    http.get({ ...workerData, path: '/never' }).on('error', fail);
    const upload = http.request({ ...workerData, path: '/never', method: 'POST' }).on('error', fail);
    for (let i = 0; i < 100; i++) upload.write(Buffer.alloc(100_000));
    const agent = new http.Agent({ maxSockets: 1 });
    for (let i = 0; i < 5; i++) http.get({ ...workerData, agent, path: '/never' }).on('error', fail);`;
  for (let round = 0; round < 10; round++) {
    const worker = start(t, program, { host, port });
    await once(worker, 'message');
    await worker.terminate();
  }
  const open = () => new Promise((resolve) => server.getConnections((_error, n) => resolve(n)));
  while ((await open()) > 0) await new Promise(setImmediate);
});

test('terminated while it starts, fifty times', limit, async (t) => {
  const { host, port } = await serve(t);
  for (let round = 0; round < 50; round++) {
    const worker = start(t, asking, { host, port, count: 10 });
    await once(worker, 'online');
    // A little later each time: before, in and behind the loading of the module.
    for (let i = 0; i < round; i++) await new Promise(setImmediate);
    await worker.terminate();
  }
});

test("the main thread's requests go on beside workers that die", limit, async (t) => {
  const { host, port } = await serve(t);
  const agent = new http.Agent({ keepAlive: true });
  t.after(() => agent.destroy());
  const ask = (text) =>
    new Promise((resolve, reject) => {
      const req = http.request({ host, port, agent, method: 'POST' }, async (res) => {
        let got = '';
        for await (const chunk of res) got += chunk;
        resolve(got);
      });
      req.on('error', reject).end(text);
    });
  for (let round = 0; round < 10; round++) {
    const worker = start(t, asking, { host, port, count: Number.MAX_SAFE_INTEGER });
    await once(worker, 'message');
    const asked = Promise.all(Array.from({ length: 10 }, (_, i) => ask(`${round} ${i}`)));
    await worker.terminate();
    assert.deepStrictEqual(
      await asked,
      Array.from({ length: 10 }, (_, i) => `${round} ${i}`),
    );
  }
});

test('a worker asks the server of another', limit, async (t) => {
  const serving = start(
    t,
    `const { parentPort } = require('worker_threads');
     const http = require(${JSON.stringify(subject)});
     const server = http.createServer((req, res) => req.pipe(res));
     server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));`,
  );
  const [port] = await once(serving, 'message');
  const worker = start(t, asking, { host: '127.0.0.1', port, count: 50 });
  const [code] = await once(worker, 'exit');
  assert.strictEqual(code, 0);
});
