'use strict';
// A client's socket that somebody pauses, also before it is connected: no answer is read until it is resumed, by
// HTTP itself behind what it was told of.
const assert = require('node:assert');
const { once } = require('node:events');
const nodeHttp = require('node:http');
const nodeHttps = require('node:https');
const net = require('node:net');
const { test } = require('node:test');
const { cert, key } = require('../agent/tls-fixture');
const http = require('../support/subject');
const https = require('../support/secure-subject');
const { contentOf, deferred } = require('../support/events');

const limit = { timeout: 60_000 };

const PAUSES = {
  'at once': (socket) => socket.pause(),
  'in a tick': (socket) => process.nextTick(() => socket.pause()),
  'in an immediate': (socket) => setImmediate(() => socket.pause()),
  'when it is connected': (socket) => socket.once('connect', () => socket.pause()),
  'behind resume()': (socket) => socket.resume().pause(),
};

for (const [name, client, node] of [
  ['http', http, nodeHttp],
  ['https', https, nodeHttps],
])
  for (const [when, pause] of Object.entries(PAUSES))
    test(`${when}, ${name}`, { timeout: 60_000 }, async (t) => {
      const answered = [];
      const server = node.createServer({ cert, key }, (req, res) => {
        answered.push(req.url);
        res.end('content');
      });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const agent = new client.Agent({ ca: cert });
      t.after(() => {
        agent.destroy();
        server.close();
      });
      const options = { port: server.address().port, host: '127.0.0.1', ca: cert };
      const ask = async (from, path, onSocket) => {
        const req = from.get({ ...options, path, agent: from === client ? agent : undefined });
        if (onSocket) req.on('socket', onSocket);
        const [res] = await once(req, 'response');
        return String(await contentOf(res));
      };
      let socket;
      let isRead = false;
      const paused = ask(client, '/paused', (its) => pause((socket = its))).then((text) => {
        isRead = true;
        return text;
      });
      // Node's own, until the server has answered and what it said would have been read.
      for (let i = 0; i < 5 || !answered.includes('/paused'); i++) await ask(node, '/other');
      assert.deepStrictEqual([isRead, socket.isPaused()], [false, true]);
      socket.resume();
      assert.strictEqual(await paused, 'content');
    });

const HINTS = 'HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n';
const ANSWER = 'HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\ncontent';

for (const pieces of [
  [HINTS, ANSWER],
  [HINTS + ANSWER.slice(0, 20), ANSWER.slice(20)],
  [HINTS + ANSWER],
])
  test(
    `paused in 'information': the end of that resumes it, ${pieces.length}`,
    limit,
    async (t) => {
      const told = deferred();
      const server = net.createServer((socket) => {
        socket.on('error', () => {});
        socket.once('data', async () => {
          socket.write(pieces[0]);
          await told.promise;
          for (const piece of pieces.slice(1)) socket.write(piece);
        });
      });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const agent = new http.Agent();
      t.after(() => {
        agent.destroy();
        server.close();
      });
      const req = http.get({ port: server.address().port, host: '127.0.0.1', agent });
      req.on('information', () => {
        req.socket.pause();
        told.resolve();
      });
      const [res] = await once(req, 'response');
      assert.strictEqual(res.socket.isPaused(), false);
      assert.strictEqual(String(await contentOf(res)), 'content');
    },
  );

test('readableDidRead says whether something was answered', limit, async (t) => {
  const server = nodeHttp.createServer((_req, res) => res.end('content'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const req = http.get({ port: server.address().port, host: '127.0.0.1', agent: false });
  const [socket] = await once(req, 'socket');
  assert.strictEqual(socket.readableDidRead, false);
  const [res] = await once(req, 'response');
  assert.strictEqual(socket.readableDidRead, true);
  res.resume();
});
