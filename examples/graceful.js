/**
 * A restart that no client notices: on SIGTERM nothing new is accepted, answers under way are
 * finished, idle connections are closed, and only a deadline cuts off what hangs.
 */
'use strict';

const { setTimeout: delay } = require('node:timers/promises');
const http = require('rust-http');

const server = http.createServer(async (_req, res) => {
  await delay(500);
  res.end('took half a second\n');
});

server.listen(Number(process.env.PORT ?? 8080), () => {
  console.log(`slow answers on http://localhost:${server.address().port}/, stop with SIGTERM`);
});

async function stop() {
  console.log('draining');
  const { answered, cut } = await server.drain({ timeout: 10_000 });
  console.log(`drained: ${answered} answered, ${cut} cut off`);
}

// The second signal ends the process at once, as a signal does that nobody listens for.
process.once('SIGTERM', stop);
process.once('SIGINT', stop);
