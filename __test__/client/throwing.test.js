'use strict';
// A listener that throws: an uncaughtException, and the client goes on for everyone else.
const assert = require('node:assert');
const { test } = require('node:test');
const { runProgram } = require('../support/child');

const limit = { timeout: 60_000 };

/** Asks once with a listener that throws, and then once more on the pool. */
const program = (listen) => `
  const log = [];
  const caught = new Promise((resolve) => process.on('uncaughtException', (error) => {
    log.push('caught ' + error.message);
    resolve();
  }));
  const server = require('node:http').createServer((req, res) => {
    if (req.url === '/hints') res.writeEarlyHints({ link: '</a>; rel=preload' });
    res.end('x'.repeat(5));
  });
  server.listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    const agent = new http.Agent({ keepAlive: true });
    const ask = (path) => http.get({ agent, port, host: '127.0.0.1', path });
    const others = [];
    for (let i = 0; i < 5; i++) {
      others.push(new Promise((resolve) => ask('/').on('response', (res) => {
        res.resume().on('end', resolve);
      })));
    }
    const req = ask('/hints');
    req.on('response', (res) => res.resume());
    ${listen}
    caught.then(async () => {
      await Promise.all(others);
      // It is caught once.
      await new Promise((resolve) => setTimeout(resolve, 100));
      const last = ask('/');
      last.on('response', (res) => {
        res.resume().on('end', () => {
          log.push('served');
          console.log(log.join());
          agent.destroy();
          server.closeAllConnections();
          server.close();
        });
      });
    });
  });`;

for (const [what, listen] of [
  ['socket', "req.on('socket', () => { throw new Error('mine'); });"],
  ['information', "req.on('information', () => { throw new Error('mine'); });"],
  ['response', "req.on('response', () => { throw new Error('mine'); });"],
  ['data', "req.on('response', (res) => res.on('data', () => { throw new Error('mine'); }));"],
  ['end', "req.on('response', (res) => res.on('end', () => { throw new Error('mine'); }));"],
  ['close', "req.on('close', () => { throw new Error('mine'); });"],
  ['finish', "req.on('finish', () => { throw new Error('mine'); });"],
]) {
  test(`a listener of '${what}' that throws`, limit, async (t) => {
    const { code, stdout, stderr } = await runProgram(t, program(listen));
    assert.strictEqual(stdout, 'caught mine,served\n', stderr);
    assert.strictEqual(code, 0);
  });
}

test("a listener of 'error' that throws", limit, async (t) => {
  const text = `
    const log = [];
    process.on('uncaughtException', (error) => {
      log.push('caught ' + error.message);
      setTimeout(() => { console.log(log.join()); server.close(); }, 100);
    });
    const server = require('node:net').createServer((socket) => socket.destroy());
    server.listen(0, '127.0.0.1', () => {
      const req = http.get({ agent: false, port: server.address().port, host: '127.0.0.1' });
      req.on('error', () => { throw new Error('mine'); });
      req.on('close', () => log.push('close'));
    });`;
  const { code, stdout, stderr } = await runProgram(t, text);
  assert.match(stdout, /^caught mine/, stderr);
  assert.strictEqual(code, 0);
});
