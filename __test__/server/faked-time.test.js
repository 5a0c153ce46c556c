'use strict';
// Tests of applications put timers and a clock of their own in the place of the globals: a server goes
// by its own all the same, as Node's does.
const assert = require('node:assert');
const http = require('../support/subject');
const { onBoth } = require('../support/transports');

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
const NAMES = ['Date', 'setTimeout', 'setInterval', 'clearTimeout', 'clearInterval'];

/** Lets `use` run in a world without time. */
async function withoutTime(use) {
  const real = Object.fromEntries(NAMES.map((name) => [name, globalThis[name]]));
  for (const name of NAMES) globalThis[name] = undefined;
  try {
    return await use();
  } finally {
    Object.assign(globalThis, real);
  }
}

onBoth('the Date field', async ({ connect }) => {
  const server = http.createServer((_req, res) => res.end('x'));
  const before = Math.floor(Date.now() / 1000) * 1000;
  const client = await connect(server);
  const { headers } = await withoutTime(() => client.exchange(GET));
  const told = Date.parse(headers.date);
  assert.ok(before <= told && told <= Date.now(), headers.date);
});

onBoth('headersTimeout, and the end of a server', async ({ connect, listen }) => {
  const options = { headersTimeout: 50, requestTimeout: 0, connectionsCheckingInterval: 20 };
  const server = http.createServer(options, (_req, res) => res.end('x'));
  await listen(server); // before that, Node's looks at no connection
  const client = await connect(server);
  await withoutTime(async () => {
    assert.match(await client.send('GET / HTTP/1.1\r\n').untilEnd(), /^HTTP\/1\.1 408 /);
    server.close();
  });
});
