'use strict';
// What is over is garbage: servers, connections, sockets and messages.
const { once } = require('node:events');
const net = require('node:net');
const { test } = require('node:test');
const { assertCollected } = require('../support/collected');
const { deferred } = require('../support/events');
const http = require('../support/subject');
const { onBoth, onNative } = require('../support/transports');

const limit = { timeout: 60_000 };
const HOST = 'Host: a\r\n';
const GET = `GET / HTTP/1.1\r\n${HOST}\r\n`;
const LAST = `GET / HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`;
const POST = `POST / HTTP/1.1\r\n${HOST}Content-Length: 10\r\n\r\n`;
const CONNECT = 'CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n';
const UPGRADE = `GET / HTTP/1.1\r\n${HOST}Connection: Upgrade\r\nUpgrade: echo\r\n\r\n`;

async function listen(server) {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server.address().port;
}

async function close(server) {
  const closed = once(server, 'close');
  server.close();
  await closed;
}

/** A connected client that sends `text`. */
async function dial(port, text) {
  const socket = net.connect(port, '127.0.0.1');
  socket.on('error', () => {});
  await once(socket, 'connect');
  socket.write(text);
  return socket;
}

/** Sends `text` and reads until the server ends the connection. */
async function ask(port, text) {
  const socket = await dial(port, text);
  socket.resume();
  await once(socket, 'close');
}

// ---- servers ----

test('a server that never listened', limit, async () => {
  await assertCollected((watch) => {
    watch(
      'server',
      http.createServer(() => {}),
    );
  });
});

test('a server that could not listen', limit, async (t) => {
  const taken = net.createServer();
  t.after(() => taken.close());
  const port = await listen(taken);
  await assertCollected(async (watch) => {
    const server = watch('server', http.createServer());
    server.listen(port, '127.0.0.1');
    await once(server, 'error');
  });
});

test('a closed server without a connection', limit, async () => {
  await assertCollected(async (watch) => {
    const handler = watch('handler', () => {});
    const server = watch('server', http.createServer(handler));
    await listen(server);
    await close(server);
  });
});

test('a closed server that is referenced by nobody while it listens', limit, async () => {
  await assertCollected(async (watch) => {
    const server = watch('server', http.createServer());
    server.unref();
    await listen(server);
    await close(server);
  });
});

test('a server that listened twice', limit, async () => {
  await assertCollected(async (watch) => {
    const server = watch(
      'server',
      http.createServer((_req, res) => res.end('x')),
    );
    for (let i = 0; i < 2; i++) {
      await ask(await listen(server), LAST);
      await close(server);
    }
  });
});

test('a closed server that answered', limit, async () => {
  await assertCollected(async (watch) => {
    const server = watch(
      'server',
      http.createServer((_req, res) => res.end('x')),
    );
    await ask(await listen(server), LAST);
    await close(server);
  });
});

test('a server whose connections were all closed', limit, async () => {
  await assertCollected(async (watch) => {
    const begun = deferred();
    const handler = (req, res) => {
      watch('request', req);
      watch('response', res);
      res.write('x');
      begun.resolve();
    };
    const server = watch('server', http.createServer(handler));
    const client = await dial(await listen(server), GET);
    await begun.promise;
    const closed = close(server);
    server.closeAllConnections();
    await closed;
    client.destroy();
  });
});

test('a server that closed while a client connected', limit, async () => {
  await assertCollected(async (watch) => {
    const server = watch(
      'server',
      http.createServer((_req, res) => res.end('x')),
    );
    const port = await listen(server);
    const clients = Array.from({ length: 5 }, () => net.connect(port, '127.0.0.1'));
    for (const client of clients) client.on('error', () => {}).resume();
    await once(clients[0], 'connect');
    await close(server);
    for (const client of clients) if (!client.closed) await once(client.destroy(), 'close');
  });
});

test('a closed server whose connection somebody has taken', limit, async () => {
  await assertCollected(async (watch) => {
    const taken = deferred();
    const server = watch('server', http.createServer());
    server.removeAllListeners('connection');
    server.on('connection', (socket) => {
      watch('socket', socket);
      taken.resolve(socket.end('bye').resume());
    });
    const client = (await dial(await listen(server), 'hello')).resume();
    await once(await taken.promise, 'close');
    client.destroy();
    await close(server);
  });
});

// ---- connections of a server that stays ----

/** A server that stays while what `answer` gets from many connections is collected. */
async function assertConnectionsCollected({ connect }, options, talk) {
  const { listeners = {}, answer = () => {}, own = false } = options;
  const server = http.createServer();
  if (own) server.removeAllListeners('connection');
  let current;
  for (const [event, listener] of Object.entries({ request: answer, ...listeners }))
    server.on(event, (...args) => listener(current, ...args));
  server.on('connection', (socket) => current('socket', socket));
  await assertCollected(async (watch) => {
    current = watch;
    const client = await connect(server);
    await talk(client);
    client.destroy();
    await client.untilClosed();
  });
}

/** Lets go of the clients: an end of an in-memory pair would keep the other. */
const forget = (world) => ({
  connect: async (server) => {
    const client = await world.connect(server);
    world.clients.length = 0;
    return client;
  },
});

