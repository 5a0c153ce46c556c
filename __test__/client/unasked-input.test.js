'use strict';
// What has arrived on a kept connection before a request is sent answers none: neither a request that finds the
// connection in the pool gets it, nor one that waits for it. Both are sent on another connection.
const assert = require('node:assert');
const { once } = require('node:events');
const { test } = require('node:test');
const tls = require('node:tls');
const { cert, key } = require('../agent/tls-fixture');
const { agentOf, listening } = require('../https/client-world');
const { contentOf, turn } = require('../support/events');
const { newerThanHost } = require('../support/mode');
const https = require('../support/secure-subject');
const { completeResponse, exchangeEnds, untilEvent } = require('./observe');
const { onEveryWay, onPooledWays } = require('./ways');

const OTHERS = 'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nothers';
const guarded = { skip: newerThanHost(26) };
const ASKED = OTHERS.replace('others', 'asked!');

// Both go to the kernel within the call, and nobody reads before the next request is made.
const ARRIVALS = {
  'another response': (peer) => peer.send(OTHERS),
  'a byte': (peer) => peer.send('x'),
  'the end of the connection': (peer) => peer.destroy(),
};

for (const [what, arrive] of Object.entries(ARRIVALS)) {
  onPooledWays(`${what} on an idle connection`, guarded, async (world) => {
    const first = world.get({ path: '/first' });
    const peer = await world.accept();
    await peer.request();
    await exchangeEnds(first, peer, 'first');
    arrive(peer);
    const next = world.request({ method: 'POST', path: '/next' }).end('content');
    const answered = completeResponse(next);
    const other = await world.accept();
    assert.strictEqual((await other.request()).text, 'content');
    other.answer('next');
    assert.strictEqual((await answered).text, 'next');
    assert.strictEqual(next.reusedSocket, false);
    assert.strictEqual(first.socket.destroyed, true);
    if (!next.closed) await untilEvent(next, 'close');
    await turn();
    assert.strictEqual(world.agent.totalSocketCount, 1);
  });

  onPooledWays(
    `${what} behind a response that another request waits for`,
    guarded,
    async (world) => {
      world.agent.maxSockets = 1;
      const first = world.get({ path: '/first' });
      const waiting = world.get({ path: '/next' });
      const answered = completeResponse(waiting);
      const peer = await world.accept();
      await peer.request();
      first.on('response', (res) => res.resume().on('end', () => arrive(peer)));
      peer.answer('first');
      const other = await world.accept();
      assert.strictEqual((await other.request()).target, '/next');
      other.answer('next');
      assert.strictEqual((await answered).text, 'next');
    },
  );
}

for (const maxVersion of ['TLSv1.2', 'TLSv1.3']) {
  for (const spoken of ['native', 'node']) {
    const title = `another response over ${maxVersion}, spoken by ${spoken}`;
    test(title, { timeout: 60_000, ...guarded }, async (t) => {
      const sockets = [];
      let written;
      const server = tls.createServer({ cert, key, maxVersion, noDelay: true }, (socket) => {
        sockets.push(socket);
        socket.on('data', () => {
          written = new Promise((resolve) => socket.write(ASKED, resolve));
        });
      });
      const port = await listening(t, server);
      const agent = agentOf(t, https, { keepAlive: true });
      if (spoken === 'node') agent.on('keylog', () => {});
      const ask = async () => {
        const req = https.get({ host: '127.0.0.1', port, agent });
        const closed = untilEvent(req, 'close');
        const [res] = await once(req, 'response');
        const text = String(await contentOf(res));
        await closed;
        await turn();
        return [text, req.reusedSocket];
      };
      assert.deepStrictEqual(await ask(), ['asked!', false]);
      assert.deepStrictEqual(await ask(), ['asked!', true]);
      await written; // else what is written now would wait for that
      sockets[0].write(OTHERS);
      assert.deepStrictEqual(await ask(), ['asked!', false]);
    });
  }
}

onEveryWay('a second response in the same read lets the request go', async ({ accept, get }) => {
  for (const rest of ['', OTHERS.slice(0, -3)]) {
    const req = get({});
    const peer = await accept();
    await peer.request();
    const answered = completeResponse(req);
    const closed = untilEvent(req, 'close');
    peer.send(ASKED + OTHERS + rest);
    assert.strictEqual((await answered).text, 'asked!');
    await closed;
    assert.deepStrictEqual([req.parser, req.socket.parser], [null, null]);
    assert.strictEqual(req.socket.destroyed, true);
  }
});
