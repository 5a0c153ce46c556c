'use strict';
// 'upgrade' and 'connect': the socket is the listener's from then on.
const assert = require('node:assert');
const http = require('../support/subject');
const { contentOf, deferred, pattern, turn } = require('../support/events');
const { onNodeHttp } = require('../support/mode');
const { onBoth, onNative } = require('../support/transports');

const upgrade = (path = '/', more = '') =>
  `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\n${more}\r\n`;
const connectTo = (target) => `CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n\r\n`;
const SWITCHING =
  'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n';
const ignored = onNodeHttp && "Node's own http loses the bytes behind an upgrade that it ignores";
const get = (path) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;

onBoth("'upgrade' gets the request, its socket and the bytes behind", async ({ connect }) => {
  const seen = deferred();
  let connection;
  const server = http.createServer(() => assert.fail('no request'));
  server.on('connection', (socket) => {
    connection = socket;
  });
  server.on('upgrade', (req, socket, head) => {
    seen.resolve({ req, socket, head });
    socket.end(SWITCHING);
  });
  const client = await connect(server);
  client.send(`${upgrade('/path', 'X-More: 1\r\n')}first bytes`);
  const { req, socket, head } = await seen.promise;
  assert.ok(req instanceof http.IncomingMessage);
  assert.strictEqual(req.url, '/path');
  assert.strictEqual(req.method, 'GET');
  assert.strictEqual(req.upgrade, true);
  assert.strictEqual(req.headers.upgrade, 'echo');
  assert.strictEqual(req.headers['x-more'], '1');
  assert.strictEqual(req.socket, socket);
  assert.strictEqual(socket, connection);
  assert.ok(Buffer.isBuffer(head));
  assert.strictEqual(head.toString(), 'first bytes');
  assert.strictEqual((await client.response()).status, 101);
});

onBoth('without bytes behind it the head is an empty Buffer', async ({ connect }) => {
  const seen = deferred();
  const server = http.createServer();
  server.on('upgrade', (_req, socket, head) => {
    seen.resolve(head);
    socket.end();
  });
  const client = await connect(server);
  client.send(upgrade());
  const head = await seen.promise;
  assert.ok(Buffer.isBuffer(head));
  assert.strictEqual(head.length, 0);
});

onBoth('CONNECT has its own event, with the target as url', async ({ connect }) => {
  const seen = deferred();
  const server = http.createServer(() => assert.fail('no request'));
  server.on('upgrade', () => assert.fail('no upgrade'));
  server.on('connect', (req, socket, head) => {
    seen.resolve([req.method, req.url, head.toString(), req.socket === socket]);
    socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
    socket.pipe(socket);
  });
  const client = await connect(server);
  client.send(`${connectTo('example.test:443')}tunnelled`);
  assert.deepStrictEqual(await seen.promise, ['CONNECT', 'example.test:443', 'tunnelled', true]);
  await client.untilText('\r\n\r\n');
  client.send('ping');
  await client.untilText('ping');
  client.end();
  await client.untilEnd();
});

onBoth('CONNECT without a listener is closed', async ({ connect }) => {
  const server = http.createServer(() => assert.fail('no request'));
  const client = await connect(server);
  client.send(connectTo('example.test:443'));
  assert.strictEqual(await client.untilEnd(), '');
});

onBoth('the socket is a plain duplex both ways', async ({ connect }) => {
  const server = http.createServer();
  server.on('upgrade', (_req, socket, head) => {
    socket.write(SWITCHING);
    socket.write(head);
    socket.on('data', (chunk) => {
      if (!socket.write(chunk)) {
        socket.pause();
        socket.once('drain', () => socket.resume());
      }
    });
    socket.on('end', () => socket.end('over'));
  });
  const client = await connect(server);
  const text = `${'GET / HTTP/1.1\r\n\r\n'.repeat(10)}`; // no HTTP any more
  client.send(`${upgrade()}early `);
  await client.untilText('early ');
  client.offset = client.length;
  const body = pattern(4_000_000);
  client.send(text, body);
  await client.until(() => client.length - client.offset >= text.length + body.length, 'its echo');
  const echo = client.bytes.subarray(client.offset);
  assert.strictEqual(echo.latin1Slice(0, text.length), text);
  assert.ok(echo.subarray(text.length).equals(body));
  client.end();
  assert.ok((await client.untilEnd()).endsWith('over'));
});

