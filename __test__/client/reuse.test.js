'use strict';
// One connection, many requests: what one of them sets or leaves is nothing to the next.
const assert = require('node:assert');
const { pattern, turn } = require('../support/events');
const { completeResponse, errorOf, responseOf, untilEvent } = require('./observe');
const { newerThanHost } = require('../support/mode');
const { onPooledWays } = require('./ways');

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

/**
 * A connection that has answered once and is idle. `next(options)` makes a request that is checked
 * to be on it; `exchange(options, bytes)` has it answered and waits until the socket is free.
 */
async function idle(world) {
  const first = world.get({ path: '/first' });
  const peer = await world.accept();
  const next = (options, content) => {
    const req = world.request(options).end(content);
    assert.strictEqual(req.reusedSocket, true);
    return req;
  };
  const settle = async (req, bytes) => {
    await peer.request();
    const done = completeResponse(req);
    const closed = untilEvent(req, 'close');
    peer.send(bytes);
    const res = await done;
    await closed;
    await turn();
    return res;
  };
  await settle(first, OK);
  const exchange = (options, bytes = OK, content = undefined) =>
    settle(next(options, content), bytes);
  return { exchange, first, next, peer, socket: first.socket };
}

onPooledWays('listeners do not pile up', async (world) => {
  const { exchange, socket } = await idle(world);
  const warnings = [];
  const onWarning = (warning) => warnings.push(warning);
  process.on('warning', onWarning);
  world.t.after(() => process.removeListener('warning', onWarning));
  const counts = () => socket.eventNames().map((name) => [name, socket.listenerCount(name)]);
  await exchange({});
  const before = counts();
  for (let i = 0; i < 30; i++) await exchange({ timeout: i % 2 ? 60_000 : undefined });
  await exchange({});
  assert.deepStrictEqual(counts(), before);
  assert.deepStrictEqual(warnings, []);
});

onPooledWays('nothing of the last request is on an idle socket', async (world) => {
  const { exchange, socket } = await idle(world);
  await exchange({ timeout: 60_000 });
  assert.ok(!socket._httpMessage);
  assert.ok(!socket.parser);
  assert.strictEqual(socket.timeout, 0);
  assert.strictEqual(socket.destroyed, false);
  assert.strictEqual(socket.readable, true);
  assert.strictEqual(socket.writable, true);
});

onPooledWays('maxHeaderSize is that of the request', async (world) => {
  const { exchange, next, peer } = await idle(world);
  const big = `HTTP/1.1 200 OK\r\nX-Big: ${'x'.repeat(30_000)}\r\nContent-Length: 0\r\n\r\n`;
  await exchange({ maxHeaderSize: 60_000 }, big);
  await exchange({});
  const req = next({ maxHeaderSize: 1000 });
  await peer.request();
  const error = errorOf(req);
  peer.send(big);
  assert.strictEqual((await error).code, 'HPE_HEADER_OVERFLOW');
});

onPooledWays('insecureHTTPParser is that of the request', async (world) => {
  const { exchange, next, peer } = await idle(world);
  const bad = 'HTTP/1.1 200 OK\r\nX-A: \x01\r\nContent-Length: 2\r\n\r\nok';
  assert.strictEqual((await exchange({ insecureHTTPParser: true }, bad)).text, 'ok');
  await exchange({});
  const req = next({});
  await peer.request();
  const error = errorOf(req);
  peer.send(bad);
  assert.strictEqual((await error).code, 'HPE_INVALID_HEADER_TOKEN');
});

onPooledWays('HEAD, then GET, then HEAD', async (world) => {
  const { exchange } = await idle(world);
  const head = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n';
  for (let i = 0; i < 3; i++) {
    assert.strictEqual((await exchange({ method: 'HEAD' }, head)).text, '');
    assert.strictEqual((await exchange({ method: 'GET' })).text, 'ok');
  }
});

onPooledWays('every kind of content in turn', async (world) => {
  const { exchange } = await idle(world);
  const chunked =
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-T: t\r\n\r\n';
  for (let i = 0; i < 3; i++) {
    const res = await exchange({ method: 'POST' }, chunked, 'content');
    assert.strictEqual(res.text, 'ok');
    assert.deepStrictEqual(res.trailers, { 'x-t': 't' });
    const plain = await exchange({});
    assert.deepStrictEqual(plain.trailers, {});
    assert.strictEqual((await exchange({}, 'HTTP/1.1 304 Not Modified\r\n\r\n')).text, '');
  }
});

