'use strict';
// What was set on a socket, and what was taken from it, holds when the socket gets another owner.
const assert = require('node:assert');
const net = require('node:net');
const { test } = require('node:test');
const http = require('../support/subject');
const { deferred, pattern } = require('../support/events');
const { onBoth, onNative } = require('../support/transports');

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
const UP = 'GET /up HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n';
const SWITCHING = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n';

/** Ways in which a socket becomes another one below its methods. */
const becomes = {
  nothing() {},
  complete: (socket) => socket.on('foreign', () => {}),
  "one with a handle of Node's": (socket) => socket._handle,
};

for (const [what, become] of Object.entries(becomes)) {
  onNative(`bytes are counted from the start: the socket becomes ${what}`, async ({ connect }) => {
    const counts = [];
    const server = http.createServer((_req, res) => res.end('answered'));
    server.on('connection', become);
    server.on('upgrade', (_req, socket) => {
      counts.push([socket.bytesRead, socket.bytesWritten]);
      socket.write(SWITCHING);
      socket.on('data', () => {
        counts.push([socket.bytesRead, socket.bytesWritten]);
        socket.end('bye');
      });
      socket.on('end', () => {});
      socket.on('close', () => counts.push([socket.bytesRead, socket.bytesWritten]));
    });
    const client = await connect(server);
    await client.exchange(GET);
    const answered = client.length;
    client.send(UP);
    await client.untilText('\r\n\r\n');
    client.send('abc');
    await client.untilEnd();
    client.end();
    await client.untilClosed();
    while (counts.length < 3) await new Promise(setImmediate);
    const asked = GET.length + UP.length;
    assert.deepStrictEqual(counts, [
      [asked, answered],
      [asked + 3, answered + SWITCHING.length],
      [asked + 3, answered + SWITCHING.length + 3],
    ]);
  });

  onNative(
    `what waits at a hand-over is counted once: the socket becomes ${what}`,
    async ({ connect }) => {
      const content = pattern(8 * 1024 * 1024);
      const seen = deferred();
      const server = http.createServer((_req, res) => res.end(content));
      server.on('connection', become);
      server.on('upgrade', (_req, socket) => {
        const { bytesWritten } = socket;
        socket.end('!', () => seen.resolve([bytesWritten, socket.bytesWritten]));
      });
      const client = await connect(server);
      client.stream.pause();
      client.send(GET, UP);
      setImmediate(() => client.stream.resume());
      const { length } = await client.untilEnd();
      client.end();
      const [before, after] = await seen.promise;
      assert.deepStrictEqual([before, after], [length - 1, length]);
    },
  );

  const names = [
    'write',
    'end',
    'on',
    'pause',
    'resume',
    'setTimeout',
    'cork',
    'uncork',
    'destroy',
  ];
  onBoth(
    `methods that were wrapped stay right: the socket becomes ${what}`,
    async ({ connect }) => {
      const called = new Set();
      const failures = [];
      const server = http.createServer((_req, res) => res.end('answered'));
      server.on('connection', (socket) => {
        for (const name of names) {
          const method = socket[name];
          if (method === undefined) continue; // setTimeout of a stream
          socket[name] = function (...args) {
            called.add(name);
            return Reflect.apply(method, this, args);
          };
        }
        become(socket);
      });
      server.on('upgrade', (_req, socket) => {
        socket.on('error', (error) => failures.push(error));
        called.clear();
        socket.setTimeout?.(0);
        socket.cork();
        socket.write(SWITCHING);
        socket.write('one ');
        socket.uncork();
        socket.pause();
        socket.on('data', (bytes) => {
          socket.end(bytes, () => socket.destroy());
        });
        socket.resume();
      });
      const client = await connect(server);
      await client.exchange(GET);
      client.send(UP);
      await client.untilText('one ');
      client.send('two');
      assert.strictEqual(await client.untilEnd(), `${SWITCHING}one two`);
      client.end();
      await client.untilClosed();
      assert.deepStrictEqual(failures, []);
      for (const name of ['write', 'end', 'pause', 'resume', 'cork', 'uncork'])
        assert.ok(called.has(name), name);
    },
  );
}

