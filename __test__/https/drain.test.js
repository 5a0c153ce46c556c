'use strict';
// server.drain() over TLS; the rest of it is in server/drain.
const assert = require('node:assert');
const { once } = require('node:events');
const net = require('node:net');
const { test } = require('node:test');
const { connectRaw, serving } = require('./world');

const limit = { timeout: 60_000 };
const get = (path) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;

test(
  'a drain answers what is under way, and ends idle connections and handshakes',
  limit,
  async (t) => {
    let held;
    const { port, server } = await serving(t, (req, res) => {
      if (req.url === '/held') held = res;
      else res.end('idle');
    });
    const silent = net.connect(port, '127.0.0.1');
    await once(server, 'connection');
    const idle = await connectRaw(t, port);
    idle.socket.write(get('/'));
    await idle.until(/idle$/);
    const unused = await connectRaw(t, port);
    const busy = await connectRaw(t, port);
    busy.socket.write(get('/held'));
    while (held === undefined) await new Promise(setImmediate);
    silent.on('error', () => {}); // a reset is an end, too
    const ends = [silent, idle.socket, unused.socket].map((socket) =>
      once(socket.resume(), 'close'),
    );
    const drained = server.drain();
    await Promise.all(ends);
    held.end('done');
    assert.match(await busy.until(/done$/), /\r\nConnection: close\r\n/);
    assert.deepStrictEqual(await drained, { answered: 1, cut: 0, cutUpgraded: 0 });
  },
);

test('what is left when the time is over is cut off', limit, async (t) => {
  const { port, server } = await serving(t, () => {});
  server.on('upgrade', () => {});
  const request = await connectRaw(t, port);
  request.socket.write(get('/'));
  await once(server, 'request');
  const upgraded = await connectRaw(t, port);
  upgraded.socket.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n');
  await once(server, 'upgrade');
  assert.strictEqual(server.stats().upgraded, 1);
  const ends = [request.socket, upgraded.socket].map((socket) => once(socket, 'close'));
  const drained = server.drain({ timeout: 10 });
  assert.deepStrictEqual(await drained, { answered: 0, cut: 1, cutUpgraded: 1 });
  await Promise.all(ends);
});
