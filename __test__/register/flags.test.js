'use strict';
// Flags of the process: no deprecated call at run time; where Node loads no addon, an error that says so,
// and behind the switch Node's own http.
const assert = require('node:assert');
const { test } = require('node:test');
const { required, root } = require('../support/registered');
const { isOurs, run } = require('./program');

const limit = { timeout: 60_000 };
const [major] = process.versions.node.split('.').map(Number);
const permission = [
  major < 22 ? '--experimental-permission' : '--permission',
  `--allow-fs-read=${process.platform === 'win32' ? '*' : '/*'}`,
];
const without = { '--no-addons': ['--no-addons'], '--permission': permission };

for (const [flag, execArgv] of Object.entries(without)) {
  test(`${flag}: the module says why it cannot be loaded`, limit, async (t) => {
    const text = `
      try { require(${JSON.stringify(root)}); } catch (error) {
        console.log(error.code, error.message);
      }`;
    const { code, stdout } = await run(t, text, { execArgv });
    assert.strictEqual(code, 0);
    assert.match(stdout, /^ERR_DLOPEN_DISABLED rust-http .*--no-addons.*--allow-addons/);
  });

  test(`${flag}: behind register, Node's own http serves, with a warning`, limit, async (t) => {
    const text = `
      const http = require('node:http');
      console.log(Object.getOwnPropertySymbols(http).length, typeof http.Server, http.Server.name);`;
    const { code, stdout, stderr } = await run(t, text, { execArgv: [...execArgv, ...required] });
    assert.strictEqual(code, 0);
    assert.strictEqual(stdout, '0 function Server\n');
    assert.match(stderr, /RustHttpWarning: Node's own http stays in place/);
  });
}

test(
  'on another runtime the module says so, and behind register its own http serves',
  limit,
  async (t) => {
    const text = `
    Object.defineProperty(process, 'versions', { value: { ...process.versions, bun: '9.9.9' } });
    require(${JSON.stringify(required[1])});
    const http = require('node:http');
    console.log(Object.getOwnPropertySymbols(http).length);
    try { require(${JSON.stringify(root)}); } catch (error) { console.log(error.code, error.message); }`;
    const { code, stdout, stderr } = await run(t, text, { execArgv: [] });
    assert.strictEqual(code, 0, stderr);
    assert.match(
      stdout,
      /^0\nERR_FEATURE_UNAVAILABLE_ON_PLATFORM rust-http .* this is Bun 9\.9\.9/,
    );
    assert.match(stderr, /RustHttpWarning: Node's own http stays in place/);
  },
);

test('--permission with --allow-addons: the module serves', limit, async (t) => {
  const { code, stdout } = await run(t, `console.log(${isOurs})`, {
    execArgv: [...permission, '--allow-addons', ...required],
  });
  assert.strictEqual(code, 0);
  assert.strictEqual(stdout, 'true\n');
});

test('no call of the module is deprecated', limit, async (t) => {
  const text = `
    const assert = require('node:assert');
    const http = require(${JSON.stringify(root)});
    const { Duplex } = require('node:stream');
    const server = http.createServer((req, res) => {
      req.socket.on('close', () => {});
      req.resume().on('end', () => {
        process.nextTick(() => { res.write('a'); res.end('b'); });
      });
    });
    server.on('upgrade', (req, socket) => {
      socket.end('HTTP/1.1 101 Switching Protocols\\r\\nConnection: Upgrade\\r\\nUpgrade: x\\r\\n\\r\\n');
    });
    server.on('clientError', (error, socket) => socket.destroy(error));
    const agent = new http.Agent({ keepAlive: true });
    const ask = (options, body) => new Promise((resolve) => {
      const req = http.request({ port: server.address().port, agent, ...options });
      req.on('response', (res) => res.resume().on('close', resolve));
      req.on('upgrade', (res, socket) => socket.resume().on('close', resolve));
      req.on('error', resolve);
      req.end(body);
    });
    server.listen(0, '127.0.0.1', async () => {
      await ask({});
      await ask({ method: 'POST' }, 'content');
      await ask({ method: 'POST', headers: { Expect: '100-continue' } }, 'content');
      await ask({ agent: undefined, createConnection: (o) => require('node:net').connect(o) });
      await ask({ headers: { Connection: 'Upgrade', Upgrade: 'x' } });
      await ask({ signal: AbortSignal.timeout(1) });
      require('node:net').connect(server.address().port, '127.0.0.1').end('garbage\\r\\n\\r\\n').resume().on('close', () => {
        agent.destroy();
        server.close(() => console.log('closed'));
      });
    });`;
  const flags = ['--pending-deprecation', '--throw-deprecation', '--trace-deprecation'];
  const { code, stdout, stderr } = await run(t, text, { execArgv: flags });
  assert.strictEqual(stderr, '');
  assert.strictEqual(stdout, 'closed\n');
  assert.strictEqual(code, 0);
});
