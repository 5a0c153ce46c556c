'use strict';
// A response that is cut off, and the request whose exchange was complete before it was destroyed.
const assert = require('node:assert');
const { once } = require('node:events');
const net = require('node:net');
const { test } = require('node:test');
const http = require('../support/subject');
const { turn } = require('../support/events');
const { hostHas, onNodeHttp } = require('../support/mode');

/** A server that answers every connection's first bytes by `answer(socket)`. */
async function peer(t, answer) {
  const server = net.createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => answer(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return server.address().port;
}

const looks = { not: () => {}, "at the socket's handle": (res) => res.socket._handle };

for (const [what, look] of Object.entries(looks)) {
  test(`a response of known length is cut off; its listener looks ${what}`, async (t) => {
    const port = await peer(t, (socket) => {
      socket.end('HTTP/1.1 200 OK\r\nContent-Length: 50\r\nConnection: close\r\n\r\nabc');
    });
    const log = [];
    const req = http.get({ port, agent: false });
    req.on('error', (error) => log.push(`request ${error.code}`));
    const [res] = await once(req, 'response');
    res.on('data', (chunk) => log.push(String(chunk)));
    res.on('aborted', () => log.push('aborted'));
    res.on('error', (error) => log.push(error.code));
    look(res);
    await new Promise((resolve) => res.on('close', resolve));
    assert.deepStrictEqual(log, ['abc', 'aborted', 'ECONNRESET']);
    assert.strictEqual(res.complete, false);
  });
}

// RFC 9112, section 8: content that lasts until the close is complete unless the connection says that it
// was cut off. Node's own client says 'end' in these cases, with `complete`.
for (const [how, end] of Object.entries({
  'req.destroy()': (req) => req.destroy(),
  'req.destroy(error)': (req) => req.destroy(new Error('mine')),
  'res.destroy()': (_req, res) => res.destroy(),
  'res.socket.destroy(error)': (_req, res) => res.socket.destroy(new Error('mine')),
  'a reset': null,
})) {
  test(`content that lasts until the close is not complete behind ${how}`, {
    skip: onNodeHttp && 'Node takes every end for that of the content',
  }, async (t) => {
    let reset;
    const port = await peer(t, (socket) => {
      socket.write('HTTP/1.1 200 OK\r\n\r\nabc');
      reset = () => socket.resetAndDestroy();
    });
    const log = [];
    const req = http.get({ port, agent: false });
    req.on('error', () => {});
    const [res] = await once(req, 'response');
    res.on('error', () => {});
    res.on('aborted', () => log.push('aborted'));
    res.on('end', () => log.push('end'));
    res.once('data', () => (end === null ? reset() : end(req, res)));
    await new Promise((resolve) => res.on('close', resolve));
    assert.deepStrictEqual(log, ['aborted']);
    assert.strictEqual(res.complete, false);
  });
}

test('the error of a response that is cut off names its cause', {
  skip: onNodeHttp && !hostHas(26) && 'new in Node 26',
}, async (t) => {
  const port = await peer(t, (socket) => {
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nabc');
  });
  const req = http.get({ port, agent: false });
  req.on('error', () => {});
  const [res] = await once(req, 'response');
  const cause = new Error('mine');
  res.once('data', () => req.destroy(cause));
  const [error] = await once(res, 'error');
  assert.strictEqual(error.code, 'ECONNRESET');
  assert.strictEqual(error.cause, cause);
});

test('a request that is destroyed with an error when its exchange is complete', async (t) => {
  const port = await peer(t, (socket) => {
    socket.end('HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc');
  });
  const log = [];
  const req = http.get({ port, agent: false });
  req.on('error', (error) => log.push(error.message));
  req.on('close', () => log.push('close'));
  const [res] = await once(req, 'response');
  res.resume();
  res.on('end', () => req.destroy(new Error('mine')));
  while (!log.includes('close')) await turn();
  // From Node 26 on there is nothing left to fail.
  assert.deepStrictEqual(log, hostHas(26) ? ['close'] : ['mine', 'close']);
});
