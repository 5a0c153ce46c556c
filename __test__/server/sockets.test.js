'use strict';
// The net.Socket that a request shows.
const assert = require('node:assert');
const { once } = require('node:events');
const net = require('node:net');
const http = require('../support/subject');
const { deferred, turn } = require('../support/events');
const { onBoth, onNative, onStream } = require('../support/transports');

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';

onBoth("'connection' comes before the request, with its socket", async ({ connect }) => {
  const log = [];
  const server = http.createServer((req, res) => {
    log.push(['request', req.socket === log[0][1]]);
    assert.strictEqual(req.connection, req.socket);
    assert.strictEqual(res.socket, req.socket);
    assert.strictEqual(res.connection, req.socket);
    assert.strictEqual(req.socket.server, server);
    res.end();
  });
  server.on('connection', (socket) => log.push(['connection', socket]));
  const client = await connect(server);
  await client.exchange(GET);
  await client.exchange(GET);
  assert.deepStrictEqual(
    log.map(([name]) => name),
    ['connection', 'request', 'request'],
  );
  assert.ok(log[1][1] && log[2][1]);
});

onNative('a connection without a request is announced, too', async ({ connect }) => {
  const server = http.createServer();
  const announced = once(server, 'listening').then(() => once(server, 'connection'));
  const client = await connect(server);
  const [socket] = await announced;
  assert.ok(socket instanceof net.Socket);
  socket.end('bye');
  assert.strictEqual(await client.untilEnd(), 'bye');
});

onBoth('one socket for all requests of a connection, another for others', async ({ connect }) => {
  const seen = new Map();
  const server = http.createServer((req, res) => {
    seen.set(req.socket, (seen.get(req.socket) ?? 0) + 1);
    res.end();
  });
  const one = await connect(server);
  const other = await connect(server);
  for (let i = 0; i < 3; i++) await one.exchange(GET);
  await other.exchange(GET);
  await one.exchange(GET);
  assert.deepStrictEqual([...seen.values()].sort(), [1, 4]);
});

onBoth('properties that users put on a socket stay there', async ({ connect }) => {
  const key = Symbol('mine');
  const server = http.createServer((req, res) => {
    req.socket[key] = (req.socket[key] ?? 0) + 1;
    req.socket.count = req.socket[key];
    res.end(String(req.socket.count));
  });
  const client = await connect(server);
  await client.exchange(GET);
  assert.strictEqual((await client.exchange(GET)).text, '2');
});

onNative('it is a net.Socket with addresses', async ({ connect, listen }) => {
  const server = http.createServer((req, res) => {
    const { socket } = req;
    const fields = ['remoteAddress', 'remoteFamily', 'remotePort'];
    const locals = ['localAddress', 'localFamily', 'localPort'];
    res.end(
      JSON.stringify({
        isSocket: socket instanceof net.Socket,
        remote: fields.map((name) => socket[name]),
        local: locals.map((name) => socket[name]),
        address: socket.address(),
        states: [socket.readyState, socket.pending, socket.connecting, socket.destroyed],
      }),
    );
  });
  const port = await listen(server);
  const client = await connect(server);
  const answer = JSON.parse((await client.exchange(GET)).text);
  assert.deepStrictEqual(answer, {
    isSocket: true,
    remote: ['127.0.0.1', 'IPv4', client.stream.localPort],
    local: ['127.0.0.1', 'IPv4', port],
    address: { address: '127.0.0.1', family: 'IPv4', port },
    states: ['open', false, false, false],
  });
});

onNative('addresses of an IPv6 connection', async ({ listen, t }) => {
  const server = http.createServer((req, res) => {
    res.end([req.socket.remoteAddress, req.socket.remoteFamily].join());
  });
  try {
    await listen(server, 0, '::1');
  } catch (error) {
    t.skip(`no IPv6 here: ${error.code}`);
    return;
  }
  const socket = net.connect(server.address().port, '::1');
  socket.end(GET);
  const chunks = await socket.toArray();
  assert.match(Buffer.concat(chunks).toString(), /\r\n\r\n::1,IPv6$/);
});

