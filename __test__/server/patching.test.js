'use strict';
// What middleware does to responses: own properties over methods, wrapped methods, listeners.
const assert = require('node:assert');
const { once } = require('node:events');
const nodeHttp = require('node:http');
const net = require('node:net');
const { test } = require('node:test');
const { gunzipSync, createGzip } = require('node:zlib');
const http = require('../support/subject');
const { deferred, turn } = require('../support/events');
const { onBoth } = require('../support/transports');

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';

onBoth('writeHead as an own property is called for implicit heads', async ({ connect }) => {
  const server = http.createServer((req, res) => {
    const { writeHead } = res;
    res.writeHead = function patched(...args) {
      this.setHeader('X-Patched', String(args[0]));
      return writeHead.apply(this, args);
    };
    if (req.url === '/end') res.end('text');
    else if (req.url === '/flush') {
      res.flushHeaders();
      res.end('text');
    } else {
      res.write('te');
      res.end('xt');
    }
  });
  const client = await connect(server);
  for (const path of ['/end', '/flush', '/write']) {
    const response = await client.exchange(GET.replace('/', path));
    assert.strictEqual(response.headers['x-patched'], '200', path);
    assert.strictEqual(response.text, 'text');
  }
});

onBoth('write and end as own properties, as compression does', async ({ connect }) => {
  const server = http.createServer((_req, res) => {
    const { end, write, on } = res;
    const gzip = createGzip();
    let begun = false;
    const begin = () => {
      if (begun) return;
      begun = true;
      res.setHeader('Content-Encoding', 'gzip');
      res.removeHeader('Content-Length');
      gzip.on('data', (piece) => {
        if (write.call(res, piece) === false) gzip.pause();
      });
      gzip.on('end', () => end.call(res));
      on.call(res, 'drain', () => gzip.resume());
    };
    res.write = (piece, encoding) => {
      begin();
      return gzip.write(Buffer.from(piece, encoding));
    };
    res.end = (piece, encoding) => {
      if (piece) res.write(piece, encoding);
      begin();
      gzip.end();
      return res;
    };
    res.on = function patched(event, listener) {
      return event === 'drain' ? gzip.on(event, listener) : on.call(this, event, listener);
    };
    res.setHeader('Content-Length', 10);
    res.write('hello ');
    res.end('world');
  });
  const client = await connect(server);
  const response = await client.exchange(GET);
  assert.strictEqual(response.headers['content-encoding'], 'gzip');
  assert.strictEqual(gunzipSync(response.body).toString(), 'hello world');
  assert.strictEqual(gunzipSync((await client.exchange(GET)).body).toString(), 'hello world');
});

onBoth('an early _implicitHeader, as session middleware calls it', async ({ connect }) => {
  const server = http.createServer((_req, res) => {
    res.setHeader('X-Session', 'new');
    res._implicitHeader();
    assert.ok(res.headersSent);
    assert.match(res._header, /^HTTP\/1\.1 200 OK\r\n/);
    assert.match(res._header, /\r\nX-Session: new\r\n/);
    assert.ok(res._header.endsWith('\r\n\r\n'));
    assert.strictEqual(res._headerSent, false);
    res.end('text');
    assert.strictEqual(res._headerSent, true);
  });
  const client = await connect(server);
  assert.strictEqual((await client.exchange(GET)).text, 'text');
});

onBoth('assignSocket and detachSocket wrapped on the response', async ({ connect }) => {
  const log = [];
  const both = deferred();
  const responses = [];
  const server = http.createServer((req, res) => {
    for (const name of ['assignSocket', 'detachSocket']) {
      const original = res[name];
      res[name] = function wrapped(socket) {
        log.push(`${name} ${req.url} ${socket === req.socket}`);
        return original.call(this, socket);
      };
    }
    responses.push(res);
    if (responses.length === 2) both.resolve();
  });
  const client = await connect(server);
  client.send(GET.replace('/', '/1') + GET.replace('/', '/2'));
  await both.promise;
  responses[0].end('1');
  responses[1].end('2');
  await client.response();
  await client.response();
  while (log.length < 3) await turn();
  assert.deepStrictEqual(log, [
    'detachSocket /1 true',
    'assignSocket /2 true',
    'detachSocket /2 true',
  ]);
});

onBoth('server.emit as an own property sees the requests', async ({ connect }) => {
  const log = [];
  const server = http.createServer((_req, res) => res.end('text'));
  const { emit } = server;
  server.emit = function patched(event, ...args) {
    if (event === 'connection' || event === 'request') log.push(event);
    return emit.call(this, event, ...args);
  };
  const client = await connect(server);
  await client.exchange(GET);
  await client.exchange(GET);
  assert.deepStrictEqual(log, ['connection', 'request', 'request']);
});

