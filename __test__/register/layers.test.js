'use strict';
// What lies below the switch: the addon stands on Node's own module, and nothing is laid over twice.
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { registerFile, required, root } = require('../support/registered');
const { folderOf, linesOf } = require('./program');

const limit = { timeout: 60_000 };
const module_ = JSON.stringify(root);

/** A preload that keeps what Node had. */
const keeping = "globalThis.before = { ...require('http') };";

async function linesBehind(t, preload, text) {
  const folder = folderOf(t, { 'preload.cjs': preload });
  const execArgv = ['--require', path.join(folder, 'preload.cjs'), ...required];
  return await linesOf(t, text, { execArgv });
}

test('the addon reaches the real classes', limit, async (t) => {
  const lines = await linesBehind(
    t,
    keeping,
    `
    const http = require('http');
    for (const name of ['Server', 'ServerResponse', 'IncomingMessage', 'OutgoingMessage']) {
      console.log(name, http[name] !== before[name],
        http[name].prototype instanceof before[name]);
    }
    console.log(http.createServer() instanceof before.Server);
    console.log(http.METHODS === before.METHODS, http.maxHeaderSize === before.maxHeaderSize);`,
  );
  assert.deepStrictEqual(lines, [
    'Server true true',
    'ServerResponse true true',
    'IncomingMessage true true',
    'OutgoingMessage true true',
    'true',
    'true true',
  ]);
});

test("who kept Node's functions can go on with them", limit, async (t) => {
  const lines = await linesBehind(
    t,
    keeping,
    `
    const http = require('http');
    const server = before.createServer((req, res) => res.end('from Node to ' + req.headers['x-by']));
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      const ask = (get, by, then) => get({ port, host: '127.0.0.1', agent: false,
        headers: { 'X-By': by } }, (res) => {
        res.on('data', (data) => console.log(String(data))).on('end', then);
      });
      console.log(server instanceof http.Server);
      ask(http.get, 'ours', () => ask(before.get, 'the kept one', () => server.close()));
    });`,
  );
  assert.deepStrictEqual(lines, ['false', 'from Node to ours', 'from Node to the kept one']);
});

test('the package itself is the registered module', limit, async (t) => {
  const text = `
    const http = require('http');
    const ours = require(${module_});
    console.log(Object.keys(ours).every((name) =>
      /Event$|WebSocket/.test(name) || http[name] === ours[name]));
    const agent = new http.Agent();
    http.globalAgent = agent;
    console.log(ours.globalAgent === agent);`;
  assert.deepStrictEqual(await linesOf(t, text), ['true', 'true']);
});

test('a second copy of the package does not lay itself over the first', limit, async (t) => {
  const folder = folderOf(t, {});
  for (const name of ['index.js', 'lib', 'package.json'])
    fs.cpSync(path.join(root, name), path.join(folder, name), { recursive: true });
  const copy = JSON.stringify(folder);
  const text = `
    const http = require('http');
    const copy = require(${copy});
    console.log(http.Server === require(${module_}).Server, http.Server === copy.Server);
    const server = copy.createServer((req, res) => req.pipe(res)).listen(0, '127.0.0.1', () => {
      const req = copy.request({ port: server.address().port, host: '127.0.0.1', method: 'PUT' },
        (res) => res.on('data', (data) => console.log(String(data))).on('end', () => {
          server.close();
          server.closeAllConnections();
        }));
      req.end('through the copy');
    });`;
  const execArgv = [...required, '--require', path.join(folder, 'lib', 'register.js')];
  assert.deepStrictEqual(await linesOf(t, text, { execArgv }), ['true false', 'through the copy']);
});

test('loaded again without its cache, as test runners do, it stays', limit, async (t) => {
  const text = `
    const http = require('http');
    const { Server } = http;
    for (const file of Object.keys(require.cache)) delete require.cache[file];
    require(${JSON.stringify(registerFile)});
    console.log(http.Server === Server);
    const server = http.createServer((req, res) => res.end()).listen(0, () => {
      http.get({ port: server.address().port }, (res) => {
        console.log(res.statusCode);
        server.close();
        server.closeAllConnections();
      });
    });`;
  assert.deepStrictEqual(await linesOf(t, text), ['true', '200']);
});

test('no name is added to what is enumerated but those of the package', limit, async (t) => {
  const lines = await linesBehind(
    t,
    keeping,
    `
    const http = require('http');
    const known = new Set([...Object.keys(before), ...Object.keys(require(${module_}))]);
    console.log(Object.keys(http).filter((name) => !known.has(name)).join());
    console.log(Object.keys(before).every((name, at) => Object.keys(http)[at] === name));`,
  );
  assert.deepStrictEqual(lines, ['', 'true']);
});
