'use strict';
// What packages read and wrap on the messages and sockets of a server.
const assert = require('node:assert');
const { once } = require('node:events');
const net = require('node:net');
const { test } = require('node:test');
const { contentOf, deferred, logEvents } = require('../support/events');
const http = require('../support/subject');
const { dial, get, listen, serve } = require('./ends');

const limit = { timeout: 60_000 };

test('headersSent and the text of the head in _header', limit, async (t) => {
  const states = [];
  const { client } = await serve(t, http, (_req, res) => {
    states.push(res.headersSent, res._header);
    res.writeHead(202, 'Taken', { 'X-A': 'b' });
    states.push(
      res.headersSent,
      /^HTTP\/1\.1 202 Taken\r\nX-A: b\r\n(.*\r\n)*\r\n$/.test(res._header),
    );
    res.end();
  });
  await client.exchange(get);
  assert.deepStrictEqual(states, [false, null, true, true]);
});

test('the former names _headers and _headerNames', {
  ...limit,
  skip: !('_headers' in http.ServerResponse.prototype) && 'gone from this Node',
}, async (t) => {
  const seen = [];
  const { client } = await serve(t, http, (_req, res) => {
    res.setHeader('X-A', 'b');
    seen.push(res._headers, res._headerNames);
    res._headers = { 'x-c': 'd' };
    res.end();
  });
  const { headers } = await client.exchange(get);
  assert.deepStrictEqual({ ...seen[0] }, { 'x-a': 'b' });
  assert.deepStrictEqual({ ...seen[1] }, { 'x-a': 'X-A' });
  assert.ok(JSON.stringify(headers).includes('x-c'));
});

test("_implicitHeader from outside calls a writeHead of one's own", limit, async (t) => {
  const calls = [];
  const { client } = await serve(t, http, (req, res) => {
    const { writeHead } = res;
    res.writeHead = function wrapped(...args) {
      calls.push(`${req.url} ${args[0]} ${this === res}`);
      this.setHeader('X-Late', 'yes');
      return writeHead.apply(this, args);
    };
    if (req.url === '/called') res._implicitHeader();
    res.end('content');
  });
  for (const path of ['/called', '/ended']) {
    const response = await client.exchange(get.replace('/', path));
    assert.match(client.bytes.toString(), /X-Late: yes/);
    assert.strictEqual(String(response.body), 'content');
  }
  assert.deepStrictEqual(calls, ['/called 200 true', '/ended 200 true']);
});

test('write, end and on as own properties of a response', limit, async (t) => {
  const listened = [];
  const { client } = await serve(t, http, (_req, res) => {
    const { end, on, write } = res;
    res.write = (chunk, ...rest) => write.call(res, String(chunk).toUpperCase(), ...rest);
    res.end = (chunk, ...rest) => {
      if (chunk) res.write(chunk);
      return end.call(res, ...rest);
    };
    res.on = (name, listener) => {
      listened.push(name);
      return on.call(res, name, listener);
    };
    res.on('finish', () => {});
    res.write('one ');
    res.end('two');
  });
  assert.strictEqual(String((await client.exchange(get)).body), 'ONE TWO');
  assert.ok(listened.includes('finish'));
});

test('finished, writableEnded, complete, upgrade and statusMessage', limit, async (t) => {
  const seen = [];
  const { client } = await serve(t, http, async (req, res) => {
    seen.push([res.finished, res.writableEnded, req.complete, req.upgrade, res.statusMessage]);
    await contentOf(req);
    res.statusMessage = 'Fine';
    res.end();
    seen.push([res.finished, res.writableEnded, req.complete, req.upgrade, res.statusMessage]);
  });
  client.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n');
  while (seen.length === 0) await new Promise(setImmediate);
  await client.exchange('ab');
  assert.match(client.bytes.toString(), /^HTTP\/1\.1 200 Fine\r\n/);
  assert.deepStrictEqual(seen, [
    [false, false, false, false, undefined],
    [true, true, true, false, 'Fine'],
  ]);
});

test(
  'res.socket: null until its turn, set by an assignSocket that is wrapped, null again',
  limit,
  async (t) => {
    const waiting = deferred();
    const log = [];
    const { client } = await serve(t, http, async (req, res) => {
      if (req.url === '/first') {
        await waiting.promise;
        log.push(`first ${res.socket === req.socket}`);
        res.end();
        res.on('finish', () => process.nextTick(() => log.push(`after ${res.socket}`)));
        return;
      }
      log.push(`second ${res.socket}`);
      const { assignSocket } = res;
      res.assignSocket = function wrapped(socket) {
        assignSocket.call(this, socket);
        log.push(`assigned ${socket === req.socket} ${res.socket === socket}`);
      };
      res.end();
      waiting.resolve();
    });
    client.send(get.replace('/', '/first') + get.replace('/', '/second'));
    for (let i = 0; i < 2; i++) await client.response();
    assert.deepStrictEqual([...log].sort(), [
      'after null',
      'assigned true true',
      'first true',
      'second null',
    ]);
    assert.strictEqual(log[0], 'second null');
  },
);

test('the end of a message is heard on its socket', limit, async (t) => {
  const heard = deferred();
  const { client } = await serve(t, http, (req, res) => {
    // As on-finished: the first of these says that the answer is over.
    req.socket.on('error', () => {});
    req.socket.on('close', () => heard.resolve(res.writableFinished));
    res.write('begun');
  });
  client.send(get);
  await client.untilText('begun');
  client.destroy();
  assert.strictEqual(await heard.promise, false);
});

