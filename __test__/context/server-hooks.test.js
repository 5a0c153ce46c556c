'use strict';
// async_hooks around a server's requests: a resource for each, entered and left in pairs.
const assert = require('node:assert');
const {
  AsyncResource,
  createHook,
  executionAsyncId,
  executionAsyncResource,
} = require('node:async_hooks');
const http = require('../support/subject');
const { turn } = require('../support/events');
const { onNodeHttp } = require('../support/mode');
const { onBoth } = require('../support/transports');
const { runProgram } = require('../support/child');
const { test } = require('node:test');

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
const shared = onNodeHttp && "Node's own has one async resource for each connection";

/** Counts what async hooks say of a server's requests until the test ends. */
function countRequests(t) {
  const ids = new Set();
  const counts = { init: 0, before: 0, after: 0 };
  const count = (name) => (id) => {
    if (ids.has(id)) counts[name]++;
  };
  const hook = createHook({
    init(id, type) {
      if (type !== 'HTTPINCOMINGMESSAGE') return;
      ids.add(id);
      counts.init++;
    },
    before: count('before'),
    after: count('after'),
  }).enable();
  t.after(() => hook.disable());
  return counts;
}

onBoth('a resource for each request, left as often as entered', async ({ connect, t }) => {
  const counts = countRequests(t);
  const server = http.createServer((req, res) => req.resume().on('end', () => res.end('x')));
  const client = await connect(server);
  for (let i = 0; i < 3; i++) await client.exchange(GET);
  await client.exchange('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\ntext');
  client.send(GET + GET);
  await client.response();
  await client.response();
  client.destroy();
  await turn();
  assert.ok(onNodeHttp ? counts.init > 0 : counts.init === 6, `${counts.init}`);
  assert.ok(counts.before >= counts.init);
  assert.strictEqual(counts.after, counts.before);
});

onBoth('each handler runs in a resource of its own', { skip: shared }, async ({ connect }) => {
  const resources = new Set();
  const server = http.createServer((_req, res) => {
    resources.add(executionAsyncResource());
    res.end('x');
  });
  const client = await connect(server);
  for (let i = 0; i < 3; i++) await client.exchange(GET);
  client.send(GET + GET);
  await client.response();
  await client.response();
  assert.strictEqual(resources.size, 5);
});

onBoth('what a handler entered and left leaves no trace', async ({ connect }) => {
  const ids = [];
  const server = http.createServer((_req, res) => {
    const outer = executionAsyncId();
    new AsyncResource('INNER').runInAsyncScope(() => res.end('x'));
    ids.push(executionAsyncId() === outer);
  });
  const client = await connect(server);
  for (let i = 0; i < 3; i++) await client.exchange(GET);
  assert.deepStrictEqual(ids, [true, true, true]);
});

test('a handler that throws is left, too', { timeout: 20_000 }, async (t) => {
  const result = await runProgram(
    t,
    `const { createHook, executionAsyncId } = require('async_hooks');
     const net = require('net');
     const open = new Map();
     createHook({
       init(id, type) { if (type === 'HTTPINCOMINGMESSAGE') open.set(id, 0); },
       before(id) { if (open.has(id)) open.set(id, open.get(id) + 1); },
       after(id) { if (open.has(id)) open.set(id, open.get(id) - 1); },
     }).enable();
     const GET = 'GET / HTTP/1.1\\r\\nHost: a\\r\\nConnection: close\\r\\n\\r\\n';
     process.on('uncaughtException', () => {});
     const server = http.createServer((req, res) => { res.end('x'); throw new Error('mine'); });
     const ask = (left) => {
       if (left === 0) {
         console.log(open.size > 0, [...open.values()].every((depth) => depth === 0));
         process.exit();
       }
       const socket = net.connect(server.address().port, '127.0.0.1', () => socket.write(GET));
       socket.resume().on('data', () => socket.destroy()).on('close', () => ask(left - 1));
     };
     server.listen(0, '127.0.0.1', () => {
       ask(3);
     });`,
  );
  assert.deepStrictEqual([result.stdout, result.code], ['true true\n', 0], result.stderr);
});
