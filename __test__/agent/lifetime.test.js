'use strict';
// Agents and the life of a process: idle sockets keep none alive.
const assert = require('node:assert');
const { once } = require('node:events');
const nodeHttp = require('node:http');
const { test } = require('node:test');
const { runProgram } = require('../support/child');

const limit = { timeout: 60_000 };

/** The server is Node's, in the same process, and unreferenced at the end. */
const program = (body) => `
  const server = require('node:http').createServer((req, res) => res.end('x'));
  server.keepAliveTimeout = 600000;
  server.on('connection', (socket) => socket.unref());
  server.listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    server.unref();
    const ask = (options, done) => http.get({ port, host: '127.0.0.1', ...options }, (res) => {
      res.resume();
      res.on('end', () => setImmediate(done));
    });
    ${body}
  });`;

test('idle sockets of the global agent let the process go', limit, async (t) => {
  // Its own timeout, of five seconds, must not be what lets the process go.
  const body = `
    http.globalAgent.options.timeout = 600000;
    ask({}, () => console.log(http.globalAgent.totalSocketCount));`;
  const { code, stdout, stderr } = await runProgram(t, program(body));
  assert.strictEqual(code, 0, stderr);
  assert.strictEqual(stdout, '1\n');
});

test('idle sockets of an agent of its own', limit, async (t) => {
  const body = `
    const agent = new http.Agent({ keepAlive: true, timeout: 600000 });
    ask({ agent }, () => ask({ agent }, () => console.log(agent.totalSocketCount)));`;
  const { code, stdout, stderr } = await runProgram(t, program(body));
  assert.strictEqual(code, 0, stderr);
  assert.strictEqual(stdout, '1\n');
});

test('a request under way keeps the process', limit, async (t) => {
  const text = `
    const server = require('node:http').createServer((req, res) => {
      if (req.url === '/slow') setTimeout(() => res.end('slow'), 300).unref();
      else res.end('x');
    });
    server.on('connection', (socket) => socket.unref());
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.unref();
      const agent = new http.Agent({ keepAlive: true });
      const ask = (path, done) => http.get({ agent, port, host: '127.0.0.1', path }, (res) => {
        res.resume();
        res.on('end', () => setImmediate(done));
      });
      ask('/', () => ask('/slow', () => console.log('answered')));
    });`;
  const { code, stdout, stderr } = await runProgram(t, text);
  assert.strictEqual(code, 0, stderr);
  assert.strictEqual(stdout, 'answered\n');
});

test('answers that nobody reads let the process go', limit, async (t) => {
  const server = nodeHttp.createServer((_req, res) => res.end(Buffer.alloc(16 << 20)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const text = `
    const options = { port: ${server.address().port}, host: '127.0.0.1' };
    for (const agent of [new http.Agent({ keepAlive: true }), false])
      http.get({ ...options, agent }, () => console.log('answered'));`;
  const { code, stdout, stderr } = await runProgram(t, text);
  assert.strictEqual(code, 0, stderr);
  assert.strictEqual(stdout, 'answered\nanswered\n');
});

test('unref() of the socket lets the process go before the answer', limit, async (t) => {
  const text = `
    const server = require('node:net').createServer((socket) => socket.unref());
    server.listen(0, '127.0.0.1', () => {
      server.unref();
      const { port } = server.address();
      const req = http.get({ agent: false, port, host: '127.0.0.1' });
      req.on('socket', (socket) => socket.on('connect', () => {
        console.log('connected');
        socket.unref();
      }));
    });`;
  const { code, stdout, stderr } = await runProgram(t, text);
  assert.strictEqual(code, 0, stderr);
  assert.strictEqual(stdout, 'connected\n');
});

test('the global agent can be replaced for all requests', limit, async (t) => {
  const body = `
    let calls = 0;
    class Own extends http.Agent {
      addRequest(...args) { calls++; return super.addRequest(...args); }
    }
    http.globalAgent = new Own();
    ask({}, () => ask({ agent: undefined }, () => {
      console.log(calls, http.globalAgent instanceof Own);
    }));`;
  const { code, stdout, stderr } = await runProgram(t, program(body));
  assert.strictEqual(code, 0, stderr);
  assert.strictEqual(stdout, '2 true\n');
});

test("'error' without a listener ends the process", limit, async (t) => {
  const text = `
    const server = require('node:net').createServer((socket) => socket.destroy());
    server.listen(0, '127.0.0.1', () => {
      http.get({ port: server.address().port, host: '127.0.0.1' });
    });`;
  const { code, stderr } = await runProgram(t, text);
  assert.strictEqual(code, 1);
  assert.match(stderr, /ECONNRESET/);
});
