'use strict';
// Exceptions that nobody catches, wherever they leave from: everything else goes on.
const assert = require('node:assert');
const { test } = require('node:test');
const { runProgram } = require('../support/child');

const program = (handler) => `
  const net = require('net');
  process.on('uncaughtException', () => {});
  const server = http.createServer((req, res) => {
    if (req.url === '/begin') res.write('begun');
    else res.end('later');
  });
  server.listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    http.get({ host: '127.0.0.1', port, path: '/begin' }, ${handler});
    let tries = 0;
    const again = () => {
      const socket = net.connect(port, '127.0.0.1', () =>
        socket.write('GET / HTTP/1.1\\r\\nHost: a\\r\\nConnection: close\\r\\n\\r\\n'));
      let text = '';
      socket.on('data', (data) => { text += data; }).on('close', () => {
        if (++tries < 5) { again(); return; }
        console.log(text.endsWith('later'));
        process.exit();
      });
    };
    setImmediate(again);
  });`;

const cases = {
  "an error of a response that has no 'error' listener": `(res) => res.destroy(new Error('mine'))`,
  'what a listener throws': `() => { throw new Error('mine'); }`,
  'what a tick throws': `() => process.nextTick(() => { throw new Error('mine'); })`,
  'a rejection': `async () => { throw new Error('mine'); }`,
};

for (const [name, handler] of Object.entries(cases)) {
  test(`requests are served after ${name}`, { timeout: 15_000 }, async (t) => {
    const result = await runProgram(t, program(handler));
    assert.deepStrictEqual([result.stdout, result.code], ['true\n', 0], result.stderr);
  });
}

test("a connection whose 'connection' listener throws is served", {
  timeout: 15_000,
}, async (t) => {
  const result = await runProgram(
    t,
    `process.on('uncaughtException', ({ message }) => console.log(message));
     const server = http.createServer((req, res) => res.end('served'));
     server.on('connection', () => { throw new Error('mine'); });
     server.listen(0, '127.0.0.1', () => {
       const { port } = server.address();
       http.get({ host: '127.0.0.1', port, agent: false }, (res) => {
         res.on('data', (text) => console.log(String(text))).on('end', () => process.exit());
       });
     });`,
  );
  assert.deepStrictEqual([result.stdout, result.code], ['mine\nserved\n', 0], result.stderr);
});
