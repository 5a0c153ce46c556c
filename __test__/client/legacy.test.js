'use strict';
// Members that only the oldest documentation has.
const assert = require('node:assert');
const { once } = require('node:events');
const { test } = require('node:test');
const http = require('../..');
const { listen } = require('../support/listening');

async function text(res) {
  let all = '';
  for await (const chunk of res.setEncoding('utf8')) all += chunk;
  return all;
}

const echo = (req, res) => res.end(`${req.method} ${req.url} ${req.headers['x-name'] ?? ''}`);

test('createClient() makes requests to one server, with and without a method', async (t) => {
  const { port } = (await listen(t, echo)).address();
  const client = http.createClient(port, '127.0.0.1');
  const put = client.request('PUT', '/thing', { 'X-Name': 'a' });
  assert.ok(put instanceof http.ClientRequest);
  put.end('content');
  assert.strictEqual(await text((await once(put, 'response'))[0]), 'PUT /thing a');
  const get = client.request('/other', { 'X-Name': 'b' });
  get.end();
  assert.strictEqual(await text((await once(get, 'response'))[0]), 'GET /other b');
});

test('createClient() hears the errors that its requests do not hear', async (t) => {
  const server = http.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  const client = http.createClient(port, '127.0.0.1');
  client.request('/').end();
  const [error] = await once(client, 'error');
  assert.strictEqual(error.code, 'ECONNREFUSED');

  client.on('error', () => assert.fail('the request hears its own'));
  const req = client.request('/');
  req.end();
  const [own] = await once(req, 'error');
  assert.strictEqual(own.code, 'ECONNREFUSED');
  t.diagnostic(own.message);
});

test('getAgent() shows the connections to one server', async (t) => {
  const { port } = (await listen(t, echo)).address();
  const agent = http.getAgent('127.0.0.1', port);
  assert.deepStrictEqual(agent.sockets, []);
  const req = http.request({ host: '127.0.0.1', port, agent });
  req.end();
  const [socket] = await once(req, 'socket');
  assert.deepStrictEqual(agent.sockets, [socket]);
  assert.deepStrictEqual(agent.queue, []);
  await text((await once(req, 'response'))[0]);
  const before = http.globalAgent.maxSockets;
  agent.maxSockets = 7;
  assert.strictEqual(http.globalAgent.maxSockets, 7);
  http.globalAgent.maxSockets = before;
  http.globalAgent.destroy();
});

test('the former names are those of IncomingMessage', () => {
  assert.strictEqual(http.ServerRequest, http.IncomingMessage);
  assert.strictEqual(http.ClientResponse, http.IncomingMessage);
});

test('each warns once, and none is listed among the exports', async () => {
  const { spawnSync } = require('node:child_process');
  const script = `const http = require(${JSON.stringify(require.resolve('../..'))});
    http.createClient(80); http.createClient(80); http.getAgent('a', 80);
    http.ServerRequest; http.ClientResponse;`;
  const { stderr } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' });
  const codes = [...stderr.matchAll(/\[(\w+)\] DeprecationWarning/g)].map(([, code]) => code);
  assert.deepStrictEqual(codes, [
    'DEP0010',
    'RUST_HTTP_DEP0001',
    'RUST_HTTP_DEP0002',
    'RUST_HTTP_DEP0003',
  ]);
  assert.deepStrictEqual(
    Object.keys(http).filter((name) =>
      /createClient|getAgent|ServerRequest|ClientR.*se$/.test(name),
    ),
    [],
  );
});
