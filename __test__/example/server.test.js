/** The server of `npm start` without a browser: its routes, bad frames on the echo, its end. */
'use strict';

const assert = require('node:assert');
const { once } = require('node:events');
const http = require('node:http');
const net = require('node:net');
const { test } = require('node:test');
const { launch, noSignals } = require('./launch');

async function withServer(t) {
  const example = await launch('server.js');
  t.after(() => example.stop('SIGKILL'));
  return example;
}

test('pages, uploads and events', async (t) => {
  const { url } = await withServer(t);
  const page = await fetch(url, { headers: { 'X-Odd': '<b>&' } });
  assert.strictEqual(page.headers.get('content-type'), 'text/html; charset=utf-8');
  assert.match(await page.text(), /<td>&lt;b&gt;&amp;<\/td>/i);
  assert.strictEqual((await fetch(`${url}nothing`)).status, 404);
  const upload = await fetch(`${url}upload`, { method: 'POST', body: Buffer.alloc(300_000) });
  assert.strictEqual((await upload.json()).received, 300_000);
  const events = await fetch(`${url}events`);
  assert.strictEqual(events.headers.get('content-type'), 'text/event-stream');
  for await (const chunk of events.body) if (Buffer.from(chunk).includes('event: count')) break;
});

test('the echo socket answers frames, however they are cut', async (t) => {
  const { url } = await withServer(t);
  const peer = await upgrade(url);
  for (const byte of masked(1, 'cut to pieces')) {
    peer.socket.write(Buffer.from([byte]));
    await new Promise(setImmediate);
  }
  await peer.receive(Buffer.concat([Buffer.from([0x81, 13]), Buffer.from('cut to pieces')]));
  // Two in one write, and the answer to a ping between messages.
  peer.socket.write(Buffer.concat([masked(9, 'p'), masked(2, 'ab')]));
  await peer.receive(Buffer.from([0x8a, 1, 0x70, 0x82, 2, 0x61, 0x62]));
  peer.socket.write(masked(8, '\x03\xe8'));
  await peer.receive(Buffer.from([0x88, 2, 0x03, 0xe8]));
  await peer.closed;
});

test('the echo socket refuses bad frames with a close code and lives on', async (t) => {
  const { url } = await withServer(t);
  const bad = {
    unmasked: [Buffer.from([0x81, 1, 0x61]), 1002],
    'in pieces': [Buffer.from([0x01, 0x81, 0, 0, 0, 0, 0x61]), 1003],
    'with a reserved bit': [Buffer.from([0xc1, 0x80, 0, 0, 0, 0]), 1002],
    'of an unknown kind': [Buffer.from([0x83, 0x80, 0, 0, 0, 0]), 1002],
    'too large': [Buffer.from([0x82, 0xff, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]), 1009],
  };
  for (const [name, [bytes, code]] of Object.entries(bad)) {
    const peer = await upgrade(url);
    peer.socket.write(bytes);
    await peer.receive(Buffer.from([0x88, 2, code >> 8, code & 0xff]), name);
    peer.socket.end();
    await peer.closed;
  }
  const peer = await upgrade(url);
  peer.socket.resetAndDestroy();
  assert.strictEqual((await fetch(url)).status, 200);
  assert.strictEqual(await answerTo(url, { Connection: 'Upgrade', Upgrade: 'websocket' }), 400);
});

test('a first signal stops cleanly, a second one at once', { skip: noSignals }, async (t) => {
  const { url, stop } = await withServer(t);
  const events = await fetch(`${url}events`);
  const read = events.text();
  const peer = await upgrade(url);
  assert.deepStrictEqual(await stop('SIGINT'), { code: 0, signal: null });
  await Promise.all([read, peer.closed]);

  const second = await withServer(t);
  const { port } = new URL(second.url);
  const stuck = net.connect(port, '127.0.0.1');
  stuck.on('error', () => {});
  // The interim answer tells that the request has come.
  const begun = once(stuck, 'data');
  stuck.write(
    'POST /upload HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\nhalf',
  );
  assert.match(String((await begun)[0]), /^HTTP\/1\.1 100 /);
  second.child.kill('SIGINT');
  while (!second.output().includes('stopping'))
    await new Promise((resolve) => setTimeout(resolve, 20));
  assert.deepStrictEqual(await second.stop('SIGINT'), { code: 130, signal: null });
});

/** A client's frame: masked, of less than 126 bytes. */
function masked(kind, text) {
  const payload = Buffer.from(text, 'latin1');
  const mask = [1, 2, 3, 4];
  const head = Buffer.from([0x80 | kind, 0x80 | payload.length, ...mask]);
  return Buffer.concat([head, payload.map((byte, i) => byte ^ mask[i & 3])]);
}

function upgrade(url) {
  const headers = {
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
  };
  return new Promise((resolve, reject) => {
    const request = http.get(`${url}echo`, { headers });
    request.on('error', reject);
    request.on('upgrade', (res, socket, head) => {
      assert.strictEqual(res.headers['sec-websocket-accept'], 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=');
      resolve(peerOn(socket, head));
    });
  });
}

function peerOn(socket, head) {
  let held = head;
  let wake = () => {};
  socket.on('error', () => {});
  socket.on('data', (chunk) => {
    held = Buffer.concat([held, chunk]);
    wake();
  });
  const closed = new Promise((resolve) => socket.on('close', resolve));
  return {
    socket,
    closed,
    async receive(expected, message) {
      while (held.length < expected.length && !socket.destroyed) {
        await Promise.race([closed, new Promise((resolve) => (wake = resolve))]);
      }
      assert.strictEqual(
        held.subarray(0, expected.length).toString('hex'),
        expected.toString('hex'),
        message,
      );
      held = held.subarray(expected.length);
    },
  };
}

function answerTo(url, headers) {
  return new Promise((resolve, reject) => {
    const request = http.get(`${url}echo`, { headers, agent: false }, (res) => {
      res.resume();
      resolve(res.statusCode);
    });
    request.on('error', reject);
  });
}