onPooledWays('interim responses on a used connection', async (world) => {
  const { next, peer } = await idle(world);
  const req = next({});
  const seen = [];
  req.on('information', ({ statusCode }) => seen.push(statusCode));
  await peer.request();
  const done = completeResponse(req);
  peer.send(`HTTP/1.1 103 Early Hints\r\n\r\n${OK}`);
  await done;
  assert.deepStrictEqual(seen, [103]);
});

onPooledWays('Expect on a used connection', async (world) => {
  const { peer } = await idle(world);
  const req = world.request({ method: 'POST', headers: { Expect: '100-continue' } });
  assert.strictEqual(req.reusedSocket, true);
  req.on('continue', () => req.end('content'));
  await peer.head();
  const done = completeResponse(req);
  peer.send('HTTP/1.1 100 Continue\r\n\r\n');
  await peer.untilText('7\r\ncontent\r\n0\r\n\r\n');
  peer.send(OK);
  assert.strictEqual((await done).text, 'ok');
});

onPooledWays('an upgrade on a used connection', async (world) => {
  const { next, peer, socket } = await idle(world);
  const req = next({ headers: { Connection: 'Upgrade', Upgrade: 'echo' } });
  const given = new Promise((resolve) => req.on('upgrade', (...all) => resolve(all)));
  await peer.request();
  peer.send('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n');
  const [, upgraded] = await given;
  assert.strictEqual(upgraded, socket);
  assert.strictEqual(world.agent.totalSocketCount, 0);
  const content = pattern(200_000);
  peer.stream.on('data', (chunk) => peer.stream.write(chunk));
  const chunks = [];
  let length = 0;
  const received = new Promise((resolve) => {
    upgraded.on('data', (chunk) => {
      chunks.push(chunk);
      length += chunk.length;
      if (length >= content.length) resolve();
    });
  });
  upgraded.write(content);
  await received;
  assert.ok(Buffer.concat(chunks).equals(content));
  upgraded.destroy();
});

onPooledWays('CONNECT on a used connection', async (world) => {
  const { next, peer } = await idle(world);
  const req = next({ method: 'CONNECT', path: 'example.test:80' });
  const given = new Promise((resolve) => req.on('connect', (...all) => resolve(all)));
  await peer.request();
  peer.send('HTTP/1.1 200 Established\r\n\r\n');
  const [, tunnel] = await given;
  const data = untilEvent(tunnel, 'data');
  peer.send('hello');
  assert.strictEqual(`${await data}`, 'hello');
  tunnel.destroy();
});

onPooledWays('a request that is destroyed takes the connection with it', async (world) => {
  const { next, peer, socket } = await idle(world);
  const req = next({});
  req.on('error', () => {});
  await peer.request();
  const closed = untilEvent(socket, 'close');
  req.destroy();
  await closed;
  await turn();
  assert.strictEqual(world.agent.totalSocketCount, 0);
});

onPooledWays('a request that is destroyed before its tick leaves the connection', async (world) => {
  const { exchange, next, socket } = await idle(world);
  const req = next({});
  const error = errorOf(req);
  const closed = untilEvent(req, 'close');
  req.destroy();
  assert.strictEqual((await error).message, 'socket hang up');
  await closed;
  await turn();
  if (socket.destroyed) return;
  await exchange({});
});

onPooledWays('a paused response and then another request', async (world) => {
  const { exchange, next, peer } = await idle(world);
  const content = pattern(400_000);
  const req = next({});
  await peer.request();
  const closed = untilEvent(req, 'close');
  peer.send(`HTTP/1.1 200 OK\r\nContent-Length: ${content.length}\r\n\r\n`, content);
  const res = await responseOf(req);
  const chunks = [];
  res.on('data', (chunk) => {
    chunks.push(chunk);
    res.pause();
    setImmediate(() => res.resume());
  });
  await closed;
  assert.ok(Buffer.concat(chunks).equals(content));
  await turn();
  await exchange({});
});

