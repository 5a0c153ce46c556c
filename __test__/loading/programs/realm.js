'use strict';
// Loads the module as test runners load what a test requires: into a realm of its own, whose `process` is a
// copy, and whose timers, ticks and clock are dead. Then asks a server of it by a client of it.
const vm = require('node:vm');
const { loadApart } = require('../../support/own-registry');

const dead = () => {};
const fakeProcess = Object.assign(Object.create(Object.getPrototypeOf(process)), process, {
  hrtime: Object.assign(() => [0, 0], { bigint: () => 0n }),
  nextTick: dead,
});

/** The globals of a realm that has none of Node's but these. */
const context = vm.createContext({
  AbortController,
  AbortSignal,
  Buffer,
  Event,
  EventTarget,
  URL,
  clearImmediate: dead,
  clearInterval: dead,
  clearTimeout: dead,
  process: fakeProcess,
  queueMicrotask: dead,
  setImmediate: dead,
  setInterval: dead,
  setTimeout: dead,
});
vm.runInContext(
  'Date = class extends Date { constructor() { super(0); } static now() { return 0; } }',
  context,
);

const http = loadApart(context);
const server = http.createServer((req, res) => {
  req.on('data', dead);
  req.on('end', () => res.end('content'));
});
server.listen(0, '127.0.0.1', () => {
  const agent = new http.Agent({ keepAlive: true });
  const options = { port: server.address().port, method: 'POST', agent };
  const ask = (behind) => {
    const req = http.request(options, (res) => {
      let text = '';
      res.on('data', (chunk) => {
        text += chunk;
      });
      res.on('end', () => behind([text, new Date(res.headers.date).getFullYear() > 2020]));
    });
    req.end('x'.repeat(100_000));
  };
  ask((first) => {
    ask((second) => {
      agent.destroy();
      server.close(() => console.log(JSON.stringify([first, second])));
    });
  });
});
