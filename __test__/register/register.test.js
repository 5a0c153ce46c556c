'use strict';
// `node -r rust-http/register app.js` and `node --import rust-http/register app.js`.
const assert = require('node:assert');
const { test } = require('node:test');
const { imported, registerFile, required, root } = require('../support/registered');
const { run } = require('./program');

const limit = { timeout: 60_000 };

/** Prints whether `http` is ours, and an answer of a server of it. */
const cjs = `
  const http = require('http');
  const ours = require(${JSON.stringify(root)});
  console.log(http.Server === ours.Server, require('node:http') === http);
  const server = http.createServer((req, res) => res.end('answer to ' + req.url));
  console.log(server instanceof ours.Server, server instanceof http.Server);
  server.listen(0, '127.0.0.1', async () => {
    const { port } = server.address();
    console.log(await (await fetch('http://127.0.0.1:' + port + '/x')).text());
    server.closeAllConnections();
    server.close();
  });`;

const esm = `
  import http, { createServer, IncomingMessage, Server } from 'node:http';
  import * as all from 'http';
  import { createRequire } from 'node:module';
  const ours = createRequire(import.meta.url)(${JSON.stringify(root)});
  console.log(http.Server === ours.Server, Server === ours.Server);
  console.log(createServer === ours.createServer, all.IncomingMessage === IncomingMessage);
  const server = createServer((req, res) => res.end('answer to ' + req.url));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  console.log(await (await fetch('http://127.0.0.1:' + server.address().port + '/x')).text());
  server.closeAllConnections();
  server.close();`;

for (const [how, execArgv] of [
  ['-r', required],
  ['--import', imported],
]) {
  test(`${how}, for require`, limit, async (t) => {
    const result = await run(t, cjs, { execArgv });
    assert.strictEqual(result.stdout, 'true true\ntrue true\nanswer to /x\n', result.stderr);
    assert.deepStrictEqual([result.code, result.stderr], [0, '']);
  });

  test(`${how}, for import`, limit, async (t) => {
    const result = await run(t, esm, { execArgv, extension: 'mjs' });
    assert.strictEqual(result.stdout, 'true true\ntrue true\nanswer to /x\n', result.stderr);
    assert.strictEqual(result.code, 0);
  });

  for (const word of ['off', 'OFF', '0', 'false', 'no']) {
    test(`${how} with RUST_HTTP=${word} changes nothing`, limit, async (t) => {
      const text = `
        const http = require('http');
        console.log(http.createServer === require(${JSON.stringify(root)}).createServer);
        console.log(http.createServer() instanceof require(${JSON.stringify(root)}).Server);`;
      const result = await run(t, text, { execArgv, env: { RUST_HTTP: word } });
      assert.strictEqual(result.stdout, 'false\nfalse\n', result.stderr);
      assert.strictEqual(result.code, 0);
    });
  }
}

test('modules that were loaded before see it through the object', limit, async (t) => {
  const text = `
    const http = require('http');
    const before = http.Server;
    require(${JSON.stringify(registerFile)});
    console.log(http.Server !== before, http.createServer() instanceof before);`;
  const result = await run(t, text, { execArgv: [] });
  assert.strictEqual(result.stdout, 'true true\n', result.stderr);
});

test('registering twice is registering once', limit, async (t) => {
  const result = await run(t, cjs, { execArgv: [...required, ...imported] });
  assert.strictEqual(result.stdout, 'true true\ntrue true\nanswer to /x\n', result.stderr);
});

test('exports can still be replaced, as mocking tools do', limit, async (t) => {
  const text = `
    const http = require('http');
    const { request, get, ClientRequest } = http;
    http.request = function mocked() { return 'mocked'; };
    http.ClientRequest = function Mock() {};
    console.log(http.request(), http.ClientRequest.name);
    http.request = request;
    http.ClientRequest = ClientRequest;
    console.log(http.request === request, http.get === get);
    http.globalAgent = new http.Agent();
    console.log(http.globalAgent instanceof http.Agent, http.maxHeaderSize);`;
  const result = await run(t, text);
  assert.strictEqual(result.stdout, 'mocked Mock\ntrue true\ntrue 16384\n', result.stderr);
});

test("the proxies of the environment are left with http's own agent", limit, async (t) => {
  const text = `
    const http = require('http');
    const before = http.globalAgent;
    const restore = http.setGlobalProxyFromEnv({ http_proxy: 'http://127.0.0.1:1' });
    console.log(http.globalAgent !== before, http.globalAgent instanceof http.Agent);
    restore();
    console.log(http.globalAgent === before);`;
  const result = await run(t, text);
  assert.strictEqual(result.stdout, 'true true\ntrue\n', result.stderr);
});

test('objects re-parented to http prototypes stay ours', limit, async (t) => {
  const text = `
    const http = require('http');
    const request = Object.create(http.IncomingMessage.prototype);
    const response = Object.create(http.ServerResponse.prototype);
    const server = http.createServer((req, res) => {
      Object.setPrototypeOf(req, request);
      Object.setPrototypeOf(res, response);
      res.setHeader('X-Url', req.url);
      res.end(String(res instanceof require(${JSON.stringify(root)}).ServerResponse));
    });
    server.listen(0, '127.0.0.1', async () => {
      const answer = await fetch('http://127.0.0.1:' + server.address().port + '/y');
      console.log(answer.headers.get('x-url'), await answer.text());
      server.closeAllConnections();
      server.close();
    });`;
  const result = await run(t, text);
  assert.strictEqual(result.stdout, '/y true\n', result.stderr);
});
