'use strict';
// https behind the switch: the module of one family with http, or Node's own beside a registered http.
const assert = require('node:assert');
const path = require('node:path');
const { test } = require('node:test');
const { imported, required, root } = require('../support/registered');
const { linesOf } = require('./program');

const limit = { timeout: 60_000 };
const fixture = JSON.stringify(path.join(__dirname, '..', 'agent', 'tls-fixture.js'));
const prelude = `
  const http = require('http');
  const https = require('https');
  const { once } = require('events');
  const { cert, key } = require(${fixture});
  const contentOf = async (res) => {
    let text = '';
    for await (const chunk of res) text += chunk;
    return text;
  };
  const ask = async (module, options, content) => {
    const req = module.request({ host: '127.0.0.1', ca: cert, ...options });
    req.end(content);
    const [res] = await once(req, 'response');
    return [res.statusCode, res.headers['x-from'], await contentOf(res)].join(' ');
  };
  const listen = async (server) => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return server.address().port;
  };`;

for (const [how, execArgv] of [
  ['-r', required],
  ['--import', imported],
]) {
  test(`${how}: one handler under both servers`, limit, async (t) => {
    const text = `${prelude}
      const handler = async (req, res) => {
        res.setHeader('X-From', req.socket.encrypted ? 'tls' : 'tcp');
        res.end(req.method + ' ' + await contentOf(req));
      };
      (async () => {
        const plain = http.createServer(handler);
        const secure = https.createServer({ cert, key }, handler);
        console.log(await ask(http, { port: await listen(plain), method: 'PUT' }, 'x'.repeat(9)));
        console.log(await ask(https, { port: await listen(secure), method: 'PUT' }, 'x'.repeat(9)));
        console.log(await ask(https, { port: secure.address().port }));
        for (const server of [plain, secure]) server.close(), server.closeAllConnections();
        https.globalAgent.destroy();
      })();`;
    assert.deepStrictEqual(await linesOf(t, text, { execArgv }), [
      `200 tcp PUT ${'x'.repeat(9)}`,
      `200 tls PUT ${'x'.repeat(9)}`,
      '200 tls GET ',
    ]);
  });
}

test('an https agent keeps its connections, and serves http.request', limit, async (t) => {
  const text = `${prelude}
    (async () => {
      const numbers = new Map();
      const server = https.createServer({ cert, key }, (req, res) => {
        if (!numbers.has(req.socket)) numbers.set(req.socket, numbers.size + 1);
        res.end('connection ' + numbers.get(req.socket));
      });
      const port = await listen(server);
      const agent = new https.Agent({ keepAlive: true, maxSockets: 1 });
      const all = await Promise.all([1, 2, 3].map(() => ask(https, { port, agent })));
      console.log(all.join());
      console.log(await ask(http, { port, agent, protocol: 'https:' }));
      console.log(agent instanceof http.Agent, https.globalAgent instanceof https.Agent);
      agent.destroy();
      server.close();
    })();`;
  assert.deepStrictEqual(await linesOf(t, text), [
    '200  connection 1,200  connection 1,200  connection 1',
    '200  connection 1',
    'true true',
  ]);
});

test("a TLS socket's times: connecting, connect and secureConnect", limit, async (t) => {
  const text = `${prelude}
    (async () => {
      const server = https.createServer({ cert, key }, (req, res) => res.end());
      const port = await listen(server);
      const agent = new https.Agent({ keepAlive: true, maxSockets: 1 });
      for (const module of [https, http, https]) {
        const log = [];
        const req = module.get({ port, agent, ca: cert, host: '127.0.0.1', protocol: 'https:' });
        req.on('socket', (socket) => {
          log.push(socket.connecting);
          for (const name of ['connect', 'secureConnect']) socket.once(name, () => log.push(name));
        });
        const [res] = await once(req, 'response');
        await contentOf(res);
        console.log(log.join(), req.reusedSocket, req.socket.encrypted, req.socket.authorized);
        // The third is asked on a connection of its own.
        if (module === http) agent.destroy();
      }
      agent.destroy();
      server.close();
    })();`;
  assert.deepStrictEqual(await linesOf(t, text), [
    'true,connect,secureConnect false true true',
    'false true true true',
    'true,connect,secureConnect false true true',
  ]);
});

