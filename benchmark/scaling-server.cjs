/**
 * The measured program of `scaling.mjs`: answers on one port with so many threads or processes, and prints
 * the port once all of them listen. Ends when its standard input does.
 *
 *   node scaling-server.cjs MODULE one|threads|cluster|shared COUNT
 */
'use strict';

const cluster = require('node:cluster');
const { once } = require('node:events');
const { isMainThread, parentPort, workerData, Worker } = require('node:worker_threads');

const [module_, way, count] = process.argv.slice(2);

function serve(options, told) {
  const server = require(module_).createServer((_req, res) => res.end('Hello, world!'));
  server.listen({ host: '127.0.0.1', ...options }, () => told(server.address().port));
}

async function startThreads() {
  let port = 0;
  for (let i = 0; i < Number(count); i++) {
    const worker = new Worker(__filename, { workerData: port, argv: process.argv.slice(2) });
    [port] = await once(worker, 'message');
  }
  return port;
}

async function startProcesses() {
  cluster.schedulingPolicy = way === 'cluster' ? cluster.SCHED_RR : cluster.SCHED_NONE;
  let address;
  for (let i = 0; i < Number(count); i++) [address] = await once(cluster.fork(), 'listening');
  return address.port;
}

if (!isMainThread)
  serve({ port: workerData, reusePort: true }, (port) => parentPort.postMessage(port));
else if (cluster.isWorker) serve({ port: 0 }, () => {});
else {
  process.stdin.resume().on('close', () => process.exit());
  if (way === 'one') serve({ port: 0 }, console.log);
  else (way === 'threads' ? startThreads() : startProcesses()).then(console.log);
}
