'use strict';
// The socket of a server's connection as a stream beside the requests on it.
const assert = require('node:assert');
const http = require('../support/subject');
const { deferred, logEvents, turn } = require('../support/events');
const { runProgram } = require('../support/child');
const { onBoth, onNative, onStream } = require('../support/transports');

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';

onBoth("content that nobody reads pauses the socket, which says 'pause'", async ({ connect }) => {
  const paused = deferred();
  const server = http.createServer((req, res) => {
    const log = logEvents(req.socket, ['pause', 'resume']);
    req.socket.once('pause', async () => {
      paused.resolve();
      await turn();
      let length = 0;
      for await (const chunk of req) length += chunk.length;
      res.end(`${length} ${log.slice(log.indexOf('pause')).slice(0, 2)}`);
    });
    req.read(0);
  });
  const client = await connect(server);
  const content = Buffer.alloc(200_000);
  client.send(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${content.length}\r\n\r\n`, content);
  await paused.promise;
  assert.strictEqual((await client.response()).text, '200000 pause,resume');
  // The connection is as good as before.
  client.send(GET.replace('GET', 'HEAD').replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'));
});

onNative("who listens for 'end' alone hears of it after an upgrade", async ({ connect }) => {
  const ended = deferred();
  const server = http.createServer().on('upgrade', (_req, socket) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n');
    socket.on('end', () => {
      ended.resolve();
      socket.end();
    });
  });
  const client = await connect(server);
  client.send('GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n');
  await client.untilText('101');
  client.end();
  await ended.promise;
  await client.untilEnd();
});

onNative('a connection whose handler runs is not idle', async ({ connect }) => {
  let seen = '';
  const server = http.createServer((req, res) => {
    res.end('answer');
    req.socket.on('data', (chunk) => {
      seen += chunk;
    });
    server.close();
  });
  server.on('clientError', (_error, socket) => socket.destroy());
  const client = await connect(server);
  assert.strictEqual((await client.exchange(GET)).text, 'answer');
  await turn();
  assert.strictEqual(client.closed || client.ended, false);
  client.send('more');
  await client.untilEnd();
  assert.strictEqual(seen, 'more');
});

onStream('each piece behind malformed input is told', async ({ connect }) => {
  const errors = [];
  let told = deferred();
  const server = http.createServer();
  server.on('clientError', ({ code, rawPacket }, socket) => {
    errors.push([code, rawPacket.toString()]);
    if (errors.length === 3) socket.destroy();
    told.resolve();
  });
  const client = await connect(server);
  for (const piece of ['1', 'GET / HTTP/1.1\r\n\r\n', 'x']) {
    told = deferred();
    client.send(piece);
    await told.promise;
  }
  await client.untilEnd();
  assert.deepStrictEqual(errors, [
    ['HPE_INVALID_METHOD', '1'],
    ['HPE_INVALID_METHOD', 'GET / HTTP/1.1\r\n\r\n'],
    ['HPE_INVALID_METHOD', 'x'],
  ]);
});

onNative('--insecure-http-parser lets a Host be anything', async ({ t }) => {
  const program = `
    const server = http.createServer((req, res) => res.end(req.headers.host));
    server.listen(0, '127.0.0.1', () => {
      const socket = require('net').connect(server.address().port, '127.0.0.1');
      socket.write('GET / HTTP/1.1\\r\\nHost: no: host\\r\\nConnection: close\\r\\n\\r\\n');
      socket.on('data', (data) => process.stdout.write(data)).on('end', () => server.close());
    });`;
  const { stdout } = await runProgram(t, program, { execArgv: ['--insecure-http-parser'] });
  assert.match(stdout, /^HTTP\/1\.1 200 OK\r\n/);
  assert.ok(stdout.endsWith('no: host'), stdout);
});
