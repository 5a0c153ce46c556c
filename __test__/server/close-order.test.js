'use strict';
// The order of 'close' and of what was read before a destroy: as in Node.
const assert = require('node:assert');
const { once } = require('node:events');
const net = require('node:net');
const nodeHttp = require('node:http');
const { test } = require('node:test');
const http = require('../support/subject');
const { deferred } = require('../support/events');
const { onNative } = require('../support/transports');

const POST = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc';

onNative(
  "'close' of a socket that was listened to comes before that of the response",
  async ({ connect }) => {
    const log = [];
    const closed = deferred();
    const server = http.createServer((_req, res) => {
      res.on('close', () => {
        log.push('response');
        closed.resolve();
      });
      client.destroy();
    });
    server.on('connection', (socket) => socket.on('close', () => log.push('socket')));
    const client = await connect(server);
    client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await closed.promise;
    assert.deepStrictEqual(log, ['socket', 'response']);
  },
);

for (const [how, destroy] of Object.entries({
  'req.socket.destroy()': (req) => req.socket.destroy(),
  'res.destroy()': (_req, res) => res.destroy(),
})) {
  onNative(`content that came with the head is there behind ${how}`, async ({ connect }) => {
    const log = [];
    const closed = deferred();
    const server = http.createServer((req, res) => {
      req.on('data', (chunk) => log.push(`${chunk}`));
      req.on('end', () => log.push('end'));
      req.on('aborted', () => log.push('aborted'));
      req.on('error', (error) => log.push(error.code));
      req.on('close', closed.resolve);
      destroy(req, res);
    });
    const client = await connect(server);
    client.send(POST);
    await closed.promise;
    assert.deepStrictEqual(log, ['abc', 'end']);
  });
}

/** The order in which an exchange of a server of `subject` ends. */
async function orderOf(t, subject, text, handle) {
  const log = [];
  let closes = 0;
  const closed = deferred();
  const server = subject.createServer((req, res) => {
    for (const event of ['aborted', 'end', 'close']) req.on(event, () => log.push(`req ${event}`));
    for (const event of ['finish', 'close']) res.on(event, () => log.push(`res ${event}`));
    for (const message of [req, res]) message.on('close', () => ++closes === 2 && closed.resolve());
    handle(req, res);
    process.nextTick(() => log.push('tick'));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = net.connect(server.address().port, '127.0.0.1');
  t.after(() => {
    client.destroy();
    server.close();
  });
  client.write(text);
  await closed.promise;
  return log;
}

// A request that nobody reads ends before its response closes or behind that: the runtime decides.
for (const [what, text] of Object.entries({
  GET: 'GET / HTTP/1.1\r\nHost: a\r\n\r\n',
  POST,
}))
  for (const [how, handle] of Object.entries({
    'res.end()': (_req, res) => res.end(),
    'res.end(text)': (_req, res) => res.end('text'),
    'res.end(text), res.destroy()': (_req, res) => res.end('text').destroy(),
    'res.end(text), req.socket.destroy()': (req, res) => {
      res.end('text');
      req.socket.destroy();
    },
    'res.write(), res.end()': (_req, res) => {
      res.write('text');
      res.end();
    },
    'req.resume(), res.end()': (req, res) => {
      req.resume();
      res.end();
    },
  }))
    test(`the end of a ${what} and of its response: ${how}`, { timeout: 60_000 }, async (t) => {
      const wanted = await orderOf(t, nodeHttp, text, handle);
      assert.deepStrictEqual(await orderOf(t, http, text, handle), wanted);
    });

/** What a server tells of two requests that came together, and of an error that destroys their socket. */
async function twoRequests({ createServer }) {
  const log = [];
  const server = createServer((req, res) => {
    const { socket, url } = req;
    req.on('close', () => log.push(`${url} closed`));
    res.on('close', () => {
      log.push(`${url} answered`);
      if (url === '/2') socket.destroy(new Error('mine'));
    });
    res.end();
  });
  server.on('clientError', ({ message }) => log.push(message));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = net.connect(server.address().port, '127.0.0.1');
  client.write('GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n');
  await once(client.resume(), 'close');
  server.close();
  return log;
}

test("'close' of two requests, and an error of their socket", { timeout: 60_000 }, async () => {
  assert.deepStrictEqual(await twoRequests(http), await twoRequests(nodeHttp));
});
