'use strict';
// In which async context a server tells what: as Node does, and never in that of another connection.
const assert = require('node:assert');
const { AsyncLocalStorage } = require('node:async_hooks');
const { once } = require('node:events');
const net = require('node:net');
const { test } = require('node:test');
const tls = require('node:tls');
const http = require('../support/subject');
const { deferred } = require('../support/events');
const { hostHas, onNodeHttp } = require('../support/mode');
const { onBoth, onNative, onStream } = require('../support/transports');
const { UPGRADE, limit, native } = require('../https/native-world');

const storage = new AsyncLocalStorage();
const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
const CONNECTIONS = 8;
const ownOnly = { skip: onNodeHttp && !hostHas(24) && 'older runtimes let contexts leak' };

/** Notes who finds what the listener of another connection has entered, and enters its own. */
function watchLeaks() {
  const strays = [];
  const look = (name, socket) => {
    const seen = storage.getStore();
    if (seen !== undefined && seen.socket !== socket) strays.push(`${name} sees ${seen.name}`);
    storage.enterWith({ name, socket });
  };
  return { look, strays };
}

/** Connections that arrive at once. */
async function connectAtOnce(t, port, connect, content) {
  const sockets = Array.from({ length: CONNECTIONS }, () => connect(port));
  for (const socket of sockets) {
    socket.on('error', () => {}).resume();
    socket.once('data', () => socket.write('more'));
    socket.write(content);
    t.after(() => socket.destroy());
  }
  await Promise.all(sockets.map((socket) => once(socket, 'close')));
}

/** Each of several connections at once sends nonsense; `prepare` adds listeners that look beside that for errors. */
async function assertKeptApart({ listen, t }, prepare) {
  const { look, strays } = watchLeaks();
  const server = http.createServer();
  prepare(server, look);
  server.on('clientError', (_error, socket) => {
    look('clientError', socket);
    socket.destroy();
  });
  const port = await listen(server);
  await connectAtOnce(t, port, (to) => net.connect(to, '127.0.0.1'), 'garbage\r\n\r\n');
  assert.deepStrictEqual(strays, []);
}

onNative('what listeners enter, no other connection sees', ownOnly, (world) =>
  assertKeptApart(world, (server, look) => {
    server.on('connection', (socket) => {
      look('connection', socket);
      socket.on('data', () => look('data', socket)).on('close', () => look('close', socket));
    });
  }),
);

onNative('the same without a listener for connections', ownOnly, (world) =>
  assertKeptApart(world, () => {}),
);

test('the same with TLS, behind an upgrade', limit, async (t) => {
  const { look, strays } = watchLeaks();
  const { port, server } = await native(t, () => {});
  server.on('secureConnection', (socket) => look('secureConnection', socket));
  server.on('upgrade', (_req, socket) => {
    look('upgrade', socket);
    socket.once('data', () => {
      look('data', socket);
      socket.end('seen');
    });
    socket.on('close', () => look('close', socket));
    socket.write('HTTP/1.1 101 Switching Protocols\r\n\r\n');
  });
  const dial = (to) => tls.connect({ port: to, host: '127.0.0.1', rejectUnauthorized: false });
  await connectAtOnce(t, port, dial, UPGRADE);
  assert.deepStrictEqual(strays, []);
});

const setters = {
  'req.setTimeout': (req, _res, callback) => req.setTimeout(30, callback),
  'res.setTimeout': (_req, res, callback) => res.setTimeout(30, callback),
  'socket.setTimeout': ({ socket }, _res, callback) => socket.setTimeout(30, callback),
};
for (const [name, set] of Object.entries(setters)) {
  onNative(`${name} calls in the context in which it was called`, async ({ connect }) => {
    const seen = deferred();
    const server = http.createServer((req, res) => {
      storage.run('mine', () => set(req, res, () => seen.resolve(storage.getStore())));
    });
    const client = await connect(server);
    client.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n');
    assert.strictEqual(await seen.promise, 'mine');
  });
}

onNative('what waits for a slow client is told in its context', async ({ connect }) => {
  const seen = {};
  const closed = deferred();
  const server = http.createServer((_req, res) => {
    storage.run('mine', async () => {
      await null;
      const note = (name) => () => {
        seen[name] = storage.getStore();
      };
      for (const name of ['finish', 'close']) res.on(name, note(name));
      res.on('drain', () => {
        note('drain')();
        res.end('x', note('end'));
      });
      res.on('close', closed.resolve);
      const bytes = Buffer.alloc(8 * 1024 * 1024);
      assert.strictEqual(res.write(bytes, note('write')), false);
      res.write(bytes);
    });
  });
  const client = await connect(server);
  client.stream.pause();
  client.send('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
  await once(server, 'request');
  setImmediate(() => client.stream.resume());
  await closed.promise;
  const all = ['write', 'drain', 'finish', 'end', 'close'];
  assert.deepStrictEqual(seen, Object.fromEntries(all.map((name) => [name, 'mine'])));
});

onBoth('requests are in the context of the call that begins HTTP', async ({ connect }) => {
  const seen = [];
  const note = () => seen.push(storage.getStore());
  const server = http.createServer((req, res) => {
    note();
    req.on('data', note).on('end', () => {
      note();
      res.end();
    });
  });
  const [begin] = server.listeners('connection');
  server.removeListener('connection', begin);
  server.on('connection', (socket) => storage.run('theirs', () => begin.call(server, socket)));
  const client = await connect(server);
  for (let i = 0; i < 2; i++)
    await client.exchange('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx');
  assert.deepStrictEqual(seen, Array(6).fill('theirs'));
});

onStream('…not in that of the code that feeds the stream', async ({ connect }) => {
  const seen = [];
  const server = http.createServer((_req, res) => {
    seen.push(storage.getStore());
    res.end();
  });
  const client = await connect(server);
  for (let i = 0; i < 2; i++) await storage.run('feeding', () => client.exchange(GET));
  assert.deepStrictEqual(seen, [undefined, undefined]);
});

onBoth("'clientError' is in the context of the call of destroy()", async ({ connect }) => {
  const seen = deferred();
  const server = http.createServer((req) => {
    storage.run('mine', () => req.socket.destroy(new Error('mine')));
  });
  server.on('clientError', () => seen.resolve(storage.getStore()));
  const client = await connect(server);
  client.send(GET);
  assert.strictEqual(await seen.promise, 'mine');
});

test("'drop' is in the context of the call of listen()", { timeout: 15_000 }, async (t) => {
  const server = http.createServer();
  server.maxConnections = 0;
  storage.run('listening', () => server.listen(0, '127.0.0.1'));
  t.after(() => server.close());
  await once(server, 'listening');
  const dropped = new Promise((resolve) => {
    server.on('drop', () => resolve(storage.getStore()));
  });
  const socket = net.connect(server.address().port, '127.0.0.1').on('error', () => {});
  t.after(() => socket.destroy());
  assert.strictEqual(await dropped, 'listening');
});
