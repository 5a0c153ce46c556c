'use strict';
// Bad input, lost connections, failing handlers.
const assert = require('node:assert');
const http = require('../support/subject');
const { contentOf, deferred, pattern } = require('../support/events');
const { onBoth, onNative } = require('../support/transports');

const get = (path = '/') => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;
const upload = (length, text) =>
  `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${length}\r\n\r\n${text}`;
const BAD = 'this is no request\r\n\r\n';

onBoth('a malformed request is answered with 400 and the end', async ({ connect }) => {
  const server = http.createServer(() => assert.fail('no request'));
  const client = await connect(server);
  client.send(BAD);
  assert.strictEqual(
    await client.untilEnd(),
    'HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n',
  );
});

onBoth("'clientError' gets the error and the socket, and answers itself", async ({ connect }) => {
  const told = deferred();
  let connection;
  const server = http.createServer(() => assert.fail('no request'));
  server.on('connection', (socket) => {
    connection = socket;
  });
  server.on('clientError', (error, socket) => {
    told.resolve([error, socket]);
    assert.ok(socket.writable);
    socket.end('HTTP/1.1 418 Teapot\r\n\r\nown words');
  });
  const client = await connect(server);
  client.send(BAD);
  const [error, socket] = await told.promise;
  assert.ok(error instanceof Error);
  assert.match(error.code, /^HPE_/);
  assert.strictEqual(typeof error.bytesParsed, 'number');
  assert.ok(Buffer.isBuffer(error.rawPacket));
  assert.strictEqual(error.rawPacket.toString(), BAD);
  assert.strictEqual(socket, connection);
  assert.strictEqual(await client.untilEnd(), 'HTTP/1.1 418 Teapot\r\n\r\nown words');
});

onBoth('requests before the malformed one are answered', async ({ connect }) => {
  const server = http.createServer((req, res) => res.end(req.url));
  const client = await connect(server);
  assert.strictEqual((await client.exchange(get('/one'))).text, '/one');
  client.send(BAD);
  assert.strictEqual((await client.response()).status, 400);
  assert.strictEqual(await client.untilEnd(), '');
});

onBoth('a broken body tells its request', async ({ connect }) => {
  const log = [];
  const closed = deferred();
  const server = http.createServer((req) => {
    req.on('data', (chunk) => log.push(`data ${chunk}`));
    req.on('end', () => log.push('end'));
    req.on('aborted', () => log.push('aborted'));
    req.on('error', (error) => log.push(`error ${error.code}`));
    req.on('close', () => closed.resolve(req));
  });
  const client = await connect(server);
  client.send(
    'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nnot hex\r\n',
  );
  const req = await closed.promise;
  assert.strictEqual(log[0], 'data abc');
  assert.ok(!log.includes('end'));
  assert.ok(log.includes('aborted'));
  assert.strictEqual(req.complete, false);
  assert.strictEqual(req.destroyed, true);
  assert.strictEqual((await client.response()).status, 400);
});

onBoth('an upload whose client goes away is aborted', async ({ connect }) => {
  const log = [];
  const begun = deferred();
  const closed = deferred();
  const server = http.createServer((req, res) => {
    for (const event of ['aborted', 'error', 'close', 'end'])
      req.on(event, (error) => log.push(error ? `${event} ${error.code} ${error.message}` : event));
    res.on('close', () => {
      log.push('res close');
      if (log.includes('close')) closed.resolve([req, res]);
    });
    req.on('close', () => log.includes('res close') && closed.resolve([req, res]));
    req.on('data', () => begun.resolve());
  });
  const client = await connect(server);
  client.send(upload(100, 'some'));
  await begun.promise;
  client.destroy();
  const [req, res] = await closed.promise;
  assert.deepStrictEqual(
    log.filter((line) => line !== 'res close'),
    ['aborted', 'error ECONNRESET aborted', 'close'],
  );
  assert.deepStrictEqual([req.aborted, req.complete, req.destroyed], [true, false, true]);
  assert.deepStrictEqual([res.destroyed, res.writableFinished], [true, false]);
  assert.strictEqual(req.errored?.code, 'ECONNRESET');
});

onBoth("without 'error' listeners an aborted upload raises nothing", async ({ connect }) => {
  const begun = deferred();
  const closed = deferred();
  const server = http.createServer((req) => {
    req.on('data', () => begun.resolve());
    req.on('close', closed.resolve);
  });
  const client = await connect(server);
  client.send(upload(100, 'some'));
  await begun.promise;
  client.destroy();
  await closed.promise;
});

onBoth('reading an aborted upload rejects', async ({ connect }) => {
  const failed = deferred();
  const begun = deferred();
  const server = http.createServer((req) => {
    begun.resolve();
    contentOf(req).then(() => failed.reject(new Error('complete')), failed.resolve);
  });
  const client = await connect(server);
  client.send(upload(100, 'some'));
  await begun.promise;
  client.destroy();
  assert.strictEqual((await failed.promise).code, 'ECONNRESET');
});

onBoth('a reset in the middle of an upload', async ({ connect }) => {
  const log = [];
  const begun = deferred();
  const closed = deferred();
  const server = http.createServer((req, res) => {
    req.on('aborted', () => log.push('aborted'));
    req.on('error', (error) => log.push(`error ${error.code}`));
    req.on('data', () => begun.resolve());
    res.on('close', () => closed.resolve(req.aborted));
  });
  server.on('clientError', (error, socket) => {
    log.push(`clientError ${error.code}`);
    socket.destroy();
  });
  const client = await connect(server);
  client.send(upload(100, 'some'));
  await begun.promise;
  client.reset();
  await closed.promise;
  assert.ok(log.includes('clientError ECONNRESET'), String(log));
});

