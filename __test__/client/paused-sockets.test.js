'use strict';
// A client's socket that somebody pauses, also before it is connected: no answer is read until it is resumed.
const assert = require('node:assert');
const { once } = require('node:events');
const nodeHttp = require('node:http');
const nodeHttps = require('node:https');
const { test } = require('node:test');
const { cert, key } = require('../agent/tls-fixture');
const http = require('../support/subject');
const https = require('../support/secure-subject');
const { contentOf } = require('../support/events');

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