/** Watches a request and its response. */
const watchBoth = (watch, req, res) => {
  watch('request', req);
  watch('response', res);
};

const ANSWERS = {
  'that were answered': (watch, req, res) => {
    watchBoth(watch, req, res);
    res.end('x');
  },
  'whose sockets were looked at': (watch, req, res) => {
    watchBoth(watch, req, res);
    req.socket.on('close', () => {});
    req.on('close', () => {});
    res.on('close', () => {});
    res.end('x');
  },
  'that were asked for a signal': (watch, req, res) => {
    watchBoth(watch, req, res);
    req.signal?.addEventListener('abort', () => res.destroyed);
    res.end('x');
  },
};
for (const [what, answer] of Object.entries(ANSWERS)) {
  onBoth(`connections ${what}, and their messages`, async (world) => {
    await assertConnectionsCollected(forget(world), { answer }, async (client) => {
      await client.exchange(GET);
      await client.exchange(GET);
    });
  });
}

onBoth('connections whose peer goes away amid an answer', async (world) => {
  const closed = [];
  const answer = (watch, req, res) => {
    watchBoth(watch, req, res);
    req.on('error', () => {});
    res.on('close', () => closed.pop().resolve());
    res.write('begun');
  };
  await assertConnectionsCollected(forget(world), { answer }, async (client) => {
    const end = deferred();
    closed.push(end);
    client.send(GET);
    await client.untilText('begun');
    client.destroy();
    await end.promise;
  });
});

onBoth('connections whose peer breaks off amid a request', async (world) => {
  const ends = [];
  const answer = (watch, req, res) => {
    watchBoth(watch, req, res);
    req.on('error', () => {});
    req.on('data', () => ends[0].begun.resolve());
    req.on('close', () => ends.pop().closed.resolve());
  };
  await assertConnectionsCollected(forget(world), { answer }, async (client) => {
    const end = { begun: deferred(), closed: deferred() };
    ends.push(end);
    client.send(`${POST}half`);
    await end.begun.promise;
    client.reset();
    await end.closed.promise;
  });
});

onBoth('connections that a handler destroys', async (world) => {
  const answer = (watch, req, res) => {
    watchBoth(watch, req, res);
    if (Math.random() < 0.5) res.destroy();
    else req.socket.destroy();
  };
  await assertConnectionsCollected(forget(world), { answer }, async (client) => {
    client.send(GET);
    await client.untilEnd();
  });
});

onBoth('connections on which no HTTP came', async (world) => {
  const own = { clientError: (_watch, _error, socket) => socket.destroy() };
  for (const listeners of [{}, own]) {
    await assertConnectionsCollected(forget(world), { listeners }, async (client) => {
      client.send('no HTTP\r\n\r\n');
      await client.untilEnd();
    });
  }
});

onBoth('upgraded connections', async (world) => {
  const listeners = {
    upgrade: (watch, req, socket) => {
      watch('request', req);
      socket.on('error', () => {});
      socket.resume().end('bye');
    },
  };
  await assertConnectionsCollected(forget(world), { listeners }, async (client) => {
    client.send(UPGRADE);
    await client.untilEnd();
    client.end();
  });
});

onBoth('connections that nobody takes', async (world) => {
  await assertConnectionsCollected(forget(world), {}, async (client) => {
    client.send(CONNECT);
    await client.untilEnd();
  });
});

onNative('connections of which HTTP was never spoken', async (world) => {
  const listeners = {
    connection: (_watch, socket) => {
      socket.on('error', () => {});
      socket.resume().end('bye');
    },
  };
  await assertConnectionsCollected(forget(world), { listeners, own: true }, async (client) => {
    await client.untilEnd();
    client.end();
  });
});

onNative('connections that are destroyed when they come', async (world) => {
  const listeners = { connection: (_watch, socket) => socket.destroy() };
  for (const own of [true, false]) {
    await assertConnectionsCollected(forget(world), { listeners, own }, async (client) => {
      await client.untilEnd();
    });
  }
});

onBoth('messages of a connection that stays', async ({ connect }) => {
  let current;
  const server = http.createServer((req, res) => {
    watchBoth(current, req, res);
    res.end('x');
  });
  const client = await connect(server);
  await assertCollected(async (watch) => {
    current = watch;
    await client.exchange(GET);
  });
});

// ---- servers that never listen ----

const duplexPair = require('../support/duplex-pair');

test('a server whose stream was closed', limit, async () => {
  await assertCollected(async (watch) => {
    const server = watch(
      'server',
      http.createServer((_req, res) => res.end('x')),
    );
    const [near, far] = duplexPair();
    watch('stream', far);
    server.emit('connection', far);
    near.resume().end(LAST);
    await once(far, 'close');
  });
});

test('a server whose stream was upgraded', limit, async () => {
  await assertCollected(async (watch) => {
    const server = watch('server', http.createServer());
    server.on('upgrade', (_req, socket) => socket.end());
    const [near, far] = duplexPair();
    watch('stream', far);
    server.emit('connection', far);
    near.resume().end(UPGRADE);
    await once(near, 'end');
    far.destroy();
  });
});