onBoth('emit of the prototype patched, as tracing tools do', async ({ connect }) => {
  const log = [];
  const own = Object.hasOwn(http.Server.prototype, 'emit');
  const { emit } = http.Server.prototype;
  http.Server.prototype.emit = function patched(event, ...args) {
    log.push(event);
    return emit.call(this, event, ...args);
  };
  try {
    const server = http.createServer((_req, res) => res.end('text'));
    const client = await connect(server);
    await client.exchange(GET);
  } finally {
    if (own) http.Server.prototype.emit = emit;
    else delete http.Server.prototype.emit;
  }
  assert.ok(log.includes('connection'), String(log));
  assert.ok(log.includes('request'), String(log));
});

onBoth("'request' listeners exchanged, as engine.io does", async ({ connect }) => {
  const server = http.createServer((_req, res) => res.end('original'));
  const listeners = server.listeners('request').slice();
  server.removeAllListeners('request');
  server.on('request', (req, res) => {
    if (req.url === '/mine') res.end('mine');
    else for (const listener of listeners) listener.call(server, req, res);
  });
  const client = await connect(server);
  assert.strictEqual((await client.exchange(GET)).text, 'original');
  assert.strictEqual((await client.exchange(GET.replace('/', '/mine'))).text, 'mine');
});

onBoth('a request listener runs with the server as this', async ({ connect }) => {
  const server = http.createServer(function handler(_req, res) {
    res.end(String(this === server));
  });
  const client = await connect(server);
  assert.strictEqual((await client.exchange(GET)).text, 'true');
});

onBoth('prototype methods patched for all responses', async ({ connect }) => {
  const { end } = http.ServerResponse.prototype;
  const own = Object.hasOwn(http.ServerResponse.prototype, 'end');
  const ended = [];
  http.ServerResponse.prototype.end = function patched(...args) {
    ended.push(this.req.url);
    return end.apply(this, args);
  };
  http.IncomingMessage.prototype.ownMethod = function ownMethod() {
    return `own ${this.url}`;
  };
  try {
    const server = http.createServer((req, res) => res.end(req.ownMethod()));
    const client = await connect(server);
    assert.strictEqual((await client.exchange(GET)).text, 'own /');
  } finally {
    if (own) http.ServerResponse.prototype.end = end;
    else delete http.ServerResponse.prototype.end;
    delete http.IncomingMessage.prototype.ownMethod;
  }
  assert.deepStrictEqual(ended, ['/']);
});

onBoth('emit of a response wrapped sees its events', async ({ connect }) => {
  const log = [];
  const closed = deferred();
  const server = http.createServer((_req, res) => {
    const { emit } = res;
    res.emit = function patched(event, ...args) {
      log.push(event);
      if (event === 'close') closed.resolve();
      return emit.call(this, event, ...args);
    };
    res.end('text');
  });
  const client = await connect(server);
  await client.exchange(GET);
  await closed.promise;
  assert.deepStrictEqual(log, ['prefinish', 'finish', 'close']);
  await client.exchange(GET);
});

onBoth('emit of a request wrapped sees its events', async ({ connect }) => {
  const log = [];
  const closed = deferred();
  const server = http.createServer((req, res) => {
    const { emit } = req;
    req.emit = function patched(event, ...args) {
      log.push(event);
      if (event === 'close') closed.resolve();
      return emit.call(this, event, ...args);
    };
    req.resume();
    res.end('text');
  });
  const client = await connect(server);
  await client.exchange('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab');
  await closed.promise;
  assert.deepStrictEqual(
    log.filter((event) => !['resume', 'readable'].includes(event)),
    ['data', 'end', 'close'],
  );
});

/** Pairs of methods of sockets that tracing tools wrap, each by a function that only calls it. */
const WRAPPED = ['write', 'end', 'resume', 'pause', 'read', 'on', 'destroy', 'setTimeout'];
for (const [index, first] of WRAPPED.entries())
  for (const second of WRAPPED.slice(index + 1))
    test(`net.Socket.prototype.${first} and ${second} wrapped`, { timeout: 60_000 }, async (t) => {
      const undo = [first, second].map((name) => wrap(net.Socket.prototype, name));
      const server = http.createServer((req, res) => {
        req.resume().on('end', () => {
          res.write('wri');
          res.end('tten');
        });
      });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      t.after(() => {
        for (const f of undo) f();
        server.close();
      });
      const req = nodeHttp.request({ port: server.address().port, method: 'POST', agent: false });
      req.end('content');
      const [res] = await once(req, 'response');
      assert.strictEqual((await res.toArray()).join(''), 'written');
    });

function wrap(object, name) {
  const descriptor = Object.getOwnPropertyDescriptor(object, name);
  const original = object[name];
  object[name] = function wrapped(...args) {
    return Reflect.apply(original, this, args);
  };
  return () => {
    if (descriptor === undefined) delete object[name];
    else Object.defineProperty(object, name, descriptor);
  };
}
