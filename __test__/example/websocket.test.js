/** The WebSocket example: everybody hears everybody, silent peers go, a stop says goodbye. */
'use strict';

const assert = require('node:assert');
const { once } = require('node:events');
const { test } = require('node:test');
const WebSocket = require('ws');
const { launch, noSignals } = require('./launch');

const limit = { timeout: 60_000 };

async function withRoom(t, env) {
  const example = await launch('websocket.js', { env });
  t.after(() => example.stop('SIGKILL'));
  return { ...example, room: `${example.url.replace('http', 'ws')}room` };
}

/** A peer and what it hears, one after the other. */
async function join(t, url, options) {
  const socket = new WebSocket(url, options);
  t.after(() => socket.terminate());
  const heard = [];
  let wake = () => {};
  socket.on('message', (data) => {
    heard.push(String(data));
    wake();
  });
  await once(socket, 'open');
  return {
    socket,
    async hears(text) {
      while (heard.length === 0) await new Promise((resolve) => (wake = resolve));
      assert.strictEqual(heard.shift(), text);
    },
  };
}

test('what one says, all hear, until they leave', limit, async (t) => {
  const { room } = await withRoom(t);
  const one = await join(t, room);
  await one.hears('guest 1 joined');
  const two = await join(t, room);
  for (const peer of [one, two]) await peer.hears('guest 2 joined');
  two.socket.send('Grüße');
  for (const peer of [one, two]) await peer.hears('guest 2: Grüße');
  for (let i = 0; i < 100; i++) one.socket.send(`${i}`);
  for (let i = 0; i < 100; i++) await two.hears(`guest 1: ${i}`);
  two.socket.close();
  for (let i = 0; i < 100; i++) await one.hears(`guest 1: ${i}`);
  await one.hears('guest 2 left');
});

test('who asks for something else gets an answer', limit, async (t) => {
  const { room, url } = await withRoom(t);
  const page = await fetch(url);
  assert.strictEqual(page.status, 426);
  const [error] = await once(new WebSocket(room.replace('/room', '/cellar')), 'error');
  assert.match(error.message, /404/);
});

test('a peer that does not answer pings is let go', limit, async (t) => {
  const { room } = await withRoom(t, { PING_MS: '50' });
  const silent = await join(t, room, { autoPong: false });
  const [code] = await once(silent.socket, 'close');
  assert.strictEqual(code, 1006);
});

test('a stop says goodbye and ends', { ...limit, skip: noSignals }, async (t) => {
  const { room, stop } = await withRoom(t);
  const { socket } = await join(t, room);
  const closed = once(socket, 'close');
  const ended = stop('SIGTERM');
  const [code, reason] = await closed;
  assert.deepStrictEqual([code, String(reason)], [1001, 'the server stops']);
  assert.deepStrictEqual(await ended, { code: 0, signal: null });
});
