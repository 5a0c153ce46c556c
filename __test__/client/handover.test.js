'use strict';
// Upgrades and tunnels: the connection is the user's, with the bytes that are behind the head and
// with nothing of http left on it.
const assert = require('node:assert');
const net = require('node:net');
const { pattern, turn } = require('../support/events');
const { untilEvent, watchExchange } = require('./observe');
const { onEveryWay, onPooledWays, onSocketWays } = require('./ways');

const UPGRADE = { headers: { Connection: 'Upgrade', Upgrade: 'echo' } };
const CONNECT = { method: 'CONNECT', path: 'example.test:443' };
const SWITCHING =
  'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\nX-A: b\r\n\r\n';
const ESTABLISHED = 'HTTP/1.1 200 Established\r\nX-A: b\r\n\r\n';

/** A request that is handed over: what its event brings, and the server's end. */
async function handedOver({ accept, request }, kind, behind = '') {
  const [options, event, head] =
    kind === 'upgrade' ? [UPGRADE, 'upgrade', SWITCHING] : [CONNECT, 'connect', ESTABLISHED];
  const req = request(options);
  const given = new Promise((resolve, reject) => {
    req.on(event, (...args) => resolve(args));
    req.on('error', reject);
    req.on('response', () => reject(new Error('a response')));
  });
  req.end();
  const peer = await accept();
  const { line } = await peer.request();
  peer.send(head + behind);
  const [res, socket, first] = await given;
  return { first, line, peer, req, res, socket };
}

