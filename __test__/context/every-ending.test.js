'use strict';
// Every event of a client's exchange is in the context of its request, whatever ends the exchange.
const assert = require('node:assert');
const { AsyncLocalStorage } = require('node:async_hooks');
const { once } = require('node:events');
const net = require('node:net');
const { test } = require('node:test');
const http = require('../support/subject');
const { hostHas, onNodeHttp } = require('../support/mode');

const limit = {
  timeout: 60_000,
  skip: onNodeHttp && !hostHas(24) && 'older runtimes lose contexts',
};
const HEAD = 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n';
const SWITCH = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n';
const headers = { Connection: 'Upgrade', Upgrade: 'x' };

/** What the server does on a request, and what the client does when it has come so far. */
const endings = {
  'a complete answer': { serve: (socket) => socket.write(`${HEAD}123456789`) },
  'a complete answer, and close': {
    serve: (socket) =>
      socket.write(`HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n1`, () => socket.end()),
  },
  'an answer in chunks, with trailers': {
    serve: (socket) =>
      socket.write(
        'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nA: b\r\n\r\n',
      ),
  },
  'a malformed answer': { serve: (socket) => socket.write('garbage\r\n\r\n') },
  'malformed content': {
    serve: (socket) => socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n'),
  },
  'an answer that is cut': { serve: (socket) => socket.write(`${HEAD}123`, () => socket.end()) },
  'a reset in the answer': {
    serve: (socket) => socket.write(`${HEAD}123`),
    onContent: (_req, _res, peer) => peer.resetAndDestroy(),
  },
  'a reset before the answer': { serve: (socket) => socket.resetAndDestroy() },
  'the end before the answer': { serve: (socket) => socket.end() },
  'interim answers': {
    serve: (socket) =>
      socket.write(`HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n${HEAD}123456789`),
  },
  'an upgrade': {
    options: { headers },
    serve: (socket) => socket.write(SWITCH),
    onUpgrade: (socket) => socket.destroy(),
  },
  'destroy of the request': {
    serve: (socket) => socket.write(`${HEAD}123`),
    onContent: (req) => req.destroy(),
  },
  'destroy of the request with an error': {
    serve: (socket) => socket.write(`${HEAD}123`),
    onContent: (req) => req.destroy(new Error('mine')),
  },
  'destroy of the response': {
    serve: (socket) => socket.write(`${HEAD}123`),
    onContent: (_req, res) => res.destroy(new Error('mine')),
  },
  'destroy of the socket': {
    serve: (socket) => socket.write(`${HEAD}123`),
    onContent: (req) => req.socket.destroy(),
  },
  abort: { serve: (socket) => socket.write(`${HEAD}123`), onContent: (req) => req.abort() },
  'a timeout': { serve() {}, onMade: (req) => req.setTimeout(50, () => req.destroy()) },
};

const events = {
  req: [
    'socket',
    'information',
    'continue',
    'response',
    'upgrade',
    'timeout',
    'finish',
    'abort',
    'error',
    'close',
  ],
  res: ['data', 'aborted', 'end', 'error', 'close'],
};
const ways = {
  'a pooled connection': (t) => {
    const agent = new http.Agent({ keepAlive: true });
    t.after(() => agent.destroy());
    return { agent };
  },
  'a connection of its own': () => ({ agent: false }),
  'a stream': () => ({
    agent: undefined,
    createConnection: ({ port }) => net.connect(port, '127.0.0.1'),
  }),
};

/** Makes one request in the context `store`; resolves to the events that were not in it. */
function strayEvents(storage, store, options, ending, peers) {
  return storage.run(store, async () => {
    const seen = [];
    const strays = [];
    const watch = (emitter, name) => {
      for (const event of events[name]) {
        emitter.on(event, () => {
          seen.push(`${name}.${event}`);
          if (storage.getStore() !== store) strays.push(`${name}.${event}: ${storage.getStore()}`);
        });
      }
    };
    const req = http.request({ host: '127.0.0.1', method: 'POST', ...options, ...ending.options });
    watch(req, 'req');
    req.on('response', (res) => {
      watch(res, 'res');
      res.once('data', () => ending.onContent?.(req, res, peers.at(-1)));
    });
    req.on('upgrade', (_res, socket) => ending.onUpgrade(socket));
    ending.onMade?.(req);
    req.end('content', () => {
      if (storage.getStore() !== store) strays.push('callback of end()');
    });
    await new Promise((resolve) => req.on('close', resolve));
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    assert.ok(seen.includes('req.close'));
    return strays;
  });
}

for (const [way, optionsOf] of Object.entries(ways)) {
  for (const [name, ending] of Object.entries(endings)) {
    test(`events are in their context: ${name}, ${way}`, limit, async (t) => {
      const peers = [];
      const server = net.createServer({ allowHalfOpen: true }, (socket) => {
        peers.push(socket);
        socket.on('error', () => {});
        socket.on('data', (bytes) => bytes.includes('content') && ending.serve(socket));
      });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      t.after(() => {
        server.close();
        for (const peer of peers) peer.destroy();
      });
      const storage = new AsyncLocalStorage();
      const options = { port: server.address().port, ...optionsOf(t) };
      // The second request may be on the connection of the first one, which was made in its context.
      for (const store of ['first', 'second'])
        assert.deepStrictEqual(await strayEvents(storage, store, options, ending, peers), []);
    });
  }
}
