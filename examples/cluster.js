/** One port, a process for each core; one that dies is replaced. `WORKERS=4 node examples/cluster.js` */
'use strict';

const cluster = require('node:cluster');
const { availableParallelism } = require('node:os');
const http = require('rust-http');

if (cluster.isPrimary) {
  const workers = Number(process.env.WORKERS ?? availableParallelism());
  for (let i = 0; i < workers; i++) cluster.fork();

  let stopping = false;
  let listening = 0;
  cluster.on('listening', (_worker, { port }) => {
    listening += 1;
    if (listening !== workers) return;
    console.log(`${workers} workers on http://localhost:${port}/`);
  });
  cluster.on('exit', (worker, code) => {
    // A worker that never came up would die again at once.
    if (stopping || listening < workers) return;
    console.log(`worker ${worker.process.pid} ended with ${code}; starting another`);
    cluster.fork();
  });
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.on(signal, () => {
      stopping = true;
      for (const worker of Object.values(cluster.workers)) worker.process.kill('SIGTERM');
    });
  }
} else {
  const server = http.createServer((_req, res) => res.end(`answered by process ${process.pid}\n`));
  server.listen(Number(process.env.PORT ?? 8080));
  // The primary decides when to stop; Ctrl-C in a terminal reaches workers as well.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => process.exit(0));
}
