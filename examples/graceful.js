/**
 * A restart that no client notices: on SIGTERM nothing new is accepted, running answers are
 * finished, idle connections are closed, and only a deadline cuts off what hangs.
 */
'use strict';

const { setTimeout: delay } = require('node:timers/promises');
const http = require('rust-http');

const deadline = 10_000;
let draining = false;

const server = http.createServer(async (_req, res) => {
  await delay(500);
  // Tells a client that its next request belongs on a new connection: to the next process.
  if (draining) res.setHeader('Connection', 'close');
  res.end('took half a second\n');
});

server.listen(Number(process.env.PORT ?? 8080), () => {
  console.log(`slow answers on http://localhost:${server.address().port}/, stop with SIGTERM`);
});

function drain() {
  if (draining) return;
  draining = true;
  console.log('draining');
  const limit = setTimeout(() => server.closeAllConnections(), deadline);
  server.close(() => {
    clearTimeout(limit);
    console.log('drained');
  });
  server.closeIdleConnections();
}

process.on('SIGTERM', drain);
process.on('SIGINT', drain);