test('one socket for a connection, under both names, for all of its requests', limit, async (t) => {
  const sockets = new Map();
  const { client, server } = await serve(t, http, (req, res) => {
    const { socket } = req;
    sockets.set(socket, (sockets.get(socket) ?? 0) + 1);
    assert.ok(socket instanceof net.Socket);
    assert.strictEqual(socket, req.connection);
    assert.strictEqual(socket, res.socket);
    assert.strictEqual(socket._httpMessage, res);
    assert.strictEqual(socket.server, server);
    assert.deepStrictEqual(
      [socket.remoteAddress, socket.encrypted, socket.authorized, socket.readable],
      ['127.0.0.1', undefined, undefined, true],
    );
    for (const name of ['end', 'destroy', 'setTimeout', 'setNoDelay', 'setKeepAlive']) {
      assert.strictEqual(typeof socket[name], 'function', name);
    }
    socket.setNoDelay(true).setKeepAlive(true, 1000);
    res.end();
  });
  await client.exchange(get); // so that the next 'connection' is the other's
  const before = deferred();
  server.once('connection', before.resolve);
  const other = await dial(t, server.address().port);
  const connected = await before.promise;
  for (const peer of [client, other]) await peer.exchange(get);
  assert.deepStrictEqual([...sockets.values()], [2, 1]);
  assert.strictEqual([...sockets.keys()][1], connected);
  assert.strictEqual(connected._httpMessage, null);
});

for (const [event, bytes] of [
  ['upgrade', 'GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n'],
  ['connect', 'CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n'],
]) {
  test(
    `the socket of 'connection' is that of '${event}', with the bytes behind the head`,
    limit,
    async (t) => {
      const server = http.createServer();
      const seen = {};
      server.on('connection', (socket) => {
        seen.connection = socket;
      });
      server.on(event, (req, socket, head) => {
        Object.assign(seen, { message: req.socket, [event]: socket, head: String(head) });
        assert.strictEqual(req.upgrade, true);
        socket.end('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
      });
      const client = await dial(t, await listen(t, server));
      client.send(`${bytes}behind`);
      await client.response();
      assert.strictEqual(seen[event], seen.connection);
      assert.strictEqual(seen.message, seen.connection);
      assert.strictEqual(seen.head, 'behind');
    },
  );
}

test("the socket of 'connection' is that of 'clientError'", limit, async (t) => {
  const server = http.createServer();
  const connection = once(server, 'connection');
  const failure = once(server, 'clientError');
  const client = await dial(t, await listen(t, server));
  client.send('nonsense\r\n\r\n');
  const [error, socket] = await failure;
  assert.strictEqual(socket, (await connection)[0]);
  assert.match(error.code, /^HPE_/);
  assert.ok(Buffer.isBuffer(error.rawPacket) && error.bytesParsed >= 0);
  socket.end('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n');
  assert.match(await client.untilClosed(), /400/);
});

test(
  'what tells that a request is over: _readableState.ended, aborted, close',
  limit,
  async (t) => {
    const requests = [];
    const both = deferred();
    const { client, port } = await serve(t, http, async (req, res) => {
      const log = logEvents(req, ['aborted', 'error', 'close']);
      requests.push({ req, log });
      if (req.url === '/whole') {
        await contentOf(req);
        res.end();
      } else {
        req.on('data', () => other.destroy());
        req.on('close', both.resolve);
      }
    });
    const post = (path, length) =>
      `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: ${length}\r\n\r\nab`;
    await client.exchange(post('/whole', 2));
    const other = await dial(t, port);
    other.send(post('/cut', 9));
    await both.promise;
    const [whole, cut] = requests;
    assert.strictEqual(whole.req._readableState.ended, true);
    assert.deepStrictEqual([whole.req.aborted, whole.req.complete], [false, true]);
    assert.deepStrictEqual([cut.req.aborted, cut.req.complete], [true, false]);
    assert.deepStrictEqual(cut.log, ['aborted', 'error', 'close']);
    assert.strictEqual(cut.req._readableState.ended, false);
  },
);

test('req.destroy() ends the connection, without an error of its own', limit, async (t) => {
  const seen = deferred();
  const { client } = await serve(t, http, (req, res) => {
    const log = logEvents(req, ['aborted', 'error', 'close'], [], 'req ');
    logEvents(res, ['finish', 'close'], log, 'res ');
    req.destroy();
    res.on('close', () => seen.resolve({ log, destroyed: req.destroyed }));
  });
  client.send(get);
  assert.strictEqual(await client.untilClosed(), '');
  const { log, destroyed } = await seen.promise;
  assert.ok(destroyed && log.includes('res close') && !log.includes('res finish'), `${log}`);
});

test(
  "request listeners taken over, as engine.io does; 'upgrade' with bytes; 'close'",
  limit,
  async (t) => {
    const server = http.createServer((req, res) => res.end(`former ${req.url}`));
    const former = server.listeners('request').slice();
    server.removeAllListeners('request');
    server.on('request', (req, res) => {
      if (req.url === '/engine') return res.end('engine');
      for (const listener of former) listener.call(server, req, res);
    });
    server.on('upgrade', (_req, socket, head) => socket.end(`HTTP/1.1 101 X\r\n\r\n${head}`));
    const client = await dial(t, await listen(t, server));
    assert.strictEqual(former.length, 1);
    assert.strictEqual(String((await client.exchange(get.replace('/', '/engine'))).body), 'engine');
    assert.strictEqual(String((await client.exchange(get)).body), 'former /');
    client.send('GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\nthe head');
    assert.match(await client.untilClosed(), /101 X\r\n\r\nthe head$/);
    const closed = once(server, 'close');
    server.close();
    await closed;
  },
);
