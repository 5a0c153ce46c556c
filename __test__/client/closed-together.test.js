'use strict';
// Connections that a program closes together tell of it as with Node: the one that was closed last first.
const assert = require('node:assert');
const { once } = require('node:events');
const { test } = require('node:test');
const nodeHttp = require('node:http');
const nodeHttps = require('node:https');
const { cert, key } = require('../agent/tls-fixture');
const { runProgram } = require('../support/child');
const https = require('../support/secure-subject');
const http = require('../support/subject');

const limit = { timeout: 60_000 };
const COUNT = 3;
const SECURE = { cert, key };

/** Notes in `log` how each of several requests to `server` ends; resolves when `server` has got all of them. */
async function begin(t, { get }, server, agent, log) {
  server.listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  const closed = [];
  const { port } = server.address();
  for (let i = 0; i < COUNT; i++) {
    const options = { host: '127.0.0.1', port, agent, rejectUnauthorized: false };
    const req = get({ ...options, path: `/${i}` });
    req.on('error', ({ code }) => log.push(`${i} ${code}`));
    req.on('close', () => log.push(`${i} close`));
    const isClosed = once(req, 'socket').then(([socket]) => once(socket, 'close'));
    closed.push(isClosed);
    await once(server, 'request');
  }
  return Promise.all.bind(Promise, closed);
}

for (const [what, subject, createServer] of [
  ['an agent', http, nodeHttp.createServer],
  ['an agent of https', https, (...args) => nodeHttps.createServer(SECURE, ...args)],
])
  test(`${what} that is destroyed`, limit, async (t) => {
    const log = [];
    const agent = new subject.Agent({ keepAlive: true });
    const allClosed = await begin(t, subject, createServer(), agent, log);
    agent.destroy();
    await allClosed();
    const last = ['2 ECONNRESET', '2 close', '1 ECONNRESET', '1 close', '0 ECONNRESET', '0 close'];
    assert.deepStrictEqual(log, last);
  });

test('sockets of a server', limit, async (t) => {
  const log = [];
  const sockets = [];
  const server = http.createServer((req, res) => {
    sockets.push(req.socket);
    res.on('close', () => log.push(req.url));
  });
  const agent = new nodeHttp.Agent({ keepAlive: true });
  const allClosed = await begin(t, nodeHttp, server, agent, []);
  for (const socket of sockets) socket.destroy();
  await allClosed();
  assert.deepStrictEqual(log, ['/2', '/1', '/0']);
});

const THROWING = `
  const log = [];
  process.on('uncaughtException', ({ message }) => log.push(message));
  process.on('exit', () => console.log(log.join()));
  const server = require('node:http').createServer();
  const agent = new http.Agent({ keepAlive: true });
  server.listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    const ask = (path) => http.get({ agent, port, host: '127.0.0.1', path }).on('error', () => {});
    server.on('request', ({ url }) => {
      if (url !== '/2') return void ask(url === '/0' ? '/1' : '/2');
      for (const socket of Object.values(agent.sockets)[0])
        socket.prependListener('close', () => { throw new Error(socket._httpMessage.path); });
      agent.destroy();
      server.close();
    });
    ask('/0');
  });`;

test("a 'close' listener that throws keeps nothing from the others", limit, async (t) => {
  const { code, stdout, stderr } = await runProgram(t, THROWING);
  assert.strictEqual(stdout, '/2,/1,/0\n', stderr);
  assert.strictEqual(code, 0);
});