onNative('the remote address is still told after the connection is closed', async ({ connect }) => {
  const closed = deferred();
  const server = http.createServer((req, res) => {
    const { remoteAddress, remotePort } = req.socket;
    req.socket.on('close', () => closed.resolve([req.socket, remoteAddress, remotePort]));
    res.end();
  });
  const client = await connect(server);
  await client.exchange(GET);
  const { localPort } = client.stream;
  client.end();
  const [socket, address, port] = await closed.promise;
  assert.strictEqual(address, '127.0.0.1');
  assert.strictEqual(port, localPort);
  assert.deepStrictEqual([socket.remoteAddress, socket.remotePort], [address, port]);
  assert.strictEqual(socket.destroyed, true);
  assert.strictEqual(socket.readyState, 'closed');
});

onNative('bytesWritten counts the bytes of text that is held', async ({ connect }) => {
  const counts = [];
  const server = http.createServer((req, res) => {
    const { socket } = req;
    socket.cork();
    for (const [text, encoding] of [
      ['\u20ac', 'utf8'],
      ['\u00e9', 'latin1'],
      ['6162', 'hex'],
      ['\u20ac'],
    ]) {
      const before = socket.bytesWritten;
      socket.write(text, encoding);
      counts.push(socket.bytesWritten - before);
    }
    socket.uncork();
    socket.end();
    res.destroy();
  });
  const client = await connect(server);
  client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  await client.untilEnd();
  assert.deepStrictEqual(counts, [3, 1, 2, 3]);
});

onNative('bytesRead and bytesWritten count the bytes of the connection', async ({ connect }) => {
  const counts = [];
  const closed = deferred();
  const server = http.createServer((req, res) => {
    counts.push([req.socket.bytesRead, req.socket.bytesWritten]);
    req.socket.once('close', () => closed.resolve([req.socket.bytesRead, req.socket.bytesWritten]));
    req.resume().on('end', () => res.end('x'.repeat(100)));
  });
  const client = await connect(server);
  const post = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n0123456789';
  await client.exchange(post);
  const first = client.length;
  await client.exchange(post);
  client.end();
  await client.untilEnd();
  assert.deepStrictEqual(counts, [
    [post.length, 0],
    [2 * post.length, first],
  ]);
  assert.deepStrictEqual(await closed.promise, [2 * post.length, client.length]);
});

onBoth('destroy ends the connection and what was under way', async ({ connect }) => {
  const log = [];
  const closed = deferred();
  const server = http.createServer((req, res) => {
    req.on('aborted', () => log.push('aborted'));
    req.on('close', () => log.push('req close'));
    res.on('close', () => log.push('res close'));
    req.socket.on('close', () => closed.resolve());
    assert.strictEqual(req.socket.destroy(), req.socket);
    assert.strictEqual(req.socket.destroyed, true);
    assert.strictEqual(req.socket.writable, false);
  });
  const client = await connect(server);
  client.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n01234');
  assert.strictEqual(await client.untilEnd(), '');
  await closed.promise;
  while (log.length < 3) await turn();
  assert.deepStrictEqual([...log].sort(), ['aborted', 'req close', 'res close']);
});

onBoth("destroy(error) tells the socket's 'error' and clientError", async ({ connect }) => {
  const errors = [];
  const closed = deferred();
  const server = http.createServer((req) => {
    req.socket.on('error', (error) => errors.push(`socket ${error.message}`));
    req.socket.on('close', (hadError) => closed.resolve(hadError));
    req.socket.destroy(new Error('on purpose'));
  });
  server.on('clientError', (error) => errors.push(`client ${error.message}`));
  const client = await connect(server);
  client.send(GET);
  await closed.promise;
  assert.deepStrictEqual([...errors].sort(), ['client on purpose', 'socket on purpose']);
});

onNative('destroySoon lets out what was written', async ({ connect }) => {
  const server = http.createServer((req) => {
    req.socket.write('x'.repeat(1_000_000));
    req.socket.destroySoon();
    assert.strictEqual(req.socket.writable, false);
  });
  const client = await connect(server);
  client.send(GET);
  assert.strictEqual((await client.untilEnd()).length, 1_000_000);
});

