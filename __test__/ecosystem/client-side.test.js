'use strict';
// What packages that make requests read, wrap and hand over.
const assert = require('node:assert');
const { once } = require('node:events');
const net = require('node:net');
const { test } = require('node:test');
const { contentOf, deferred, logEvents, turn } = require('../support/events');
const http = require('../support/subject');
const { answering, closing, listen, origin } = require('./ends');

const limit = { timeout: 60_000 };

for (const agent of [false, undefined]) {
  const how = agent === false ? 'of its own' : 'of an agent';
  test(`raw bytes, last chunk included, on a socket ${how}`, limit, async (t) => {
    const { port, host } = await origin(t, (_req, res) => {
      res.write('begun ');
      setImmediate(() => res.end('done'));
    });
    const req = http.get({ port, host, agent: agent ?? closing(t, new http.Agent()) });
    const chunks = [];
    const closed = deferred();
    req.on('socket', (socket) => {
      socket.on('data', (chunk) => chunks.push(chunk));
      socket.on('close', closed.resolve);
    });
    const [res] = await once(req, 'response');
    // Behind the parser's own listener: who listens later sees the same bytes.
    res.socket.prependListener('data', () => {});
    assert.strictEqual(String(await contentOf(res)), 'begun done');
    const raw = Buffer.concat(chunks).toString('latin1');
    assert.match(raw, /^HTTP\/1\.1 200 OK\r\n/);
    assert.match(raw, /\r\n\r\n6\r\nbegun \r\n4\r\ndone\r\n0\r\n\r\n$/);
    if (agent === undefined) res.socket.destroy();
    await closed.promise;
  });
}

for (const [what, Socket] of [
  ["net's own", net.Socket],
  ['a class that inherits from it', class extends net.Socket {}],
]) {
  test(`no 'data' listener is left at the end of an answer, on ${what}`, limit, async (t) => {
    const { port, host } = await origin(t, (_req, res) => {
      res.write('begun ');
      setImmediate(() => res.end('done'));
    });
    const agent = closing(t, new http.Agent({ keepAlive: true }));
    agent.createConnection = (options) => new Socket().connect(options);
    const [res] = await once(http.get({ port, host, agent }), 'response');
    const { socket } = res;
    const closed = once(res, 'close');
    assert.strictEqual(String(await contentOf(res)), 'begun done');
    await closed;
    assert.strictEqual(socket.listenerCount('data'), 0);
    while (Object.keys(agent.freeSockets).length === 0) await turn();
    assert.strictEqual(socket.listenerCount('data'), 0);
  });
}

test("an answer cut off shows in the bytes, and in the socket's end", limit, async (t) => {
  const options = await answering(
    t,
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nbegun\r\n',
  );
  const req = http.get({ ...options, agent: false });
  let last;
  req.on('socket', (socket) => {
    socket.on('data', (chunk) => {
      last = chunk;
    });
  });
  const [res] = await once(req, 'response');
  const log = logEvents(res, ['aborted', 'error', 'close']);
  res.resume();
  await new Promise((resolve) => res.on('close', resolve));
  assert.deepStrictEqual(log, ['aborted', 'error', 'close']);
  assert.strictEqual(res.complete, false);
  assert.strictEqual(last.subarray(-5).equals(Buffer.from('0\r\n\r\n')), false);
});

test('times: connecting, lookup and connect, and a socket used again', limit, async (t) => {
  const { port } = await origin(t, (_req, res) => res.end('x'));
  const agent = closing(t, new http.Agent({ keepAlive: true, maxSockets: 1 }));
  const lookups = [];
  const lookup = (hostname, options, callback) => {
    lookups.push(hostname);
    const found = [{ address: '127.0.0.1', family: 4 }];
    setImmediate(() => (options.all ? callback(null, found) : callback(null, '127.0.0.1', 4)));
  };
  const ask = async () => {
    const log = [];
    const req = http.request({ host: 'origin.test', port, agent, lookup, method: 'POST' });
    assert.strictEqual(req._writableState, undefined);
    req.on('socket', (socket) => {
      log.push(`connecting ${socket.connecting}`);
      logEvents(socket, ['lookup', 'connect', 'ready'], log);
    });
    req.end('content');
    const [res] = await once(req, 'response');
    assert.strictEqual(req.socket, res.socket);
    await contentOf(res);
    while (Object.keys(agent.freeSockets).length === 0) await turn();
    return { log, reused: req.reusedSocket, socket: req.socket, raw: res.rawHeaders };
  };
  const first = await ask();
  assert.deepStrictEqual(first.log, ['connecting true', 'lookup', 'connect', 'ready']);
  assert.strictEqual(first.reused, false);
  assert.deepStrictEqual(first.raw.slice(0, 1), ['Date']);
  const second = await ask();
  assert.deepStrictEqual(second.log, ['connecting false']);
  assert.strictEqual(second.reused, true);
  assert.strictEqual(second.socket, first.socket);
  assert.deepStrictEqual(lookups, ['origin.test']);
});

