'use strict';
// HTTP's own listeners on a socket stand before those that users add in 'socket', and behind those of earlier
// requests; what a socket tells of its end comes when Node's would.
const assert = require('node:assert');
const { once } = require('node:events');
const nodeHttp = require('node:http');
const net = require('node:net');
const { test } = require('node:test');
const http = require('../support/subject');
const { turn } = require('../support/events');
const { hostHas } = require('../support/mode');

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const limit = { timeout: 60_000 };

/** A server that does as `answer` says with each request's socket; resolves to its port. */
async function peer(t, answer) {
  const server = net.createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (text) => answer(socket, text.toString('latin1')));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return server.address().port;
}

/** Sends a request; `log` gets the events of it and of its socket. Resolves when the socket is closed. */
function ask(options, log, onResponse = (res) => res.resume()) {
  return new Promise((resolve) => {
    const req = http.request({ host: '127.0.0.1', ...options });
    req.on('response', (res) => {
      res.on('close', () => log.push('response close'));
      onResponse(res);
    });
    req.on('error', (error) => log.push(`error ${error.code}`));
    req.on('close', () => log.push('close'));
    req.on('socket', (socket) => {
      for (const event of ['error', 'end', 'finish', 'close'])
        socket.on(event, () => log.push(`socket ${event}`));
      socket.on('close', resolve);
    });
    req.end();
  });
}

test('an end without an answer', limit, async (t) => {
  const port = await peer(t, (socket) => socket.end());
  const log = [];
  await ask({ port, agent: false }, log);
  assert.deepStrictEqual(log, ['error ECONNRESET', 'socket end', 'close', 'socket close']);
});

test('a reset without an answer', limit, async (t) => {
  const port = await peer(t, (socket) => socket.resetAndDestroy());
  const log = [];
  await ask({ port, agent: false }, log);
  assert.deepStrictEqual(log, ['error ECONNRESET', 'socket error', 'close', 'socket close']);
});

test('a listener of an earlier request on the same connection', limit, async (t) => {
  const port = await peer(t, (socket, text) =>
    text.startsWith('GET /first ') ? socket.write(OK) : socket.resetAndDestroy(),
  );
  const agent = new http.Agent({ keepAlive: true });
  t.after(() => agent.destroy());
  const log = [];
  const first = http.get({ host: '127.0.0.1', port, agent, path: '/first' });
  const [socket] = await once(first, 'socket');
  for (const event of ['error', 'close']) socket.on(event, () => log.push(`first ${event}`));
  const [res] = await once(first, 'response');
  res.resume();
  await once(agent, 'free');
  await ask({ port, agent, path: '/second' }, log);
  assert.deepStrictEqual(log, [
    'first error',
    'error ECONNRESET',
    'socket error',
    'first close',
    'close',
    'socket close',
  ]);
});

test('a connection that lost all its listeners is used again', limit, async (t) => {
  const port = await peer(t, (socket, text) =>
    text.startsWith('GET /first ') ? socket.write(OK) : socket.resetAndDestroy(),
  );
  const agent = new http.Agent({ keepAlive: true });
  t.after(() => agent.destroy());
  const first = http.get({ host: '127.0.0.1', port, agent, path: '/first' });
  const [res] = await once(first, 'response');
  const { socket } = res;
  res.resume();
  await once(agent, 'free');
  for (const event of ['error', 'close']) socket.removeAllListeners(event);
  const log = [];
  await ask({ port, agent, path: '/second' }, log);
  assert.deepStrictEqual(log, ['error ECONNRESET', 'socket error', 'close', 'socket close']);
});

test("'finish' of a socket that is not kept", limit, async (t) => {
  const port = await peer(t, (socket) => socket.write(OK));
  const log = [];
  await ask({ port, agent: false }, log);
  assert.deepStrictEqual(log, ['response close', 'socket finish', 'close', 'socket close']);
});

test('an end behind an answer that nobody has read yet', limit, async (t) => {
  const port = await peer(t, (socket) => socket.end(OK));
  const log = [];
  await ask({ port, agent: false }, log, () => {});
  assert.deepStrictEqual(log, ['socket end', 'socket finish', 'close', 'socket close']);
});

for (const [title, onResponse] of [
  ['read', undefined],
  ['not read yet', () => {}],
])
  test(`a reset behind an answer that is ${title} is no error`, limit, async (t) => {
    const port = await peer(t, (socket) => {
      socket.write(OK);
      socket.resetAndDestroy();
    });
    const log = [];
    await ask({ port, agent: false }, log, onResponse);
    assert.deepStrictEqual(
      log.filter((line) => line.includes('rror')),
      [],
    );
    assert.deepStrictEqual(log.slice(-2), ['close', 'socket close']);
  });

/** How listeners stand on a socket whose handle was looked at amid the answer, and what is heard of its end. */
async function lookedAt(t, { Agent, request }, end) {
  const port = await peer(t, (socket) => {
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\npart');
    t.far = socket;
  });
  const agent = new Agent({ keepAlive: true });
  t.after(() => agent.destroy());
  const log = [];
  const req = request({ port, host: '127.0.0.1', agent });
  for (const event of ['error', 'close']) req.on(event, () => log.push(`request ${event}`));
  req.on('socket', (socket) => {
    for (const event of ['close', 'data', 'end', 'error', 'drain']) {
      const listener = () => log.push(`socket ${event}`);
      listener.isUser = true;
      socket.on(event, listener);
    }
  });
  req.end();
  const [res] = await once(req, 'response');
  for (const event of ['aborted', 'error', 'end', 'close'])
    res.on(event, () => log.push(`response ${event}`));
  await once(res, 'data');
  const { socket } = res;
  assert.ok(socket._handle);
  // What was read before is told first.
  while (socket.listenerCount('data') < 2) await turn();
  for (const event of ['close', 'data', 'end', 'error', 'drain'])
    log.push([event, ...socket.listeners(event).map(({ isUser }) => Boolean(isUser))]);
  const closed = once(socket, 'close').catch(() => {});
  end({ far: t.far, req, socket });
  await closed;
  for (let i = 0; i < 3; i++) await turn();
  return log;
}

for (const [how, end] of Object.entries({
  'the server ends it': ({ far }) => far.end(),
  // Before 22, Node let an idle socket end as any other does.
  ...(hostHas(22) && {
    'the answer is complete, then the server ends it': ({ far, socket }) => {
      far.write('more');
      socket.once('free', () => far.end());
    },
  }),
  'the request is destroyed': ({ req }) => req.destroy(),
}))
  test(`a socket whose handle was looked at: ${how}`, limit, async (t) => {
    assert.deepStrictEqual(await lookedAt(t, http, end), await lookedAt(t, nodeHttp, end));
  });