onBoth('bytes in the same write and right behind are all there, in order', async ({ connect }) => {
  const server = http.createServer();
  server.on('upgrade', async (_req, socket, head) => {
    let text = String(head);
    socket.on('end', () => socket.end(text));
    // A listener that takes its time to read.
    for (let i = 0; i < 3; i++) await turn();
    socket.on('data', (chunk) => {
      text += chunk;
    });
  });
  const client = await connect(server);
  client.send(`${upgrade()}a`, 'b', 'c');
  await turn();
  client.send('d');
  client.end();
  assert.strictEqual(await client.untilEnd(), 'abcd');
});

onBoth('nothing of ours listens on the socket any more', async ({ connect }) => {
  const seen = deferred();
  const server = http.createServer((_req, res) => res.end());
  server.on('upgrade', (_req, socket) => {
    const counts = {};
    for (const name of ['data', 'close', 'drain', 'timeout', 'readable', 'error'])
      counts[name] = socket.listenerCount(name);
    seen.resolve({ counts, flowing: socket.readableFlowing, message: socket._httpMessage });
    socket.end();
  });
  const client = await connect(server);
  await client.exchange(get('/')); // touched before, too
  client.send(upgrade());
  const { counts, flowing, message } = await seen.promise;
  assert.deepStrictEqual(
    { ...counts, error: 0 },
    { data: 0, close: 0, drain: 0, timeout: 0, readable: 0, error: 0 },
  );
  assert.strictEqual(flowing, null);
  assert.ok(!message);
});

onBoth("an upgraded connection is none of the server's to close", async ({ connect }) => {
  const upgraded = deferred();
  const server = http.createServer((_req, res) => res.end('x'));
  server.on('upgrade', (_req, socket) => {
    socket.write(SWITCHING);
    upgraded.resolve(socket);
  });
  const client = await connect(server);
  client.send(upgrade());
  const socket = await upgraded.promise;
  server.closeAllConnections();
  server.closeIdleConnections();
  await client.response();
  socket.end('still here');
  assert.strictEqual(await client.untilEnd(), 'still here');
});

onBoth(
  'without a listener an upgrade is an ordinary request',
  { skip: ignored },
  async ({ connect }) => {
    const server = http.createServer(async (req, res) => {
      res.end(`${req.method} ${req.url} ${req.upgrade} ${await contentOf(req)}`);
    });
    const client = await connect(server);
    const post =
      'POST /p HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: x\r\nContent-Length: 4\r\n\r\nbody';
    client.send(upgrade('/u') + get('/behind') + post + get('/last'));
    for (const expected of [
      'GET /u false ',
      'GET /behind false ',
      'POST /p false body',
      'GET /last false ',
    ])
      assert.strictEqual((await client.response()).text, expected);
  },
);

onBoth('shouldUpgradeCallback decides', { skip: ignored }, async ({ connect }) => {
  const asked = [];
  const shouldUpgradeCallback = function (req) {
    asked.push([this === server, req.url, req.upgrade]);
    return req.url === '/yes';
  };
  const server = http.createServer({ shouldUpgradeCallback }, (req, res) => {
    assert.strictEqual(req.upgrade, false);
    res.end(req.url);
  });
  server.on('upgrade', (req, socket) => socket.end(`upgraded ${req.url}`));
  const client = await connect(server);
  client.send(upgrade('/no') + get('/plain'));
  assert.strictEqual((await client.response()).text, '/no');
  assert.strictEqual((await client.response()).text, '/plain');
  client.send(upgrade('/yes'));
  assert.strictEqual(await client.untilEnd(), 'upgraded /yes');
  assert.deepStrictEqual(
    asked.map(([, ...request]) => request),
    [
      ['/no', true],
      ['/yes', true],
    ],
  );
});