test("listeners put on the socket before its 'socket' event hear its connect", limit, async (t) => {
  const { port, host } = await origin(t, (_req, res) => res.end());
  const agent = closing(t, new http.Agent());
  const log = [];
  const { createConnection } = agent;
  agent.createConnection = function wrapped(...args) {
    const socket = createConnection.apply(this, args);
    logEvents(socket, ['connect'], log, 'socket ');
    return socket;
  };
  const req = http.get({ port, host, agent });
  logEvents(req, ['socket', 'response'], log);
  const [res] = await once(req, 'response');
  res.resume();
  assert.deepStrictEqual(log, ['socket', 'socket connect', 'response']);
});

test('createConnection and the options of a request pass through', limit, async (t) => {
  const { port, host } = await origin(t, (req, res) => res.end(req.headers['x-a']));
  const seen = [];
  const createConnection = (options, callback) => {
    seen.push(options.port, typeof callback);
    return net.connect(options);
  };
  const headers = { 'X-A': 'b' };
  const req = http.request({ port, host, headers, createConnection }).end();
  const [res] = await once(req, 'response');
  assert.strictEqual(String(await contentOf(res)), 'b');
  assert.deepStrictEqual(seen, [port, 'function']);
});

test('_headerSent and finished tell whether a request has left', limit, async (t) => {
  const { port, host } = await origin(t, (req, res) => req.pipe(res));
  const req = http.request({ port, host, method: 'POST', agent: false });
  assert.deepStrictEqual([req._headerSent, req._header, req.finished], [false, null, false]);
  req.flushHeaders();
  assert.deepStrictEqual([req._headerSent, req.finished], [true, false]);
  assert.match(req._header, /^POST \/ HTTP\/1\.1\r\n/);
  req.end('content');
  assert.deepStrictEqual([req.finished, req.writableEnded], [true, true]);
  const [res] = await once(req, 'response');
  assert.strictEqual(String(await contentOf(res)), 'content');
});

test('a wrapped request passes its events on', limit, async (t) => {
  const { port, host } = await origin(t, (_req, res) => res.writeHead(302).end());
  const kept = http.request;
  t.after(() => {
    http.request = kept;
  });
  http.request = function wrapped(...args) {
    const req = kept.apply(http, args);
    req.wrapped = true;
    return req;
  };
  const ask = async (act) => {
    const req = http.request({ port, host, agent: false, timeout: act === 'timeout' ? 1 : 0 });
    const log = logEvents(req, ['abort', 'connect', 'error', 'socket', 'timeout', 'close']);
    const closed = new Promise((resolve) => req.on('close', resolve));
    if (act === 'abort') req.abort();
    else if (act === 'destroy') req.destroy(new Error('mine'));
    else if (act === 'timeout') req.on('timeout', () => req.destroy());
    else req.on('response', (res) => res.resume()).end();
    assert.strictEqual(req.wrapped, true);
    await closed;
    await turn();
    return log;
  };
  assert.deepStrictEqual(await ask('nothing'), ['socket', 'close']);
  assert.deepStrictEqual(await ask('timeout'), ['socket', 'timeout', 'error', 'close']);
  assert.deepStrictEqual(await ask('destroy'), ['error', 'close']);
  assert.deepStrictEqual((await ask('abort')).sort(), ['abort', 'close']);
});

