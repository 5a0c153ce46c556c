'use strict';
// events.captureRejections on every http object but the server's 'request', which has its own file.
const assert = require('node:assert');
const events = require('node:events');
const { once } = events;
const { test } = require('node:test');
const http = require('../support/subject');
const { deferred } = require('../support/events');
const { onBoth } = require('../support/transports');
const { serve } = require('../streams/node-server');

const limit = { timeout: 60_000 };
const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
const upload = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nbegun';
const cause = new Error('rejected');
const rejecting = async () => {
  throw cause;
};

/** From here to the end of the test, emitters that are made capture rejections. */
function capture(t) {
  events.captureRejections = true;
  t.after(() => {
    events.captureRejections = false;
  });
}

/** Waits for an error and the close of a message, in whichever order they come. */
async function untilBroken(message) {
  const [error] = await once(message, 'error');
  if (!message.closed) await new Promise((resolve) => message.on('close', resolve));
  return error;
}

onBoth("a rejected 'data' listener destroys the request", async ({ connect, t }) => {
  capture(t);
  const done = deferred();
  const server = http.createServer((req) => {
    req.on('data', rejecting);
    done.resolve(untilBroken(req));
  });
  const client = await connect(server);
  client.send(upload);
  assert.strictEqual(await done.promise, cause);
  await client.untilEnd();
});

onBoth("a rejected 'pipe' listener destroys the response", async ({ connect, t }) => {
  capture(t);
  const done = deferred();
  const server = http.createServer((_req, res) => {
    res.on('pipe', rejecting);
    res.on('close', () => done.resolve([res.destroyed, res.errored]));
    res.write('begun');
    res.emit('pipe');
  });
  const client = await connect(server);
  client.send(GET);
  assert.deepStrictEqual(await done.promise, [true, cause]);
  await client.untilEnd();
});

onBoth("a rejected 'upgrade' listener is an error of the server", async ({ connect, t }) => {
  capture(t);
  const done = deferred();
  const server = http.createServer().on('upgrade', (_req, socket) => {
    socket.destroy();
    return rejecting();
  });
  server.on('error', done.resolve);
  const client = await connect(server);
  client.send('GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n');
  assert.strictEqual(await done.promise, cause);
  await client.untilEnd();
});

test("a rejected 'response' listener destroys the request", limit, async (t) => {
  const options = await serve(t, (_req, res) => res.write('endless'));
  capture(t);
  const req = http.get(options, rejecting);
  assert.strictEqual(await untilBroken(req), cause);
  assert.strictEqual(req.destroyed, true);
});

test("a rejected 'data' listener destroys the response", limit, async (t) => {
  const options = await serve(t, (_req, res) => res.write('endless'));
  capture(t);
  const req = http.get(options);
  req.on('error', () => {});
  const [res] = await once(req, 'response');
  res.on('data', rejecting);
  assert.strictEqual(await untilBroken(res), cause);
});
