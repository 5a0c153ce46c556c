/**
 * One port, a thread for each core, in one process. SIGHUP exchanges the threads one after the other,
 * each when its answers are through. `THREADS=4 node examples/threads.js`
 */
'use strict';

const { once } = require('node:events');
const { availableParallelism } = require('node:os');
const { isMainThread, parentPort, threadId, workerData, Worker } = require('node:worker_threads');
const http = require('rust-http');

const deadline = 10_000;

/** Whether each thread can have a listener of its own on the one port. */
function canSharePort() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const hasOption = major > 23 || (major === 23 && minor >= 1) || (major === 22 && minor >= 12);
  return hasOption && !['darwin', 'win32'].includes(process.platform);
}

/** A thread that listens; port 0: on one that is free. */
async function start(port) {
  const worker = new Worker(__filename, { workerData: { port } });
  const [listening] = await once(worker, 'message');
  return { worker, port: listening };
}

/** Resolves when the thread has given its last answer and ended. */
async function drain({ worker }) {
  const ended = once(worker, 'exit');
  worker.postMessage('drain');
  await ended;
}

async function lead() {
  const threads = [await start(Number(process.env.PORT ?? 8080))];
  const { port } = threads[0];
  while (threads.length < Number(process.env.THREADS ?? availableParallelism()))
    threads.push(await start(port));

  let work = Promise.resolve();
  process.on('SIGHUP', () => {
    work = work.then(async () => {
      for (const [i, old] of threads.entries()) {
        // The new one first: somebody listens at any time.
        threads[i] = await start(port);
        await drain(old);
      }
      console.log('reloaded');
    });
  });
  for (const signal of ['SIGINT', 'SIGTERM'])
    process.once(signal, () => {
      work = work.then(() => Promise.all(threads.map(drain))).then(() => process.exit());
    });
  // Whoever reads this may send a signal.
  console.log(`${threads.length} threads on http://localhost:${port}/`);
}

function serve() {
  const server = http.createServer((_req, res) => res.end(`answered by thread ${threadId}\n`));
  server.listen({ port: workerData.port, reusePort: true }, () => {
    parentPort.postMessage(server.address().port);
  });
  parentPort.once('message', () => server.drain({ timeout: deadline }));
}

if (!isMainThread) serve();
else if (canSharePort()) lead();
else {
  console.log('ports cannot be shared among threads here: processes do the work');
  require('./cluster');
}
