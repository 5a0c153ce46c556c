'use strict';
// What `socket.timeout` says in the course of a connection: that between requests, too. What was set between them
// ends with the next request.
const assert = require('node:assert');
const { once } = require('node:events');
const http = require('../support/subject');
const { deferred } = require('../support/events');
const { onNative } = require('../support/transports');

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
/** That between requests. The buffer of older Nodes is a second. */
const PAUSE = 'keepAliveTimeoutBuffer' in http.createServer() ? 60_007 : 61_000;

/** What is set in which moment, and what is seen: in the handler before and behind that, in 'finish', 'close', and next. */
const ROWS = [
  ['nothing', { seen: [undefined, undefined, PAUSE, PAUSE, 0] }],
  ["the server's", { timeout: 30_000, seen: [30_000, 30_000, PAUSE, PAUSE, 30_000] }],
  ['no pause', { keepAliveTimeout: 0, handler: 5000, seen: [undefined, 5000, 5000, 5000, 5000] }],
  ['in the handler', { handler: 5000.5, seen: [undefined, 5000.5, PAUSE, PAUSE, 0] }],
  ["in 'close'", { close: 5000, seen: [undefined, undefined, PAUSE, 5000, 0] }],
];

for (const [name, { timeout = 0, keepAliveTimeout = 60_000, handler, close, seen }] of ROWS)
  for (const touch of [() => {}, (socket) => socket.on('timeout', () => {})])
    onNative(
      `set: ${name}${touch.length > 0 ? ', on a complete socket' : ''}`,
      async ({ connect }) => {
        const found = [];
        const closed = deferred();
        const server = http.createServer(({ socket }, res) => {
          found.push(socket.timeout);
          if (found.length > 1) {
            res.end();
            return;
          }
          touch(socket);
          if (handler) socket.setTimeout(handler);
          found.push(socket.timeout);
          res.on('finish', () => found.push(socket.timeout));
          res.on('close', () => {
            if (close) socket.setTimeout(close);
            found.push(socket.timeout);
            closed.resolve();
          });
          res.end();
        });
        Object.assign(server, { keepAliveTimeout, keepAliveTimeoutBuffer: 7, timeout });
        const client = await connect(server);
        await client.exchange(GET);
        await closed.promise;
        await client.exchange(GET);
        assert.deepStrictEqual(found, seen);
      },
    );

onNative('a timeout that was set between requests is none of the next request', async (world) => {
  const { connect } = world;
  const closed = deferred();
  const answers = [];
  const server = http.createServer((_req, res) => {
    res.on('close', closed.resolve);
    answers.push(res);
    if (answers.length === 1) res.end();
  });
  const timedOut = [];
  server.on('timeout', (socket) => timedOut.push(socket));
  const client = await connect(server);
  client.send(GET);
  await client.response();
  await closed.promise;
  const [{ req }] = answers;
  req.socket.setTimeout(200);
  const asked = once(server, 'request');
  client.send(GET);
  const [, res] = await asked;
  // A timer that was begun later comes later.
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.deepStrictEqual(timedOut, []);
  res.end('late');
  assert.strictEqual((await client.response()).text, 'late');
});