onBoth('Upgrade alone, without Connection: upgrade, upgrades nothing', async ({ connect }) => {
  const server = http.createServer((req, res) => res.end(String(req.upgrade)));
  server.on('upgrade', () => assert.fail('upgraded'));
  const client = await connect(server);
  const text = 'GET / HTTP/1.1\r\nHost: a\r\nUpgrade: echo\r\n\r\n';
  assert.strictEqual((await client.exchange(text)).text, 'false');
  assert.strictEqual((await client.exchange(text)).text, 'false');
});

onBoth('an upgrade after requests on the same connection', async ({ connect }) => {
  const server = http.createServer((req, res) => res.end(req.url));
  server.on('upgrade', (_req, socket, head) => {
    socket.write(SWITCHING);
    socket.end(head);
  });
  const client = await connect(server);
  assert.strictEqual((await client.exchange(get('/one'))).text, '/one');
  client.send(`${get('/two')}${upgrade()}tail`);
  assert.strictEqual((await client.response()).text, '/two');
  assert.strictEqual((await client.response()).status, 101);
  assert.strictEqual(await client.untilEnd(), 'tail');
});

onBoth('a destroyed upgraded socket closes the connection', async ({ connect }) => {
  const closed = deferred();
  const server = http.createServer();
  server.on('upgrade', (_req, socket) => {
    socket.on('close', closed.resolve);
    socket.destroy();
  });
  const client = await connect(server);
  client.send(upgrade());
  await client.untilEnd();
  await closed.promise;
});

onBoth('a client that goes away closes the upgraded socket', async ({ connect }) => {
  const log = [];
  const upgraded = deferred();
  const closed = deferred();
  const server = http.createServer();
  server.on('upgrade', (_req, socket) => {
    socket.on('error', () => {});
    socket.on('end', () => socket.end());
    socket.on('close', () => {
      log.push('close');
      closed.resolve();
    });
    socket.resume();
    upgraded.resolve();
  });
  const client = await connect(server);
  client.send(upgrade());
  await upgraded.promise;
  client.reset();
  await closed.promise;
  assert.deepStrictEqual(log, ['close']);
});

onBoth("an error of the upgraded socket is its listener's", async ({ connect }) => {
  const failed = deferred();
  const server = http.createServer();
  server.on('clientError', () => assert.fail("not the server's any more"));
  server.on('upgrade', (_req, socket) => {
    socket.on('error', failed.resolve);
    socket.destroy(new Error('mine'));
  });
  const client = await connect(server);
  client.send(upgrade());
  assert.strictEqual((await failed.promise).message, 'mine');
});

onNative('setTimeout works on an upgraded socket', async ({ connect }) => {
  const idle = deferred();
  const server = http.createServer();
  server.on('upgrade', (_req, socket) => {
    socket.setTimeout(20, () => {
      idle.resolve(socket.destroyed);
      socket.end('timed out');
    });
  });
  const client = await connect(server);
  client.send(upgrade());
  assert.strictEqual(await idle.promise, false);
  assert.strictEqual(await client.untilEnd(), 'timed out');
});

onNative('many upgraded sockets at once', async ({ connect }) => {
  const server = http.createServer();
  server.on('upgrade', (req, socket, head) => {
    socket.write(`${req.url}${head}`);
    socket.pipe(socket);
  });
  const clients = [];
  for (let i = 0; i < 50; i++) clients.push(await connect(server));
  await Promise.all(
    clients.map(async (client, i) => {
      client.send(`${upgrade(`/${i}`)}head${i} `, 'then ', `more ${i}.`);
      await client.untilText(`/${i}head${i} then more ${i}.`);
      client.end();
      assert.strictEqual(await client.untilEnd(), `/${i}head${i} then more ${i}.`);
    }),
  );
});