onNative('resetAndDestroy breaks the connection off', async ({ connect }) => {
  const server = http.createServer((req) => {
    assert.strictEqual(req.socket.resetAndDestroy(), req.socket);
    assert.strictEqual(req.socket.destroyed, true);
  });
  const client = await connect(server);
  client.send(GET);
  await client.untilClosed();
  assert.strictEqual(client.error?.code, 'ECONNRESET');
});

onBoth('end(text) writes past the response and ends', async ({ connect }) => {
  const server = http.createServer((req) => req.socket.end('raw answer'));
  const client = await connect(server);
  client.send(GET);
  assert.strictEqual(await client.untilEnd(), 'raw answer');
});

onBoth('writes to the socket go out as they are, with callbacks', async ({ connect }) => {
  const log = [];
  const server = http.createServer((req, res) => {
    const { socket } = req;
    socket.write('HTTP/1.1 102 Processing\r\n\r\n', () => log.push('one'));
    socket.write(Buffer.from('HTTP/1.1 103 Early Hints\r\n'), () => log.push('two'));
    socket.write('X-H: \xe9\r\n\r\n', 'latin1', () => {
      log.push('three');
      res.end('final');
    });
  });
  const client = await connect(server);
  assert.strictEqual((await client.exchange(GET)).status, 102);
  assert.strictEqual((await client.response()).headers['x-h'], '\xe9');
  assert.strictEqual((await client.response()).text, 'final');
  assert.deepStrictEqual(log, ['one', 'two', 'three']);
});

onNative('setNoDelay, setKeepAlive, ref and unref return the socket', async ({ connect }) => {
  const server = http.createServer((req, res) => {
    const { socket } = req;
    assert.strictEqual(socket.setNoDelay(), socket);
    assert.strictEqual(socket.setNoDelay(false), socket);
    assert.strictEqual(socket.setKeepAlive(true, 1000), socket);
    assert.strictEqual(socket.setKeepAlive(), socket);
    assert.strictEqual(socket.unref(), socket);
    assert.strictEqual(socket.ref(), socket);
    res.end('still here');
  });
  const client = await connect(server);
  assert.strictEqual((await client.exchange(GET)).text, 'still here');
});

onNative(
  'setTimeout tells its callback and the event, and leaves the rest to us',
  async ({ connect }) => {
    const told = deferred();
    const server = http.createServer((req, res) => {
      const { socket } = req;
      assert.ok(!socket.timeout);
      const log = [];
      socket.on('timeout', () => log.push('event'));
      assert.strictEqual(
        socket.setTimeout(30, function onTimeout() {
          log.push('callback');
          setImmediate(() => told.resolve([log, this === socket, socket.destroyed]));
        }),
        socket,
      );
      assert.strictEqual(socket.timeout, 30);
      server.on('timeout', () => {}); // else the socket is destroyed
      told.promise.then(() => res.end('later'));
    });
    const client = await connect(server);
    client.send(GET);
    const [log, isThis, destroyed] = await told.promise;
    assert.deepStrictEqual(log, ['event', 'callback']);
    assert.ok(isThis);
    assert.strictEqual(destroyed, false);
    assert.strictEqual((await client.response()).text, 'later');
  },
);

onBoth('a data listener sees the bytes that the parser sees', async ({ connect }) => {
  const raw = [];
  const server = http.createServer((req, res) => req.resume().on('end', () => res.end('ok')));
  server.on('connection', (socket) => socket.on('data', (chunk) => raw.push(chunk)));
  const client = await connect(server);
  const text = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc';
  await client.exchange(text);
  await client.exchange(text);
  assert.strictEqual(Buffer.concat(raw).toString(), text + text);
});

onBoth('_httpMessage is the response that has its turn', async ({ connect }) => {
  const server = http.createServer((req, res) => {
    assert.strictEqual(req.socket._httpMessage, res);
    res.on('close', () => after.resolve([req.socket._httpMessage, res.socket]));
    res.end();
  });
  const after = deferred();
  const client = await connect(server);
  await client.exchange(GET);
  assert.deepStrictEqual(await after.promise, [null, null]);
});