onBoth('a download whose client goes away closes its response', async ({ connect }) => {
  const closed = deferred();
  const log = [];
  const server = http.createServer((req, res) => {
    req.on('aborted', () => log.push('aborted'));
    req.on('close', () => log.push('req close'));
    res.on('finish', () => log.push('finish'));
    res.on('error', (error) => log.push(`res error ${error.code}`));
    res.on('close', () => closed.resolve(res));
    res.write(pattern(100_000));
  });
  const client = await connect(server);
  client.send(get());
  await client.until(() => client.length > 100_000, 'the first piece');
  client.destroy();
  const res = await closed.promise;
  assert.strictEqual(res.writableFinished, false);
  assert.strictEqual(res.writableEnded, false);
  assert.strictEqual(res.destroyed, true);
  assert.strictEqual(res.errored ?? null, null);
  assert.ok(!log.includes('finish'));
  assert.ok(!log.some((line) => line.startsWith('res error')));
});

onBoth(
  'a client that ends after its request is still answered when half open',
  async ({ connect }) => {
    const server = http.createServer((_req, res) => setImmediate(() => res.end('late')));
    server.httpAllowHalfOpen = true;
    const client = await connect(server);
    client.send(get());
    client.end();
    assert.strictEqual((await client.response()).text, 'late');
    assert.strictEqual(await client.untilEnd(), '');
  },
);

onBoth('a client that ends within its request', async ({ connect }) => {
  const errors = [];
  const closed = deferred();
  const server = http.createServer((req) => req.on('close', closed.resolve));
  server.on('clientError', (error, socket) => {
    errors.push(error.code, socket.readable, socket.readableEnded, socket.writable);
    socket.destroy();
  });
  const client = await connect(server);
  client.send(upload(100, 'some'));
  client.end();
  await client.untilEnd();
  await closed.promise;
  assert.deepStrictEqual(errors, ['HPE_INVALID_EOF_STATE', false, true, true]);
});

onBoth("'clientError' has time to answer a request that was cut short", async ({ connect }) => {
  const told = deferred();
  const server = http.createServer(() => assert.fail('no request'));
  server.on('clientError', (_error, socket) => told.resolve(socket));
  const client = await connect(server);
  client.send('GET / HTTP/1.1\r\n');
  client.end();
  const socket = await told.promise;
  await new Promise(setImmediate);
  assert.deepStrictEqual([socket.writable, socket.writableEnded], [true, false]);
  socket.end('own words');
  assert.strictEqual(await client.untilEnd(), 'own words');
});

onBoth('a client that ends within its request, on a socket that is listened to', async (world) => {
  const seen = [];
  const closed = deferred();
  const server = http.createServer((req) => {
    req.socket.on('end', () => seen.push('end'));
    req.on('close', closed.resolve);
  });
  server.on('clientError', (error, socket) => {
    seen.push(error.code, socket.readable);
    socket.destroy();
  });
  const client = await world.connect(server);
  client.send(upload(100, 'some'));
  client.end();
  await client.untilEnd();
  await closed.promise;
  assert.deepStrictEqual(seen, ['HPE_INVALID_EOF_STATE', false, 'end']);
});

onBoth(
  'res.destroy(error) closes the connection, and tells only its listeners',
  async ({ connect }) => {
    const closed = deferred();
    const errors = [];
    const server = http.createServer((_req, res) => {
      res.on('error', (error) => errors.push(error));
      res.on('close', () => closed.resolve(res));
      assert.strictEqual(res.destroy(new Error('given up')), res);
      assert.strictEqual(res.destroyed, true);
      assert.strictEqual(res.errored.message, 'given up');
    });
    server.on('clientError', (_error, socket) => socket.destroy());
    const client = await connect(server);
    client.send(get());
    await client.untilEnd();
    const res = await closed.promise;
    assert.strictEqual(res.closed, true);
    assert.strictEqual(client.length, 0);
  },
);

onBoth('req.destroy(error) is told on the request', async ({ connect }) => {
  const closed = deferred();
  const log = [];
  const server = http.createServer((req, res) => {
    req.on('error', (error) => log.push(error.message));
    req.on('close', () => log.push('req close'));
    res.on('close', () => closed.resolve());
    assert.strictEqual(req.destroy(new Error('unwanted')), req);
    assert.strictEqual(req.destroyed, true);
  });
  server.on('clientError', (_error, socket) => socket.destroy());
  const client = await connect(server);
  client.send(upload(100, 'some'));
  await client.untilEnd();
  await closed.promise;
  while (!log.includes('req close')) await new Promise(setImmediate);
  assert.deepStrictEqual(log, ['unwanted', 'req close']);
});

onNative('connections that break do not harm others', async ({ connect }) => {
  const server = http.createServer((req, res) => res.end(req.url));
  const steady = await connect(server);
  for (let i = 0; i < 20; i++) {
    const breaking = await connect(server);
    breaking.send(i % 2 === 0 ? BAD : upload(100, 'some'));
    if (i % 3 === 0) breaking.reset();
    else if (i % 3 === 1) breaking.destroy();
    assert.strictEqual((await steady.exchange(get(`/${i}`))).text, `/${i}`);
  }
});
