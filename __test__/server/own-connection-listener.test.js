'use strict';
// Servers whose own 'connection' listener was taken off: whoever listens reads the bytes, and may let HTTP
// have them later, as what speaks the PROXY protocol does.
const assert = require('node:assert');
const { once } = require('node:events');
const { PassThrough } = require('node:stream');
const http = require('../support/subject');
const { deferred } = require('../support/events');
const { onBoth, onNative } = require('../support/transports');

const GET = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';

/** A server that has `listen(socket, speakHttp)` in the place of its listener. */
function taken(listen) {
  const server = http.createServer((req, res) => res.end(`url ${req.url}`));
  const [original] = server.listeners('connection');
  server.removeAllListeners('connection');
  server.on('connection', (socket) => listen(socket, () => original.call(server, socket)));
  return server;
}

for (const [how, read] of Object.entries({
  "once('data')": (socket, got) => socket.once('data', got),
  "on('data')": (socket, got) => socket.on('data', got),
  "on('data'), resume": (socket, got) => socket.on('data', got).resume(),
  "on('data') in a tick": (socket, got) => process.nextTick(() => socket.on('data', got)),
  "on('data') in an immediate": (socket, got) => setImmediate(() => socket.on('data', got)),
  "once('readable')": (socket, got) => socket.once('readable', () => got(socket.read())),
  pipe: (socket, got) => socket.pipe(new PassThrough().on('data', got)),
  iterator: async (socket, got) => {
    for await (const bytes of socket) {
      got(bytes);
      break;
    }
  },
  encoding: (socket, got) => socket.setEncoding('latin1').on('data', got),
}))
  onBoth(`the bytes are those of whoever reads: ${how}`, async ({ connect }) => {
    const { promise, resolve } = deferred();
    const server = taken((socket) => {
      socket.on('error', () => {});
      read(socket, resolve);
    });
    const client = await connect(server);
    client.send(GET);
    const bytes = await promise;
    assert.strictEqual(String(bytes), GET);
    assert.strictEqual(typeof bytes, how === 'encoding' ? 'string' : 'object');
  });

const LINE = 'PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n';

/** Each takes the line off and hands the rest on. */
const handOn = {
  'pause, HTTP, unshift, resume': (socket, rest, speakHttp) => {
    socket.pause();
    speakHttp();
    socket.unshift(rest);
    socket.resume();
  },
  'pause, unshift, HTTP, resume': (socket, rest, speakHttp) => {
    socket.pause();
    socket.unshift(rest);
    speakHttp();
    socket.resume();
  },
  'pause, unshift, HTTP in an immediate': (socket, rest, speakHttp) => {
    socket.pause();
    socket.unshift(rest);
    setImmediate(() => {
      speakHttp();
      socket.resume();
    });
  },
};

for (const [how, hand] of Object.entries(handOn))
  for (const [when, cut] of [
    ['at once', (text) => [text]],
    ['in two pieces', (text) => [text.slice(0, LINE.length + 9), text.slice(LINE.length + 9)]],
  ])
    onBoth(`a line before HTTP, which comes ${when}: ${how}`, async ({ connect }) => {
      const lines = [];
      const server = taken((socket, speakHttp) => {
        socket.once('data', (bytes) => {
          lines.push(String(bytes.subarray(0, LINE.length)));
          hand(socket, bytes.subarray(LINE.length), speakHttp);
        });
      });
      const client = await connect(server);
      for (const piece of cut(LINE + GET)) client.send(piece);
      assert.strictEqual((await client.response()).text, 'url /');
      assert.deepStrictEqual(lines, [LINE]);
      await client.untilEnd();
    });

onBoth('HTTP is spoken at once, in a tick, behind a promise', async ({ connect }) => {
  const ways = [
    (speak) => speak(),
    (speak) => process.nextTick(speak),
    async (speak) => {
      await null;
      speak();
    },
  ];
  const server = taken((_socket, speakHttp) => ways.shift()(speakHttp));
  while (ways.length > 0) {
    const client = await connect(server);
    assert.strictEqual((await client.exchange(GET)).text, 'url /');
  }
});

onNative("what HTTP does not speak is not closed as one of HTTP's", async ({ connect }) => {
  const owned = deferred();
  const server = taken((socket) => owned.resolve(socket.on('data', () => {})));
  const client = await connect(server);
  client.send(GET);
  const socket = await owned.promise;
  await once(socket, 'data');
  server.closeIdleConnections();
  server.closeAllConnections();
  assert.ok(!socket.destroyed);
  let isClosed = false;
  server.close(() => {
    isClosed = true;
  });
  socket.end('still here');
  assert.strictEqual(await client.untilEnd(), 'still here');
  assert.ok(!isClosed, 'the server waits for it');
  client.end();
  await once(server, 'close');
});