for (const kind of ['upgrade', 'connect']) {
  onEveryWay(`${kind}: what the event brings`, async (world) => {
    const { first, line, peer, req, res, socket } = await handedOver(world, kind, 'behind');
    assert.strictEqual(res.statusCode, kind === 'upgrade' ? 101 : 200);
    assert.strictEqual(res.headers['x-a'], 'b');
    assert.ok(Buffer.isBuffer(first));
    assert.strictEqual(socket, req.socket);
    if (!world.isMemory) assert.ok(socket instanceof net.Socket);
    const expected = kind === 'upgrade' ? 'GET / HTTP/1.1' : 'CONNECT example.test:443 HTTP/1.1';
    assert.strictEqual(line, expected);
    // What does not come with the head comes as data of the socket.
    let text = first.toString();
    socket.on('data', (chunk) => {
      text += chunk;
    });
    while (text.length < 'behind'.length) await turn();
    assert.strictEqual(text, 'behind');
    assert.strictEqual(req.destroyed, true);
    if (!req.closed) await untilEvent(req, 'close');
    peer.destroy();
  });

  onEveryWay(`${kind}: an empty head`, async (world) => {
    const { first, socket } = await handedOver(world, kind);
    assert.ok(Buffer.isBuffer(first));
    assert.strictEqual(first.length, 0);
    socket.destroy();
  });

  onEveryWay(`${kind}: nothing of http is left on the socket`, async (world) => {
    const { socket, req } = await handedOver(world, kind);
    // Streams have listeners of their own, for their end.
    const bare = world.isMemory ? 0 : 1;
    const counts = {};
    for (const name of ['data', 'drain', 'error', 'timeout', 'free', 'agentRemove', 'connect']) {
      counts[name] = socket.listenerCount(name);
    }
    assert.deepStrictEqual(counts, {
      data: 0,
      drain: 0,
      error: 0,
      timeout: 0,
      free: 0,
      agentRemove: 0,
      connect: 0,
    });
    assert.ok(socket.listenerCount('end') <= bare, `end: ${socket.listenerCount('end')}`);
    assert.strictEqual(socket.listenerCount('close'), 0);
    assert.ok(!socket.parser);
    assert.strictEqual(socket._httpMessage, null);
    assert.strictEqual(socket.destroyed, false);
    assert.strictEqual(socket.readableFlowing, null);
    if (req.agent) {
      assert.deepStrictEqual(Object.keys(req.agent.sockets), []);
      assert.deepStrictEqual(Object.keys(req.agent.freeSockets), []);
      assert.strictEqual(req.agent.totalSocketCount, 0);
    }
    socket.destroy();
  });

  onEveryWay(`${kind}: both directions afterwards`, async (world) => {
    const { peer, socket } = await handedOver(world, kind);
    const content = pattern(600_000);
    peer.stream.on('data', (chunk) => peer.stream.write(chunk));
    const chunks = [];
    let length = 0;
    const received = new Promise((resolve) => {
      socket.on('data', (chunk) => {
        chunks.push(chunk);
        length += chunk.length;
        if (length === content.length) resolve();
      });
    });
    socket.write(content.subarray(0, 1000));
    socket.write(content.subarray(1000));
    await received;
    assert.ok(Buffer.concat(chunks).equals(content));
    const ended = untilEvent(socket, 'end');
    socket.end();
    await ended;
    if (!socket.closed) await untilEvent(socket, 'close');
  });

  onEveryWay(`${kind}: the order of events`, async ({ accept, request }) => {
    const req = request(kind === 'upgrade' ? UPGRADE : CONNECT);
    const log = watchExchange(req);
    req.on(kind, (_res, socket) => socket.on('close', () => log.push('socket close')));
    req.end();
    const peer = await accept();
    await peer.request();
    const closed = untilEvent(req, 'close');
    peer.send(kind === 'upgrade' ? SWITCHING : ESTABLISHED);
    await closed;
    const socketClosed = untilEvent(req.socket, 'close');
    req.socket.resume();
    peer.end();
    req.socket.end();
    await socketClosed;
    const listened = kind === 'upgrade' ? ['socket', 'upgrade'] : ['socket', 'connect'];
    assert.deepStrictEqual(log, [...listened, 'close', 'socket close']);
  });

  onEveryWay(`${kind}: destroy() of the request does not reach the socket`, async (world) => {
    const { peer, req, socket } = await handedOver(world, kind);
    req.destroy();
    req.abort();
    await turn();
    assert.strictEqual(socket.destroyed, false);
    const data = untilEvent(socket, 'data');
    peer.send('alive');
    assert.strictEqual(`${await data}`, 'alive');
    socket.destroy();
  });

  onEveryWay(`${kind}: an error of the socket is its user's`, async (world) => {
    const { socket } = await handedOver(world, kind);
    const error = untilEvent(socket, 'error');
    const mine = new Error('mine');
    socket.destroy(mine);
    assert.strictEqual(await error, mine);
  });
}

onEveryWay('bytes come slowly', async ({ accept, request }) => {
  const req = request(UPGRADE).end();
  const given = new Promise((resolve) => req.on('upgrade', (...args) => resolve(args)));
  const peer = await accept();
  await peer.request();
  for (const byte of SWITCHING) {
    peer.send(byte);
    await turn();
  }
  const [res, socket, head] = await given;
  assert.strictEqual(res.headers.upgrade, 'echo');
  const data = untilEvent(socket, 'data');
  assert.strictEqual(head.length, 0);
  peer.send('first');
  assert.strictEqual(`${await data}`, 'first');
  socket.destroy();
});

for (const [what, answer, status] of [
  ['with content', 'HTTP/1.1 407 No\r\nContent-Length: 4\r\n\r\nwhy?', 407],
  ['without content', 'HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n', 403],
  ['in chunks', 'HTTP/1.1 502 No\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n', 502],
  ['until the end', 'HTTP/1.1 500 No\r\n\r\nwhy?', 500],
]) {
  onEveryWay(`a tunnel that is refused ${what} is handed over, too`, async (world) => {
    const { accept, request } = world;
    const req = request(CONNECT).end();
    const given = new Promise((resolve) => req.on('connect', (...args) => resolve(args)));
    const peer = await accept();
    await peer.request();
    peer.send(answer);
    const [res, socket, head] = await given;
    assert.strictEqual(res.statusCode, status);
    // The content is whatever the proxy says: bytes that nobody has parsed.
    const content = answer.slice(answer.indexOf('\r\n\r\n') + 4);
    let text = head.toString();
    socket.on('data', (chunk) => {
      text += chunk;
    });
    while (text.length < content.length) await turn();
    assert.strictEqual(text, content);
    socket.destroy();
  });
}

