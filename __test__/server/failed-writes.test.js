'use strict';
// What callbacks of writes hear when the connection is gone: what happened to it.
const assert = require('node:assert');
const os = require('node:os');
const http = require('../support/subject');
const { deferred } = require('../support/events');
const { onNodeHttp } = require('../support/mode');
const { ResettingPeer } = require('../support/resetting-peer');
const { onBoth, onNative } = require('../support/transports');

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';

/** A callback, and a promise for what it is called with; a second call fails the test. */
function callback() {
  const { promise, resolve } = deferred();
  let calls = 0;
  const called = (error) => {
    assert.strictEqual(++calls, 1);
    resolve(error);
  };
  return [called, promise];
}

/** A failed system call, with all that Node says of one. */
function assertFailedCall(error) {
  assert.ok(['EPIPE', 'ECONNRESET'].includes(error?.code), `${error?.code}`);
  assert.strictEqual(error.message, `write ${error.code}`);
  assert.strictEqual(error.syscall, 'write');
  assert.strictEqual(error.errno, -os.constants.errno[error.code]);
}

/** A server whose handler makes so many writes, and a promise for the errors of those. */
function writing(count, answer) {
  const pairs = Array.from({ length: count }, callback);
  const server = http.createServer((req, res) => {
    res.on('error', () => {});
    answer(req, res, ...pairs.map(([called]) => called));
  });
  server.on('clientError', (_error, socket) => socket.destroy());
  return { server, errors: Promise.all(pairs.map(([, promise]) => promise)) };
}

/** The errors of writes to a client that waits for its answer. */
async function errorsOf(connect, count, answer) {
  const { server, errors } = writing(count, answer);
  const client = await connect(server);
  client.send(GET);
  return await errors;
}

/** The errors of writes to a client that has broken off meanwhile. */
async function errorsBehindReset({ t, listen }, count, answer) {
  let peer;
  const { server, errors } = writing(count, (...args) => {
    peer.reset();
    answer(...args);
  });
  peer = ResettingPeer.connect(t, await listen(server), GET);
  return await errors;
}

onNative('writes to a peer that broke off', async (world) => {
  const errors = await errorsBehindReset(world, 2, (_req, res, first, second) => {
    res.write('first', first);
    res.write(Buffer.from('second'), second);
  });
  errors.forEach(assertFailedCall);
});

onNative('a write of the socket to a peer that broke off', async (world) => {
  const [error] = await errorsBehindReset(world, 1, ({ socket }, _res, first) => {
    socket.on('error', () => {});
    socket.write('first', first);
  });
  assertFailedCall(error);
});

onBoth('a response that is destroyed behind its writes', async ({ connect }) => {
  const errors = await errorsOf(connect, 2, (_req, res, first, second) => {
    res.write('first', first);
    res.write('second', second);
    res.destroy();
  });
  for (const { code } of errors) assert.strictEqual(code, 'ERR_STREAM_DESTROYED');
});

onBoth('a corked socket that is destroyed', async ({ connect }) => {
  const errors = await errorsOf(connect, 2, ({ socket }, _res, first, second) => {
    socket.on('close', () => {});
    socket.cork();
    socket.write('first', first);
    socket.write('second', second);
    socket.destroy();
  });
  for (const { code } of errors) assert.strictEqual(code, 'ERR_STREAM_DESTROYED');
});

onBoth('a corked socket that nobody has looked at is destroyed', async ({ connect }) => {
  const [error] = await errorsOf(connect, 1, ({ socket }, _res, first) => {
    socket.cork();
    socket.write('first', first);
    socket.destroy();
  });
  assert.strictEqual(error.code, 'ERR_STREAM_DESTROYED');
});

onBoth('a corked socket that is destroyed with an error', async ({ connect }) => {
  const mine = new Error('mine');
  const errors = await errorsOf(connect, 2, ({ socket }, _res, first, second) => {
    socket.on('error', () => {});
    socket.cork();
    socket.write('first', first);
    socket.write('second', second);
    socket.destroy(mine);
  });
  assert.deepStrictEqual(errors, [mine, mine]);
});

onBoth('a response that is destroyed with an error', async ({ connect }) => {
  const mine = new Error('mine');
  const [error] = await errorsOf(connect, 1, (_req, res, first) => {
    res.write('first', first);
    res.destroy(mine);
  });
  assert.strictEqual(error, mine);
});

/** Node fails the socket at once when a write from JavaScript finds the reset. */
const asked = { skip: onNodeHttp && "Node's own http does not read on" };

onNative('a request that came before the reset is handled', asked, async ({ t, listen }) => {
  const last = 'GET /last HTTP/1.1\r\nHost: a\r\n\r\n';
  const seen = deferred();
  let peer;
  const server = http.createServer((req, res) => {
    res.on('error', () => {});
    if (req.url === '/last') {
      seen.resolve();
    } else {
      peer.reset();
      res.write('one');
      res.end('two');
    }
  });
  server.on('clientError', (_error, socket) => socket.destroy());
  peer = ResettingPeer.connect(t, await listen(server), GET, last);
  await seen.promise;
});

const isNode20 = process.version.startsWith('v20.');
/** What ends the connection of a client that does not read. */
const endings = {
  'res.destroy()': ({ res }) => res.destroy(),
  'an error': ({ req }) => req.socket.destroy(new Error('mine')),
  'server.closeAllConnections()': ({ server }) => server.closeAllConnections(),
  'a client that resets': ({ client }) => client.reset(),
};
const looks = { nobody: () => {}, somebody: (socket) => socket.on('close', () => {}) };
const large = Buffer.alloc(8 * 1024 * 1024);

for (const [ending, end] of Object.entries(endings))
  for (const [who, look] of Object.entries(looks))
    onNative(
      `a write that waits is cancelled by ${ending}, ${who} looks at the socket`,
      { skip: onNodeHttp && isNode20 && 'it says that such a write has succeeded' },
      async ({ connect }) => {
        const log = [];
        const closed = deferred();
        const server = http.createServer((req, res) => {
          look(req.socket);
          req.on('error', () => {});
          res.write(large, (error) => log.push(error.code, error.syscall));
          res.on('close', closed.resolve);
          setImmediate(end, { client, req, res, server });
        });
        server.on('clientError', (_error, socket) => {
          log.push('clientError');
          socket.destroy();
        });
        const client = await connect(server);
        client.stream.pause();
        client.send(GET);
        await closed.promise;
        const cancelled = ['ECANCELED', 'write'];
        assert.deepStrictEqual(log.slice(-2), cancelled);
        if (log.length > 2) assert.deepStrictEqual(log, ['clientError', ...cancelled]);
      },
    );