test('an upgraded socket is a plain net.Socket, with bytes behind the head', limit, async (t) => {
  const server = net.createServer((socket) => {
    socket.once('data', () => {
      socket.write('HTTP/1.1 101 X\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\nbehind');
      socket.pipe(socket);
    });
  });
  const port = await listen(t, server);
  const createConnection = (options) => net.connect({ ...options, path: undefined });
  const headers = { Connection: 'Upgrade', Upgrade: 'x' };
  const req = http.get({ port, host: '127.0.0.1', headers, createConnection });
  const [res, socket, head] = await once(req, 'upgrade');
  t.after(() => socket.destroy());
  assert.strictEqual(String(head), 'behind');
  assert.ok(socket instanceof net.Socket && res.statusCode === 101);
  assert.strictEqual(socket._readableState.endEmitted, false);
  assert.strictEqual(socket.listenerCount('data'), 0);
  socket.setTimeout(0);
  socket.setNoDelay();
  socket.cork();
  socket.write('one ');
  socket.write('two');
  process.nextTick(() => socket.uncork());
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk;
    if (text === 'one two') socket.end();
  });
  socket.resume();
  await once(socket, 'end');
  assert.strictEqual(socket._readableState.endEmitted, true);
});

for (const [when, agent] of [
  ['without an agent', () => undefined],
  ['by an agent', () => new http.Agent()],
]) {
  test(`aborting before there is a socket, ${when}`, limit, async (t) => {
    const own = agent();
    if (own) closing(t, own);
    const headers = { Connection: 'Upgrade', Upgrade: 'websocket' };
    const options = { port: 9, host: '127.0.0.1', headers, agent: own };
    if (!own) options.createConnection = (o) => net.connect({ ...o, path: undefined });
    const req = http.get(options);
    const log = logEvents(req, ['abort', 'close', 'error', 'response', 'upgrade']);
    const closed = once(req, 'close');
    req.abort();
    await closed;
    await turn();
    // No error: a package that aborts has one of its own to tell.
    assert.deepStrictEqual(log.sort(), ['abort', 'close']);
    assert.deepStrictEqual([req.aborted, req.destroyed], [true, true]);
  });
}

test('a proxy: agent false, rawHeaders, both ways of an upgrade', limit, async (t) => {
  const { server: target, port } = await origin(t, (_req, res) => {
    res.writeHead(200, ['X-Odd', 'a', 'x-odd', 'b', 'Content-Length', '2']).end('ok');
  });
  target.on('upgrade', (_req, socket, head) => {
    socket.write(`HTTP/1.1 101 X\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n${head}`);
    socket.pipe(socket);
  });
  const proxy = http.createServer((req, res) => {
    const { headers, method, url: path } = req;
    const onward = http.request({ port, host: '127.0.0.1', agent: false, headers, method, path });
    onward.on('response', (from) => {
      assert.deepStrictEqual(from.rawHeaders.slice(0, 4), ['X-Odd', 'a', 'x-odd', 'b']);
      res.writeHead(from.statusCode, from.rawHeaders);
      from.pipe(res);
    });
    req.pipe(onward);
  });
  proxy.on('upgrade', (req, socket, head) => {
    const { headers } = req;
    const onward = http.request({ port, host: '127.0.0.1', agent: false, headers }).end();
    onward.on('upgrade', (res, other, first) => {
      socket.write(
        `HTTP/1.1 101 X\r\nUpgrade: ${res.headers.upgrade}\r\nConnection: Upgrade\r\n\r\n`,
      );
      if (first.length > 0) other.unshift(first);
      other.write(head);
      other.pipe(socket).pipe(other);
    });
  });
  const front = { port: await listen(t, proxy), host: '127.0.0.1', agent: false };
  const [res] = await once(http.get(front), 'response');
  assert.strictEqual(res.headers['x-odd'], 'a, b');
  assert.strictEqual(String(await contentOf(res)), 'ok');
  const headers = { Connection: 'Upgrade', Upgrade: 'x' };
  const [, socket] = await once(http.get({ ...front, headers }), 'upgrade');
  socket.write('there and back');
  assert.strictEqual(String((await once(socket, 'data'))[0]), 'there and back');
  const closed = once(socket.resume(), 'close');
  socket.end();
  await closed;
});

test("'aborted' on the way from a target that breaks off", limit, async (t) => {
  const options = await answering(t, 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nbegun');
  const [res] = await once(http.get({ ...options, agent: false }), 'response');
  const log = logEvents(res, ['aborted', 'end', 'error', 'close']);
  res.resume();
  await new Promise((resolve) => res.on('close', resolve));
  assert.deepStrictEqual(log, ['aborted', 'error', 'close']);
  assert.strictEqual(res.aborted, true);
});