onNative('pause and resume hold the bytes of an upload', async ({ connect }) => {
  const server = http.createServer((req, res) => {
    let length = 0;
    let paused = false;
    req.on('data', (chunk) => {
      assert.ok(!paused, 'data while paused');
      length += chunk.length;
      paused = true;
      req.pause();
      assert.strictEqual(req.isPaused(), true);
      setImmediate(() => {
        paused = false;
        req.resume();
      });
    });
    req.on('end', () => res.end(String(length)));
  });
  const client = await connect(server);
  client.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n');
  client.send(Buffer.alloc(1_000_000, 'x'));
  assert.strictEqual((await client.response()).text, '1000000');
});

onStream('an injected stream is the socket itself', async ({ connect }) => {
  let injected;
  const server = http.createServer((req, res) => res.end(String(req.socket === injected)));
  server.prependListener('connection', (socket) => {
    injected = socket;
  });
  const client = await connect(server);
  assert.strictEqual((await client.exchange(GET)).text, 'true');
});

onBoth('listeners on the socket do not pile up over many requests', async ({ connect }) => {
  const counts = [];
  const server = http.createServer((req, res) => {
    const { socket } = req;
    counts.push(socket.eventNames().map((name) => `${String(name)} ${socket.listenerCount(name)}`));
    res.end();
  });
  const client = await connect(server);
  for (let i = 0; i < 12; i++) await client.exchange(GET);
  assert.deepStrictEqual(counts[11], counts[1]);
});

onNative(
  "the peer's address is known when a response that closes has left",
  async ({ connect }) => {
    const seen = [];
    const closed = deferred();
    const server = http.createServer((req, res) => {
      res.on('finish', () => seen.push(req.socket.remoteAddress));
      res.on('close', () => {
        seen.push(req.socket.remoteAddress);
        closed.resolve();
      });
      res.end('x');
    });
    const client = await connect(server);
    client.send('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    await closed.promise;
    assert.deepStrictEqual(seen, ['127.0.0.1', '127.0.0.1']);
  },
);

onNative(
  "connections that came with the one that once('connection') saw are served",
  async ({ connect }) => {
    const server = http.createServer((_req, res) => res.end('x'));
    const first = await connect(server);
    assert.strictEqual((await first.exchange(GET)).text, 'x');
    server.once('connection', () => {});
    const others = await Promise.all(Array.from({ length: 8 }, () => connect(server)));
    for (const client of others) assert.strictEqual((await client.exchange(GET)).text, 'x');
  },
);

onNative('what a socket says that is first looked at behind its end', async ({ connect }) => {
  const seen = [];
  const closed = deferred();
  const server = http.createServer(({ socket }) => {
    socket.end();
    setTimeout(() => {
      seen.push(socket.writableEnded, socket.writableFinished);
      socket.on('finish', () => seen.push('finish'));
      socket.on('close', closed.resolve);
    }, 10);
  });
  const client = await connect(server);
  client.send(GET);
  await client.untilEnd();
  while (seen.length === 0) await turn();
  client.end();
  await closed.promise;
  assert.deepStrictEqual(seen, [true, true]);
});

onNative(
  'bytesRead of a socket that was destroyed before it was looked at',
  async ({ connect }) => {
    const found = deferred();
    const server = http.createServer(({ socket }) => {
      socket.destroy();
      found.resolve(socket.bytesRead);
    });
    const client = await connect(server);
    client.send(GET);
    assert.strictEqual(await found.promise, GET.length);
  },
);

onNative(
  'a socket that was ended, and that nobody looks at, closes with the end of its peer',
  async ({ connect }) => {
    const aborted = deferred();
    const server = http.createServer((req, res) => {
      req.on('error', () => {});
      res.on('close', aborted.resolve);
      req.socket.end();
    });
    const client = await connect(server);
    client.send(GET);
    await client.untilEnd();
    client.end();
    await aborted.promise;
    await client.untilClosed();
  },
);
