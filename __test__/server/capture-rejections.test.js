'use strict';
// events.captureRejections: a handler that returns a rejected promise gets its answer.
const assert = require('node:assert');
const events = require('node:events');
const http = require('../support/subject');
const { deferred } = require('../support/events');
const { onBoth } = require('../support/transports');

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';

/** A server made while rejections are captured. */
function capturing(handler) {
  events.captureRejections = true;
  try {
    return http.createServer(handler);
  } finally {
    events.captureRejections = false;
  }
}

onBoth('a rejected handler answers 500 without its headers', async ({ connect }) => {
  const server = capturing(async (_req, res) => {
    res.setHeader('X-Secret', 'gone');
    throw new Error('rejected');
  });
  const client = await connect(server);
  const response = await client.exchange(GET);
  assert.strictEqual(response.status, 500);
  assert.strictEqual(response.text, 'Internal Server Error');
  assert.ok(!('x-secret' in response.headers));
  assert.strictEqual((await client.exchange(GET)).status, 500);
});

onBoth('once the head is out, the response is destroyed', async ({ connect }) => {
  const closed = deferred();
  const server = capturing(async (_req, res) => {
    res.on('close', () => closed.resolve(res.destroyed));
    res.write('begun');
    await new Promise(setImmediate);
    throw new Error('rejected');
  });
  const client = await connect(server);
  client.send(GET);
  assert.strictEqual(await closed.promise, true);
  const bytes = await client.untilEnd();
  assert.ok(!bytes.endsWith('0\r\n\r\n'));
});