onPooledWays('a response that was dumped and then another', async (world) => {
  const { exchange, next, peer } = await idle(world);
  for (let i = 0; i < 3; i++) {
    const req = next({});
    await peer.request();
    const closed = untilEvent(req, 'close');
    const length = 500_000;
    peer.send(`HTTP/1.1 200 OK\r\nContent-Length: ${length}\r\n\r\n`, Buffer.alloc(length, 'x'));
    await closed;
    await turn();
    assert.strictEqual((await exchange({})).text, 'ok');
  }
});

onPooledWays('both directions at a time', async (world) => {
  world.serve((req, res) => req.pipe(res));
  for (const size of [10, 300_000, 1_000_000, 10]) {
    const content = pattern(size, size);
    const req = world.request({ method: 'POST' });
    const chunks = [];
    const closed = untilEvent(req, 'close');
    req.on('response', (res) => res.on('data', (chunk) => chunks.push(chunk)));
    for (let at = 0; at < size; at += 50_000) {
      if (!req.write(content.subarray(at, at + 50_000))) await untilEvent(req, 'drain');
    }
    req.end();
    await closed;
    assert.ok(Buffer.concat(chunks).equals(content));
    await turn();
  }
  assert.strictEqual(world.connections, 1);
});

onPooledWays('bytesRead and bytesWritten count all requests', async (world) => {
  const { exchange, peer, socket } = await idle(world);
  for (let i = 0; i < 5; i++) await exchange({ method: 'POST' }, OK, 'content');
  assert.strictEqual(socket.bytesWritten, peer.length);
  assert.strictEqual(socket.bytesRead, 6 * OK.length);
});

onPooledWays('requests of all sizes over few connections', async (world) => {
  world.serve(async (req, res) => {
    const chunks = [];
    for await (const chunk of req) chunks.push(chunk);
    const content = Buffer.concat(chunks);
    if (content.length % 3 === 0) {
      res.end(content);
      return;
    }
    res.write(content.subarray(0, content.length >> 1));
    if (content.length % 3 === 1) await turn();
    res.end(content.subarray(content.length >> 1));
  });
  world.agent.maxSockets = 4;
  const one = async (i) => {
    const content = pattern([0, 1, 100, 5000, 70_000, 300_000][i % 6] + i, i + 1);
    const req = world.request({ method: 'POST', path: `/${i}` });
    if (i % 2) req.write(content.subarray(0, 7));
    req.end(content.subarray(i % 2 ? 7 : 0));
    const chunks = [];
    for await (const chunk of await responseOf(req)) chunks.push(chunk);
    assert.ok(Buffer.concat(chunks).equals(content), `request ${i}`);
  };
  await Promise.all(Array.from({ length: 300 }, (_, i) => one(i)));
  assert.ok(world.connections <= 4);
});

const kept = { skip: newerThanHost(24) };

for (const when of ['the tick that makes it', 'the microtask behind that']) {
  onPooledWays(
    `a request destroyed in ${when} leaves its connection in the pool`,
    kept,
    async (world) => {
      const { exchange, next, socket } = await idle(world);
      const req = next({ method: 'POST' }, 'content');
      const failed = errorOf(req);
      const closed = untilEvent(req, 'close');
      if (when.startsWith('the microtask')) await null;
      req.destroy();
      assert.strictEqual((await failed).code, 'ECONNRESET');
      await closed;
      await turn();
      assert.strictEqual(socket.destroyed, false);
      assert.strictEqual((await exchange({ path: '/next' })).text, 'ok');
      assert.strictEqual(world.connections, 1);
    },
  );

  onPooledWays(`so does one that dials in ${when}`, kept, async (world) => {
    const req = world.get({ path: '/destroyed' });
    const failed = errorOf(req);
    if (when.startsWith('the microtask')) await null;
    req.destroy();
    assert.strictEqual((await failed).code, 'ECONNRESET');
    if (!req.closed) await untilEvent(req, 'close');
    const next = world.get({ path: '/next' });
    assert.strictEqual(next.reusedSocket, true);
    const answered = completeResponse(next);
    const peer = await world.accept();
    assert.strictEqual((await peer.request()).target, '/next');
    peer.answer('next');
    assert.strictEqual((await answered).text, 'next');
    assert.strictEqual(world.connections, 1);
  });
}