onEveryWay('an upgrade that is refused is a response', async ({ accept, request }) => {
  const req = request(UPGRADE).end();
  const log = watchExchange(req);
  const peer = await accept();
  await peer.request();
  const closed = untilEvent(req, 'close');
  peer.send('HTTP/1.1 426 Upgrade Required\r\nUpgrade: other\r\nContent-Length: 2\r\n\r\nno');
  peer.end();
  await closed;
  assert.deepStrictEqual(log.slice(0, 4), ['socket', 'response', 'res data', 'res end']);
});

onEveryWay('Upgrade in a response other than 101', async ({ accept, get }) => {
  const req = get({});
  const log = watchExchange(req);
  const peer = await accept();
  await peer.request();
  const closed = untilEvent(req, 'close');
  peer.send(
    'HTTP/1.1 200 OK\r\nConnection: close, Upgrade\r\nUpgrade: h2\r\nContent-Length: 2\r\n\r\nok',
  );
  peer.end();
  await closed;
  assert.deepStrictEqual(log.slice(0, 4), ['socket', 'response', 'res data', 'res end']);
});

onEveryWay('a 101 that names no protocol is a response, and the last one', async (world) => {
  const { accept, get } = world;
  const req = get({ headers: { Connection: 'keep-alive' } });
  const log = watchExchange(req);
  const peer = await accept();
  await peer.request();
  const closed = untilEvent(req, 'close');
  peer.send('HTTP/1.1 101 Switching Protocols\r\n\r\nwhatever');
  await closed;
  await peer.untilClosed();
  assert.deepStrictEqual(log.slice(0, 3), ['socket', 'response', 'res end']);
  assert.ok(!log.some((entry) => entry.startsWith('error')), log.join());
});

onPooledWays('with Node as the server', async ({ request, serve }) => {
  const server = serve((_req, res) => res.end());
  server.on('upgrade', (_req, socket, head) => {
    socket.write(`${SWITCHING}`);
    socket.write(head);
    socket.pipe(socket);
  });
  const req = request(UPGRADE).end();
  const [, socket] = await new Promise((resolve) => req.on('upgrade', (...all) => resolve(all)));
  const data = untilEvent(socket, 'data');
  socket.write('echo');
  assert.strictEqual(`${await data}`, 'echo');
  socket.end();
  socket.resume();
  await untilEvent(socket, 'close');
});

onSocketWays('TLS starts on a tunnel', async (world) => {
  const tls = require('node:tls');
  const { peer, socket } = await handedOver(world, 'connect');
  const hello = untilEvent(peer.stream, 'data');
  const secure = tls.connect({ socket, servername: 'example.test' }).on('error', () => {});
  // A TLS record of type 22: a handshake.
  assert.strictEqual((await hello)[0], 22);
  peer.destroy();
  if (!secure.closed) await untilEvent(secure, 'close');
});

onPooledWays('a timeout of the request is not one of the tunnel', async (world) => {
  const { accept, request } = world;
  const req = request({ ...CONNECT, timeout: 30 });
  const failed = new Promise((resolve) =>
    req.on('connect', () => {
      req.on('timeout', () => resolve(new Error('timed out after the hand-over')));
    }),
  );
  const given = new Promise((resolve) => req.on('connect', (_res, socket) => resolve(socket)));
  req.end();
  const peer = await accept();
  await peer.request();
  peer.send(ESTABLISHED);
  const socket = await given;
  // The socket keeps its timeout, and its user hears of it.
  await Promise.race([untilEvent(socket, 'timeout'), failed.then((error) => assert.fail(error))]);
  socket.destroy();
});