onBoth('nobody changes the encoding of a socket that has spoken HTTP', async ({ connect }) => {
  const codes = [];
  const refuse = (socket) => {
    try {
      socket.setEncoding('hex');
      codes.push('none');
    } catch (error) {
      codes.push(error.code);
    }
  };
  const server = http.createServer((req, res) => {
    refuse(req.socket);
    req.socket._handle; // on a handle of Node's, too
    refuse(req.socket);
    res.end();
  });
  server.on('upgrade', (_req, socket) => {
    refuse(socket);
    socket.end(SWITCHING);
  });
  const client = await connect(server);
  await client.exchange(GET);
  client.send(UP);
  await client.untilEnd();
  assert.deepStrictEqual(codes, Array(3).fill('ERR_HTTP_SOCKET_ENCODING'));
});

onNative('traffic is counted once when a socket gets a handle of Node', async ({ connect }) => {
  const server = http.createServer((req, res) => {
    req.socket._handle;
    res.end('answered');
  });
  if (server.stats === undefined) return; // Node's own has nothing of the kind
  const client = await connect(server);
  await client.exchange(GET);
  await client.exchange(GET);
  const expected = [2 * GET.length, client.length];
  const now = server.stats();
  assert.deepStrictEqual([now.bytesRead, now.bytesWritten], expected);
  client.end();
  await client.untilClosed();
  while (server.stats().connections > 0) await new Promise(setImmediate);
  const then = server.stats();
  assert.deepStrictEqual([then.bytesRead, then.bytesWritten], expected);
});

// ---- methods of Node's sockets that somebody replaced ----

const patched = [
  'setTimeout',
  'setNoDelay',
  'setKeepAlive',
  'write',
  'end',
  'destroy',
  'pause',
  'ref',
];

for (const name of patched) {
  test(`a patch of net.Socket.prototype.${name} is called`, { timeout: 60_000 }, async (t) => {
    const sockets = new Set();
    const original = net.Socket.prototype[name];
    const server = http.createServer((req, res) => {
      sockets.add(req.socket);
      req.socket.setTimeout(10_000);
      req.socket.setNoDelay(false);
      req.socket.setKeepAlive(true);
      req.socket.ref();
      req.socket.pause();
      req.socket.resume();
      req.socket.write('HTTP/1.1 100 Continue\r\n\r\n');
      res.end('answered', () => {
        req.socket.end();
        req.socket.destroy();
      });
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    t.after(() => server.close());
    const seen = new Set();
    net.Socket.prototype[name] = function (...args) {
      seen.add(this);
      return Reflect.apply(original, this, args);
    };
    t.after(() => {
      net.Socket.prototype[name] = original;
    });
    const { port } = server.address();
    const text = await new Promise((resolve, reject) => {
      const req = http.get({ port, host: '127.0.0.1', agent: false }, async (res) => {
        let content = '';
        for await (const piece of res) content += piece;
        resolve(content);
      });
      req.on('socket', (socket) => sockets.add(socket));
      req.on('error', reject);
      req.setTimeout(10_000);
      req.setNoDelay(true);
      req.setSocketKeepAlive(true);
    });
    assert.strictEqual(text, 'answered');
    while (![...sockets].every((socket) => socket.destroyed)) await new Promise(setImmediate);
    for (const socket of sockets)
      if (socket.server || !['pause', 'ref', 'write'].includes(name)) assert.ok(seen.has(socket));
  });
}

onNative('sockets look like those of Node', async ({ connect }) => {
  const names = [];
  const server = http.createServer((req, res) => {
    const { socket } = req;
    for (let round = 0; round < 2; round++) {
      assert.strictEqual(socket.constructor, net.Socket);
      for (const name in socket) names.push(name);
      socket.on('foreign', () => {}); // a complete one in the second round
    }
    res.end();
  });
  const client = await connect(server);
  await client.exchange(GET);
  const own = ['server', '_server', '_httpMessage', '_paused', 'parser', 'foreign'];
  const plain = new net.Socket();
  const known = new Set(own);
  for (const name in plain) known.add(name);
  assert.deepStrictEqual(
    names.filter((name) => !known.has(name) && name !== '_handle'),
    [],
  );
});