test('https upgrades, and WebSockets over it', limit, async (t) => {
  const text = `${prelude}
    (async () => {
      const server = https.createServer({ cert, key }).on('upgrade', (req, socket, head) => {
        socket.write('HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: echo\\r\\nConnection: Upgrade\\r\\n\\r\\n');
        socket.pipe(socket);
      });
      const headers = { Connection: 'Upgrade', Upgrade: 'echo' };
      const port = await listen(server);
      const req = https.get({ port, ca: cert, host: '127.0.0.1', headers, agent: false });
      const [res, socket] = await once(req, 'upgrade');
      socket.write('ping');
      console.log(res.statusCode, String((await once(socket, 'data'))[0]));
      socket.destroy();
      server.close();
    })();`;
  assert.deepStrictEqual(await linesOf(t, text), ['101 ping']);
});

test('a TLS socket handed to our server by hand', limit, async (t) => {
  const text = `${prelude}
    const tls = require('tls');
    (async () => {
      const server = http.createServer((req, res) => res.end('encrypted ' + req.socket.encrypted));
      const front = tls.createServer({ cert, key }, (socket) => server.emit('connection', socket));
      console.log(await ask(https, { port: await listen(front), agent: false }));
      front.close();
    })();`;
  assert.deepStrictEqual(await linesOf(t, text), ['200  encrypted true']);
});

test('every way to load https gives ours, in threads and children too', limit, async (t) => {
  const ours = `(require('https').request === require(${JSON.stringify(path.join(root, 'https.js'))}).request)`;
  const text = `
    import https, { Agent, request } from 'node:https';
    import { createRequire } from 'node:module';
    import { fork } from 'node:child_process';
    import { Worker } from 'node:worker_threads';
    const require = createRequire(import.meta.url);
    if (process.argv[2]) console.log('child', ${ours});
    else {
      const modules = [require('https'), require('node:https'), (await import('https')).default];
      if (process.getBuiltinModule) modules.push(process.getBuiltinModule('https'));
      console.log(modules.every((module) => module === https), ${ours});
      console.log(request === https.request, https.globalAgent instanceof Agent);
      const worker = new Worker(${JSON.stringify(`console.log('thread', ${ours})`)}, { eval: true });
      worker.on('exit', () => fork(process.argv[1], ['child']));
    }`;
  assert.deepStrictEqual(await linesOf(t, text, { extension: 'mjs' }), [
    'true true',
    'true true',
    'thread true',
    'child true',
  ]);
});

test('RUST_HTTP_HTTPS=off leaves https to Node, and http is ours', limit, async (t) => {
  const text = `
    const ours = require(${JSON.stringify(root)});
    console.log(require('http').Server === ours.Server);
    console.log(ours.Agent.prototype.isPrototypeOf(require('https').globalAgent));`;
  const env = { RUST_HTTP_HTTPS: 'off' };
  assert.deepStrictEqual(await linesOf(t, text, { env }), ['true', 'false']);
  assert.deepStrictEqual(await linesOf(t, text), ['true', 'true']);
});

test('the global agent is one, wherever it is set', limit, async (t) => {
  const text = `
    const https = require('https');
    const ours = require(${JSON.stringify(path.join(root, 'https.js'))});
    for (const module of [https, ours]) {
      const agent = new https.Agent();
      module.globalAgent = agent;
      const req = https.request({ host: '127.0.0.1', port: 1 }).on('error', () => {});
      console.log(https.globalAgent === agent, ours.globalAgent === agent, req.agent === agent);
      req.destroy();
    }`;
  assert.deepStrictEqual(await linesOf(t, text), ['true true true', 'true true true']);
});

test("http2 with allowHTTP1 and fetch are Node's, beside ours", limit, async (t) => {
  const text = `${prelude}
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
    (async () => {
      const server = require('http2').createSecureServer({ cert, key, allowHTTP1: true },
        (req, res) => res.end('over ' + req.httpVersion));
      const port = await listen(server);
      console.log(await ask(https, { port, agent: false }));
      console.log(await (await fetch('https://127.0.0.1:' + port)).text());
      process.exit();
    })();`;
  const lines = await linesOf(t, text);
  assert.strictEqual(lines[0], '200  over 1.1');
  // That of Node 26 speaks HTTP/2 where the server does.
  assert.deepStrictEqual(lines, await linesOf(t, text, { env: { RUST_HTTP: 'off' } }));
});
