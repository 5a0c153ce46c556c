'use strict';
// A part of a head that a program keeps, as a key of a session or of a cache, keeps little else alive: a
// stranger who makes heads large must not make it hold all of them.
// @alone
const assert = require('node:assert');
const { once } = require('node:events');
const net = require('node:net');
const { test } = require('node:test');
const v8 = require('node:v8');
const vm = require('node:vm');
const { comparesMemory } = require('../support/sanitizer');
const http = require('../support/subject');
const { onBoth } = require('../support/transports');

v8.setFlagsFromString('--expose-gc');
const gc = vm.runInNewContext('gc');

const TIMES = 1000;
const PAD = `X-Pad: ${'p'.repeat(14_000)}\r\n`;
/** What each kept part may hold: as much as a head of usual size. */
const MOST = 2500;
/** Longer than what V8 copies in any case when it is cut out of another string. */
const key = (what, i) => `/${what}-of-number-${String(i).padStart(6, '0')}`;
const isCompared = comparesMemory();

/** Bytes of the heap for each of what `keep` returns, called once for each number. */
async function sizeOfEach(keep) {
  for (let i = 0; i < 10; i++) await keep(i);
  gc();
  const before = process.memoryUsage().heapUsed;
  const kept = [];
  for (let i = 0; i < TIMES; i++) kept.push(await keep(i));
  gc();
  const size = (process.memoryUsage().heapUsed - before) / kept.length;
  return { kept, size };
}

function assertSmall({ kept, size }, what) {
  kept.forEach((part, i) => {
    assert.strictEqual(part, key(what, i));
  });
  assert.ok(size <= MOST || !isCompared, `each takes ${Math.round(size)} bytes`);
}

/** What a request has, and where a program finds it. */
const parts = {
  target: {
    input: (i) => `GET ${key('target', i)} HTTP/1.1\r\nHost: a\r\n${PAD}\r\n`,
    of: (req) => req.url,
  },
  value: {
    input: (i) => `GET / HTTP/1.1\r\nHost: a\r\n${PAD}X-Key: ${key('value', i)}\r\n\r\n`,
    of: (req) => req.headers['x-key'],
  },
  trailer: {
    input: (i) =>
      'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n' +
      `0\r\n${PAD}X-Key: ${key('trailer', i)}\r\n\r\n`,
    of: (req) => req.trailers['x-key'],
  },
};

for (const [what, { input, of }] of Object.entries(parts)) {
  onBoth(`of a request: ${what}`, async ({ connect }) => {
    let part;
    const server = http.createServer((req, res) => {
      req.resume().on('end', () => {
        part = of(req);
        res.end();
      });
    });
    const { stream } = await connect(server);
    const keep = async (i) => {
      stream.write(input(i));
      await once(stream, 'data');
      return part;
    };
    assertSmall(await sizeOfEach(keep), what);
  });
}

test('of a response: a value', async (t) => {
  const server = net.createServer((socket) => {
    let i = 0;
    socket.on('error', () => {});
    socket.on('data', () => {
      // The first ten answers come before those that are measured.
      const number = i < 10 ? i : i - 10;
      i++;
      socket.write(`HTTP/1.1 204 OK\r\n${PAD}X-Key: ${key('answer', number)}\r\n\r\n`);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  t.after(() => {
    agent.destroy();
    server.close();
  });
  const keep = async () => {
    const [res] = await once(http.get({ port: server.address().port, agent }), 'response');
    await once(res.resume(), 'end');
    return res.headers['x-key'];
  };
  assertSmall(await sizeOfEach(keep), 'answer');
});
