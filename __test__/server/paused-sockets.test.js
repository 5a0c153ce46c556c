'use strict';
// A server's socket that somebody pauses: Node resumes one that was paused in the tick in which HTTP began, and
// leaves one paused that was paused later, until somebody resumes it.
const assert = require('node:assert');
const { once } = require('node:events');
const nodeHttp = require('node:http');
const nodeHttps = require('node:https');
const net = require('node:net');
const { test } = require('node:test');
const tls = require('node:tls');
const { cert, key } = require('../agent/tls-fixture');
const http = require('../support/subject');
const https = require('../support/secure-subject');
const { deferred, turn } = require('../support/events');
const { RawClient } = require('../support/raw-client');
const { sideBySide } = require('../support/side-by-side');

const POST = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc';
const unheard = () => {};

/** What is done to the socket by a listener for new connections… */
const AT_ONCE = {
  'pause()': (socket) => socket.pause(),
  'pause() twice': (socket) => socket.pause().pause(),
  'pause(), resume()': (socket) => socket.pause().resume(),
  'resume(), pause()': (socket) => socket.resume().pause(),
  'pause() of one that is listened to': (socket) => socket.on('error', unheard).pause(),
  "pause() with a listener for 'pause'": (socket) => socket.on('pause', unheard).pause(),
  'pause() at once and in a tick': (socket) => {
    socket.pause();
    process.nextTick(() => socket.pause());
  },
  'pause() in a tick': (socket) => process.nextTick(() => socket.pause()),
  'pause() in a microtask': (socket) => queueMicrotask(() => socket.pause()),
  "a listener for 'data', pause()": (socket) => socket.on('data', unheard).pause(),
  "pause(), a listener for 'data'": (socket) => socket.pause().on('data', unheard),
  'read(0)': (socket) => socket.read(0),
  'read()': (socket) => socket.read(),
  'readableFlowing = false': (socket) => {
    socket.readableFlowing = false;
  },
  "a listener for 'readable' that reads": (socket) =>
    socket.on('readable', () => {
      while (socket.read() !== null);
    }),
};
/** …or later. */
const LATER = {
  'pause()': (socket) => socket.pause(),
  'resume(), pause()': (socket) => socket.resume().pause(),
  'pause(), resume(), pause()': (socket) => socket.pause().resume().pause(),
  'pause(), read(0)': (socket) => socket.pause().read(0),
  "a listener for 'data', pause()": (socket) => socket.on('data', unheard).pause(),
  "pause(), a listener for 'data'": (socket) => socket.pause().on('data', unheard),
};

/** Each makes a server for a handler: `{ server, front }`, of which `front` listens. */
const WAYS = {
  native: ({ http }, handler) => {
    const server = http.createServer(handler);
    return { server, front: server };
  },
  stream: ({ http }, handler) => {
    const server = http.createServer(handler);
    return { server, front: net.createServer((socket) => server.emit('connection', socket)) };
  },
  https: ({ https }, handler) => {
    const server = https.createServer({ cert, key }, handler);
    return { server, front: server, event: 'secureConnection' };
  },
};

async function connect(t, port, way) {
  const isSecure = way === 'https';
  const socket = isSecure ? tls.connect({ port, ca: cert }) : net.connect(port);
  t.after(() => socket.destroy());
  await once(socket, isSecure ? 'secureConnect' : 'connect');
  return new RawClient(socket);
}

/** What becomes of a request on a socket to which `act` was done: `[answered at once, isPaused(), answered in the end]`. */
async function outcome(t, modules, way, { act, at, method = 'on' }) {
  const {
    server,
    front,
    event = 'connection',
  } = WAYS[way](modules, (req, res) => {
    req.resume().on('end', () => res.end());
  });
  const arrived = deferred();
  server[method](event, (socket) => {
    arrived.resolve(socket);
    if (at === 'once') act(socket);
  });
  front.listen(0);
  await once(front, 'listening');
  t.after(() => {
    front.close();
    server.closeAllConnections();
  });
  const { port } = front.address();
  const client = await connect(t, port, way);
  const socket = await arrived.promise;
  await turn();
  await turn();
  if (at === 'later') act(socket);
  client.send(POST);
  await others(t, modules, way);
  const isAnswered = client.length > 0;
  const isPaused = socket.isPaused();
  socket.resume();
  await others(t, modules, way);
  return [isAnswered, isPaused, client.length > 0];
}

/** Exchanges of others, behind which an answer that is on its way has come. */
async function others(t, modules, way) {
  const { server, front } = WAYS[way](modules, (_req, res) => res.end());
  front.listen(0);
  await once(front, 'listening');
  const client = await connect(t, front.address().port, way);
  for (let i = 0; i < 5; i++) await client.exchange('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  front.close();
  server.closeAllConnections();
}

const NODE = { http: nodeHttp, https: nodeHttps };
const OURS = { http, https };

sideBySide('as on sockets of Node', () => {
  for (const way of Object.keys(WAYS)) {
    const cases = [
      ...Object.entries(AT_ONCE).map(([name, act]) => [name, { act, at: 'once' }]),
      ...Object.entries(AT_ONCE).map(([name, act]) => [
        `${name} before HTTP begins`,
        { act, at: 'once', method: 'prependListener' },
      ]),
      ...Object.entries(LATER).map(([name, act]) => [`${name} later`, { act, at: 'later' }]),
    ];
    for (const [name, action] of cases)
      test(`${name} [${way}]`, { timeout: 60_000 }, async (t) => {
        const [isAnswered, isPaused] = await outcome(t, NODE, way, action);
        // Behind resume() Node reads on, unless somebody listens for 'data'.
        assert.deepStrictEqual(await outcome(t, OURS, way, action), [isAnswered, isPaused, true]);
      });
  }
});
