/** ws 8: it takes the socket of the 'upgrade' event over and drives it as a plain duplex. */
'use strict';

const assert = require('node:assert');
const { once } = require('node:events');
const { test } = require('node:test');
const WebSocket = require('ws');
const { modes, serve } = require('./compare');

const limit = { timeout: 60_000 };

for (const mode of ['node', ...modes]) {
  test(`ws on ${mode}`, async (t) => {
    const base = await serve(t, 'ws', mode);
    const address = base.replace('http', 'ws');

    for (const path of ['/plain', '/deflated']) {
      await t.test(`${path} echoes text, bytes and large messages in order`, limit, async (t) => {
        const { socket, next } = await connect(t, address + path);
        assert.strictEqual(String(await next()), `hello ${path}`);
        const messages = ['short', 'ü'.repeat(40_000), Buffer.alloc(3 << 20, 'binary'), ''];
        for (const message of messages) socket.send(message);
        for (const message of messages) {
          assert.ok(
            (await next()).equals(Buffer.from(message)),
            `the message of ${message.length}`,
          );
        }
        for (let i = 0; i < 2000; i++) socket.send(String(i));
        for (let i = 0; i < 2000; i++) assert.strictEqual(String(await next()), String(i));
        socket.close(1000);
        await once(socket, 'close');
      });
    }

    await t.test('ping, and a close from the server', limit, async (t) => {
      const { socket, next } = await connect(t, `${address}/plain`);
      await next();
      socket.ping('are you there');
      assert.strictEqual(String((await once(socket, 'pong'))[0]), 'are you there');
      socket.send('close me');
      const [code, reason] = await once(socket, 'close');
      assert.deepStrictEqual([code, String(reason)], [4001, 'as asked']);
    });

    await t.test('a broadcast reaches every client, in order', limit, async (t) => {
      const peers = [];
      for (let i = 0; i < 20; i++) peers.push(await connect(t, `${address}/plain`));
      for (const { next } of peers) await next();
      for (let i = 0; i < 50; i++) peers[i % 20].socket.send(`broadcast ${i}`);
      for (const { next } of peers) {
        const got = [];
        for (let i = 0; i < 50; i++) got.push(String(await next()));
        for (let who = 0; who < 20; who++) {
          const numbers = got
            .map((text) => Number(text.split(' ')[1]))
            .filter((n) => n % 20 === who);
          assert.deepStrictEqual(
            numbers,
            [who, who + 20, who + 40].filter((n) => n < 50),
          );
        }
      }
    });

    await t.test('close codes of the client reach the server, and come back', limit, async (t) => {
      for (const [code, reason] of [
        [1000, 'done'],
        [1001, ''],
        [4999, 'ü'],
      ]) {
        const { socket, next } = await connect(t, `${address}/plain`);
        await next();
        socket.close(code, reason);
        const [got, text] = await once(socket, 'close');
        assert.deepStrictEqual([got, String(text)], [code, reason]);
      }
    });

    await t.test('a refused upgrade, and an ordinary request', limit, async () => {
      const refused = new WebSocket(`${address}/nowhere`);
      const [error] = await once(refused, 'error');
      assert.match(error.message, /403/);
      assert.strictEqual(await (await fetch(base)).text(), 'not a socket');
    });

    await t.test('a client that vanishes leaves the server well', limit, async (t) => {
      const { socket } = await connect(t, `${address}/plain`);
      socket.terminate();
      assert.strictEqual(await (await fetch(base)).text(), 'not a socket');
    });
  });
}

/** An open socket, and its messages one after the other. */
async function connect(t, url) {
  const socket = new WebSocket(url);
  t.after(() => socket.terminate());
  const messages = [];
  const waiting = [];
  socket.on('message', (data) => {
    const resolve = waiting.shift();
    if (resolve) resolve(data);
    else messages.push(data);
  });
  await once(socket, 'open');
  return {
    socket,
    async next() {
      if (messages.length > 0) return messages.shift();
      return await new Promise((resolve) => waiting.push(resolve));
    },
  };
}
