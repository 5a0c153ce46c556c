'use strict';
// Each piece of a request is encoded by itself, however many leave together.
const assert = require('node:assert');
const { newerThanHost } = require('../support/mode');
const { completeResponse } = require('./observe');
const { onEveryWay } = require('./ways');

/** The two halves of one character; each alone is sent as a replacement character. */
const [HIGH, LOW] = '😀'.split('');
const HALF = '\ufffd';
const halves = [`A${HIGH}`, `${LOW}B`];
const apart = [`A${HALF}`, `${HALF}B`];
const headers = { 'Content-Length': Buffer.byteLength(halves[0]) + Buffer.byteLength(halves[1]) };

/** What a server gets of two requests on one connection, where that is kept. */
async function received({ accept, pools, request }, options, write) {
  const post = () => {
    const req = request({ method: 'POST', ...options });
    write(req);
    return req;
  };
  const first = post();
  const peer = await accept();
  const { chunks, text } = await peer.request();
  let done = completeResponse(first);
  peer.answer();
  await done;
  if (!pools) return { chunks, text };
  const second = post();
  assert.strictEqual((await peer.request()).text, text);
  done = completeResponse(second);
  peer.answer();
  await done;
  assert.strictEqual(peer.rest, '');
  return { chunks, text };
}

onEveryWay('write and end with a length', async (world) => {
  const { text } = await received(world, { headers }, (req) => {
    req.write(halves[0]);
    req.end(halves[1]);
  });
  assert.strictEqual(text, apart.join(''));
});

onEveryWay('write and end in chunks', async (world) => {
  const { chunks, text } = await received(world, {}, (req) => {
    req.write(halves[0]);
    req.end(halves[1]);
  });
  assert.ok(chunks.length > 0);
  assert.strictEqual(text, apart.join(''));
});

onEveryWay('corked, with a length', async (world) => {
  const { text } = await received(world, { headers }, (req) => {
    req.cork();
    req.write(halves[0]);
    req.write(halves[1], 'utf8');
    req.uncork();
    req.end();
  });
  assert.strictEqual(text, apart.join(''));
});

onEveryWay('corked pieces that become one chunk', { skip: newerThanHost(22) }, async (world) => {
  const { chunks, text } = await received(world, {}, (req) => {
    req.write('start');
    req.cork();
    req.write(halves[0]);
    req.write(halves[1]);
    req.uncork();
    req.end('end');
  });
  assert.ok(chunks.length > 1);
  assert.strictEqual(text, `start${apart.join('')}end`);
});

onEveryWay('bytes that end inside a group of base64', async (world) => {
  const { text } = await received(world, { headers: { 'Content-Length': 2 } }, (req) => {
    req.write('YQ', 'base64');
    req.end('Yg', 'base64');
  });
  assert.strictEqual(text, 'ab');
});
