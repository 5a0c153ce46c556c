'use strict';
// A server answers before it has read the request, and closes. Writes fail then; the answer that came
// before is delivered first, whoever finds the failure.
const assert = require('node:assert');
const { once } = require('node:events');
const net = require('node:net');
const { test } = require('node:test');
const http = require('../support/subject');
const { onNodeHttp } = require('../support/mode');
const { ResettingPeer } = require('../support/resetting-peer');

const limit = { timeout: 60_000 };
const ANSWER = 'HTTP/1.1 413 Content Too Large\r\nContent-Length: 4\r\n\r\nnope';
const ROUNDS = 15;
const PIECE = Buffer.alloc(64 * 1024);
const PIECES = 160;

/** A server that answers what comes first, and then does `after` to the connection. */
async function early(t, after) {
  const server = net.createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => {
      socket.pause();
      socket.write(ANSWER, () => after(socket));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return server.address().port;
}

/** How the request ended: status, content, and the code of the error behind it. */
async function outcome(req) {
  const result = { status: 0, content: '', complete: false, code: undefined };
  req.on('response', async (res) => {
    result.status = res.statusCode;
    res.on('data', (piece) => (result.content += piece));
    res.on('end', () => (result.complete = true));
    res.on('error', () => {});
  });
  req.on('error', (error) => (result.code = error.code));
  await new Promise((resolve) => req.on('close', resolve));
  await new Promise(setImmediate);
  return result;
}

const uploads = {
  'in one piece': (req) => req.end(Buffer.alloc(PIECES * PIECE.length)),
  'in many pieces at once'(req) {
    for (let i = 0; i < PIECES; i++) req.write(PIECE);
    req.end();
  },
  'piece by piece'(req) {
    let left = PIECES;
    const more = () => {
      while (left > 0 && !req.destroyed) {
        left--;
        if (!req.write(PIECE)) {
          req.once('drain', more);
          return;
        }
      }
      if (left === 0) req.end();
    };
    more();
  },
};
const agents = {
  'a connection of its own': () => false,
  'a pooled connection': () => new http.Agent({ keepAlive: true }),
};

/** Node fails the request when a write from JavaScript finds the reset before its event loop does. */
const lost = { ...limit, skip: onNodeHttp && "Node's own http loses some of these answers" };

for (const [how, upload] of Object.entries(uploads)) {
  for (const [where, agentOf] of Object.entries(agents)) {
    test(`an early answer, then a reset: an upload ${how}, ${where}`, lost, async (t) => {
      const port = await early(t, (socket) => socket.destroy());
      for (let round = 0; round < ROUNDS; round++) {
        const agent = agentOf();
        const req = http.request({ port, host: '127.0.0.1', method: 'POST', agent });
        upload(req);
        const { status, content, complete } = await outcome(req);
        assert.deepStrictEqual([status, content, complete], [413, 'nope', true], `round ${round}`);
        if (agent) agent.destroy();
      }
    });
  }
}

for (const [where, agentOf] of Object.entries(agents)) {
  test(`a write that finds the reset first loses no answer, ${where}`, lost, async (t) => {
    const peer = await ResettingPeer.listen(t, ANSWER);
    const req = http.request({
      agent: agentOf(),
      host: '127.0.0.1',
      method: 'POST',
      port: peer.port,
    });
    const ended = outcome(req);
    req.write('begun');
    await peer.received();
    peer.reset();
    const errors = await Promise.all(
      ['one', 'two'].map((text) => new Promise((resolve) => req.write(text, resolve))),
    );
    const { code, complete, content, status } = await ended;
    assert.deepStrictEqual([status, content, complete], [413, 'nope', true]);
    for (const error of errors) {
      assert.ok(['EPIPE', 'ECONNRESET'].includes(error.code), error.code);
      // Without an agent's keep-alive the request is over with its answer.
      assert.ok(code === error.code || (code === undefined && !req.shouldKeepAlive), code);
    }
  });
}
