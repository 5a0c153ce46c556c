'use strict';
// Domains: deprecated, and still where errors of handlers and requests end up for those who use them.
const assert = require('node:assert');
const { test } = require('node:test');
const { runProgram } = require('../support/child');

const limit = { timeout: 60_000 };

/** Runs `program` with `domain` and a function that asks a server for a path. */
async function run(t, program) {
  const result = await runProgram(
    t,
    `const domain = require('domain');
     const net = require('net');
     const listen = (server, then) => server.listen(0, '127.0.0.1', () => then(server.address().port));
     const ask = (port, path, then) => {
       let text = '';
       const socket = net.connect(port, '127.0.0.1', () =>
         socket.write('GET ' + path + ' HTTP/1.1\\r\\nHost: a\\r\\nConnection: close\\r\\n\\r\\n'));
       socket.on('data', (data) => { text += data; }).on('close', () => then(text)).on('error', () => {});
     };
     ${program}`,
    { execArgv: ['--no-deprecation'] },
  );
  assert.strictEqual(result.stderr, '');
  assert.strictEqual(result.code, 0);
  return result.stdout.trim().split('\n');
}

test('errors of handlers reach the domain of the server', limit, async (t) => {
  const lines = await run(
    t,
    `const d = domain.create();
     d.on('error', (error) => {
       console.log('caught', error.message);
       server.closeAllConnections();
       server.close();
     });
     let server;
     d.run(() => {
       server = http.createServer(() => { throw new Error('in the handler'); });
       listen(server, (port) => ask(port, '/', () => {}));
     });`,
  );
  assert.deepStrictEqual(lines, ['caught in the handler']);
});

test('a domain for each request', limit, async (t) => {
  const lines = await run(
    t,
    `const server = http.createServer((req, res) => {
       const d = domain.create();
       d.add(req);
       d.add(res);
       d.on('error', (error) => {
         res.statusCode = 500;
         res.end(error.message);
       });
       d.run(() => setImmediate(() => { throw new Error('for ' + req.url); }));
     });
     listen(server, (port) => {
       let left = 3;
       for (const path of ['/1', '/2', '/3']) ask(port, path, (text) => {
         console.log(path, text.split(' ')[1], text.split('\\r\\n\\r\\n')[1]);
         if (--left === 0) server.close();
       });
     });`,
  );
  assert.deepStrictEqual(lines.sort(), ['/1 500 for /1', '/2 500 for /2', '/3 500 for /3']);
});

test('errors of an added request and response', limit, async (t) => {
  const lines = await run(
    t,
    `const server = http.createServer((req, res) => {
       const d = domain.create();
       d.add(res);
       d.on('error', (error) => {
         console.log('caught', error.message);
         res.end('mended');
       });
       res.emit('error', new Error('of the response'));
     });
     listen(server, (port) => ask(port, '/', (text) => {
       console.log(text.endsWith('mended'));
       server.close();
     }));`,
  );
  assert.deepStrictEqual(lines, ['caught of the response', 'true']);
});

test('a client request belongs to the domain it was made in', limit, async (t) => {
  const lines = await run(
    t,
    `const server = net.createServer((socket) => socket.destroy());
     listen(server, (port) => {
       const d = domain.create();
       d.on('error', (error) => {
         console.log('caught', error.code, error.domainEmitter === req);
         server.close();
       });
       let req;
       d.run(() => { req = http.get({ host: '127.0.0.1', port }); });
     });`,
  );
  assert.deepStrictEqual(lines, ['caught ECONNRESET true']);
});

test("what a client's 'response' listener throws", limit, async (t) => {
  const lines = await run(
    t,
    `const server = http.createServer((req, res) => res.end('x'));
     listen(server, (port) => {
       const agent = new http.Agent({ keepAlive: true });
       const d = domain.create();
       d.on('error', (error) => {
         console.log('caught', error.message);
         agent.destroy();
         server.closeAllConnections();
         server.close();
       });
       // The connection is made outside, the request inside.
       http.get({ host: '127.0.0.1', port, agent }, (res) => {
         res.resume().on('end', () => setImmediate(() => d.run(() => {
           http.get({ host: '127.0.0.1', port, agent }, () => { throw new Error('in the listener'); });
         })));
       });
     });`,
  );
  assert.deepStrictEqual(lines, ['caught in the listener']);
});
