'use strict';
// Where the switch reaches: every way to load the module, worker threads, child processes, cluster.
const assert = require('node:assert');
const { test } = require('node:test');
const { pathToFileURL } = require('node:url');
const { imported, registerFile, required, root } = require('../support/registered');
const { isOurs, linesOf } = require('./program');

const limit = { timeout: 60_000 };
const ways = { '-r': required, '--import': imported };
const inOptions = {
  'NODE_OPTIONS with -r': `--require ${JSON.stringify(registerFile)}`,
  'NODE_OPTIONS with --import': `--import ${pathToFileURL(registerFile).href}`,
};

for (const [how, execArgv] of Object.entries(ways)) {
  test(`${how}: every way to load the module gives the same one`, limit, async (t) => {
    const text = `
      import http, * as names from 'node:http';
      import bare from 'http';
      import { createRequire } from 'node:module';
      const require = createRequire(import.meta.url);
      const ours = require(${JSON.stringify(root)});
      const modules = [bare, require('http'), require('node:http'), (await import('http')).default];
      // Node 18 and early 20 do not have it.
      if (process.getBuiltinModule) {
        modules.push(process.getBuiltinModule('http'), process.getBuiltinModule('node:http'));
      }
      console.log(modules.every((module) => module === http));
      const values = Object.keys(ours).filter((name) => !/Event$|WebSocket/.test(name));
      console.log(values.filter((name) => http[name] !== ours[name]).join());
      console.log(Object.keys(names).filter((name) => name in ours && name !== 'default'
        && values.includes(name) && names[name] !== ours[name]).join());`;
    assert.deepStrictEqual(await linesOf(t, text, { execArgv, extension: 'mjs' }), [
      'true',
      '',
      '',
    ]);
  });

  test(`${how}: modules of every kind under an application`, limit, async (t) => {
    const files = {
      'common.cjs': `module.exports = ${isOurs}`,
      'module.mjs': `
        import { Server } from 'http';
        import { createRequire } from 'node:module';
        export default Server === createRequire(import.meta.url)(${JSON.stringify(root)}).Server;`,
    };
    const text = `import common from './common.cjs'; import module from './module.mjs';
      console.log(common, module, (await import('./module.mjs')).default);`;
    const lines = await linesOf(t, text, { execArgv, extension: 'mjs', files });
    assert.deepStrictEqual(lines, ['true true true']);
  });

  test(`${how}: worker threads, and their workers`, limit, async (t) => {
    const text = `
      const { once } = require('events');
      const { Worker, workerData } = require('worker_threads');
      const depth = workerData ?? 0;
      (async () => {
        if (depth < 2) await once(new Worker(__filename, { workerData: depth + 1 }), 'exit');
        console.log(depth, ${isOurs});
      })();`;
    assert.deepStrictEqual((await linesOf(t, text, { execArgv })).sort(), [
      '0 true',
      '1 true',
      '2 true',
    ]);
  });

  test(`${how}: a worker thread serves and asks`, limit, async (t) => {
    const text = `
      const { Worker, isMainThread, parentPort } = require('worker_threads');
      const http = require('http');
      if (isMainThread) {
        const worker = new Worker(__filename).on('message', (port) => {
          http.get({ port, host: '127.0.0.1' }, (res) => {
            res.on('data', (data) => console.log(String(data))).on('end', () => worker.terminate());
          });
        });
      } else {
        const server = http.createServer((req, res) => res.end('thread ' + ${isOurs}));
        server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
      }`;
    assert.deepStrictEqual(await linesOf(t, text, { execArgv }), ['thread true']);
  });

  test(`${how}: forked processes`, limit, async (t) => {
    const text = `
      const { fork } = require('child_process');
      if (process.argv[2]) console.log('child', ${isOurs});
      else fork(__filename, ['child']).on('exit', () => console.log('parent', ${isOurs}));`;
    assert.deepStrictEqual(await linesOf(t, text, { execArgv }), ['child true', 'parent true']);
  });

  test(`${how}: the workers of a cluster`, limit, async (t) => {
    const text = `
      const cluster = require('cluster');
      const http = require('http');
      if (cluster.isPrimary) {
        const worker = cluster.fork();
        worker.on('listening', ({ port }) => {
          http.get({ port, host: '127.0.0.1', agent: false }, (res) => {
            res.on('data', (data) => console.log(String(data))).on('end', () => worker.kill());
          });
        });
      } else {
        http.createServer((req, res) => res.end('worker ' + ${isOurs})).listen(0, '127.0.0.1');
      }`;
    assert.deepStrictEqual(await linesOf(t, text, { execArgv }), ['worker true']);
  });
}

for (const [how, options] of Object.entries(inOptions)) {
  test(`${how}: processes however they are started, and threads`, limit, async (t) => {
    const text = `
      const { execFileSync, spawnSync } = require('child_process');
      const { Worker } = require('worker_threads');
      const run = (args) => String(spawnSync(process.execPath, args).stdout).trim();
      const print = ${JSON.stringify(`console.log(${isOurs})`)};
      if (process.argv[2] === 'child') console.log(${isOurs});
      else {
        console.log(${isOurs});
        console.log(run([__filename, 'child']), run(['-e', print]));
        console.log(run(['--input-type=module', '-e', "import { createRequire } from 'module';"
          + 'const require = createRequire(' + JSON.stringify(__filename) + ');' + print]));
        const shell = process.platform === 'win32' ? ['cmd', '/c'] : ['sh', '-c'];
        const command = JSON.stringify(process.execPath) + ' ' + JSON.stringify(__filename) + ' child';
        console.log(String(execFileSync(shell[0], [shell[1], command],
          { windowsVerbatimArguments: true })).trim());
        // Flags of its own do not keep the environment from the thread.
        new Worker(__filename, { argv: ['child'], execArgv: [] });
      }`;
    const env = { NODE_OPTIONS: options };
    const lines = await linesOf(t, text, { execArgv: [], env });
    assert.deepStrictEqual(lines, ['true', 'true true', 'true', 'true', 'true']);
  });

  test(`${how}: RUST_HTTP=off leaves all of them alone`, limit, async (t) => {
    const text = `
      const { fork } = require('child_process');
      const { Worker, isMainThread } = require('worker_threads');
      const name = process.argv[2] ?? (isMainThread ? 'main' : 'thread');
      const done = () => console.log(name, ${isOurs});
      if (name !== 'main') done();
      else fork(__filename, ['child']).on('exit', () => new Worker(__filename).on('exit', done));`;
    const env = { NODE_OPTIONS: options, RUST_HTTP: 'off' };
    assert.deepStrictEqual(await linesOf(t, text, { execArgv: [], env }), [
      'child false',
      'thread false',
      'main false',
    ]);
  });
}

test('a child can be left to Node, and a parent too', limit, async (t) => {
  const text = `
    const { fork } = require('child_process');
    if (process.argv[2]) console.log(process.argv[2], ${isOurs});
    else {
      const start = (name, RUST_HTTP) =>
        fork(__filename, [name], { env: { ...process.env, RUST_HTTP } });
      start('off', 'off').on('exit', () => start('on', 'on'));
    }`;
  assert.deepStrictEqual(await linesOf(t, text), ['off false', 'on true']);
  const env = { RUST_HTTP: 'off' };
  assert.deepStrictEqual(await linesOf(t, text, { env }), ['off false', 'on true']);
});
