'use strict';
// What the module exports.
const assert = require('node:assert');
const nodeHttp = require('node:http');
const path = require('node:path');
const { test } = require('node:test');
const { pathToFileURL } = require('node:url');
const { runProgram } = require('../support/child');
const http = require('../support/subject');
const { onNodeHttp } = require('../support/mode');

const limit = { timeout: 60_000 };
const root = path.join(__dirname, '..', '..');
const url = onNodeHttp ? 'node:http' : pathToFileURL(path.join(root, 'index.js')).href;

test('every export of Node is here, and of its kind', () => {
  for (const name of Object.keys(nodeHttp)) {
    assert.ok(name in http, name);
    assert.strictEqual(typeof http[name], typeof nodeHttp[name], name);
  }
});

test("exports are enumerable, and can be replaced as Node's", () => {
  for (const name of Object.keys(nodeHttp)) {
    const theirs = Object.getOwnPropertyDescriptor(nodeHttp, name);
    const ours = Object.getOwnPropertyDescriptor(http, name);
    assert.strictEqual(ours.enumerable, true, name);
    if ('writable' in theirs && theirs.writable) assert.ok(ours.writable, name);
  }
});

test('ESM has the names', limit, async () => {
  const module = await import(url);
  assert.strictEqual(module.default, http);
  for (const name of Object.keys(http)) {
    if (name === 'WebSocket' || name === 'CloseEvent' || name === 'MessageEvent') continue;
    assert.ok(name in module, name);
  }
  assert.strictEqual(module.createServer, http.createServer);
  assert.strictEqual(module.ServerResponse, http.ServerResponse);
  assert.strictEqual(module.METHODS, http.METHODS);
});

test("METHODS and STATUS_CODES are Node's", () => {
  assert.deepStrictEqual(http.METHODS, nodeHttp.METHODS);
  assert.deepStrictEqual(http.STATUS_CODES, nodeHttp.STATUS_CODES);
  assert.deepStrictEqual(http.METHODS, [...http.METHODS].sort());
  assert.strictEqual(http.STATUS_CODES[418], "I'm a Teapot");
});

test('maxHeaderSize is 16 KiB, or what the command line says', limit, async (t) => {
  assert.strictEqual(http.maxHeaderSize, 16 * 1024);
  const program = 'console.log(http.maxHeaderSize)';
  const byArgument = { execArgv: ['--max-http-header-size=4321'] };
  assert.strictEqual((await runProgram(t, program, byArgument)).stdout, '4321\n');
  const byEnvironment = { env: { NODE_OPTIONS: '--max-http-header-size=1234' } };
  assert.strictEqual((await runProgram(t, program, byEnvironment)).stdout, '1234\n');
});

test('--max-http-header-size limits what servers take', limit, async (t) => {
  const program = `
    const server = http.createServer((req, res) => res.end('x'));
    server.listen(0, '127.0.0.1', () => {
      const client = require('net').connect(server.address().port, '127.0.0.1');
      client.write('GET / HTTP/1.1\\r\\nHost: a\\r\\nX: ' + 'v'.repeat(3000) + '\\r\\n\\r\\n');
      client.once('data', (data) => {
        console.log(String(data).split('\\r\\n')[0]);
        client.destroy();
        server.closeAllConnections();
        server.close();
      });
    });`;
  const small = await runProgram(t, program, { execArgv: ['--max-http-header-size=2000'] });
  assert.match(small.stdout, /^HTTP\/1\.1 431 /);
  const large = await runProgram(t, program, { execArgv: ['--max-http-header-size=9000'] });
  assert.match(large.stdout, /^HTTP\/1\.1 200 /);
});

test('setMaxIdleHTTPParsers checks its argument', () => {
  assert.strictEqual(http.setMaxIdleHTTPParsers(1000), undefined);
  for (const value of [0, -1, 1.5, NaN])
    assert.throws(() => http.setMaxIdleHTTPParsers(value), {
      name: 'RangeError',
      code: 'ERR_OUT_OF_RANGE',
    });
  for (const value of ['1', {}, undefined, null])
    assert.throws(() => http.setMaxIdleHTTPParsers(value), {
      name: 'TypeError',
      code: 'ERR_INVALID_ARG_TYPE',
    });
});

test('globalAgent and maxHeaderSize live', () => {
  const { globalAgent } = http;
  assert.ok(globalAgent instanceof http.Agent);
  const mine = new http.Agent();
  http.globalAgent = mine;
  assert.strictEqual(http.globalAgent, mine);
  http.globalAgent = globalAgent;
  assert.strictEqual(http.globalAgent, globalAgent);
});

test('_connectionListener serves a connection of any net.Server', limit, async (t) => {
  const net = require('node:net');
  const { once } = require('node:events');
  const server = http.createServer((_req, res) => {
    res.setHeader('Connection', 'close');
    res.end('by hand');
  });
  const plain = net.createServer((socket) => server.emit('connection', socket));
  t.after(() => plain.close());
  plain.listen(0, '127.0.0.1');
  await once(plain, 'listening');
  const socket = net.connect(plain.address().port, '127.0.0.1');
  socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  let text = '';
  for await (const chunk of socket) text += chunk;
  assert.ok(text.endsWith('by hand'));
  assert.strictEqual(typeof http._connectionListener, 'function');
});
