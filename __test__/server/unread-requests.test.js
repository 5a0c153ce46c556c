'use strict';
// Requests of which a program hears ('readable', 'end') and whose content it does not read, or not all of it: they
// are as far as Node's when they are answered, and when their connection goes away.
const assert = require('node:assert');
const { once } = require('node:events');
const nodeHttp = require('node:http');
const net = require('node:net');
const { test } = require('node:test');
const http = require('../support/subject');
const { turn } = require('../support/events');

const limit = { timeout: 60_000 };

const READERS = {
  "listens for 'readable'": (req, tell) => req.on('readable', tell),
  "listens once for 'readable'": (req, tell) => req.once('readable', tell),
  "listens for 'readable' and for its content": (req, tell) =>
    req.on('readable', tell).on('data', tell),
  "listens for 'readable', and resumes it": (req, tell) => req.on('readable', tell).resume(),
  "listens for 'readable', and then resumes it": (req, tell) =>
    req.once('readable', () => {
      tell();
      req.removeAllListeners('readable');
      req.resume();
    }),
  'reads a byte': (req, tell) => req.once('readable', () => tell(req.read(1))),
  'pauses it': (req) => req.pause(),
  'reads before anything is there': (req) => req.read(),
  'does nothing': () => {},
};

/** What is heard of a request with so much content, which is answered before or behind its content. */
async function heard(t, { createServer }, { early, read, size }) {
  const log = [];
  const server = createServer((req, res) => {
    server.parts = { req, res };
    for (const event of ['aborted', 'close', 'end', 'error', 'pause', 'resume'])
      req.on(event, () => log.push(`request ${event}`));
    for (const event of ['finish', 'close']) res.on(event, () => log.push(`response ${event}`));
    // How often depends on the pieces that arrive.
    read(req, () => log.includes('told') || log.push('told'));
    if (early) res.end('answered');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const client = net.connect(server.address().port, '127.0.0.1');
  client.on('error', () => {}).resume();
  const requested = once(server, 'request');
  client.write(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${size}\r\n\r\n`);
  await requested;
  client.write(Buffer.alloc(size));
  const { req, res } = server.parts;
  const isFull = () => req.readableLength >= req.readableHighWaterMark;
  while (!req.complete && !isFull() && !req.destroyed) await turn();
  const note = async () => {
    // What is dumped is read to its end.
    while (req._dumped && !req.destroyed) await turn();
    for (let i = 0; i < 3; i++) await turn();
    const { _consuming, _dumped, aborted, complete, destroyed } = req;
    const { readableDidRead, readableEnded, readableFlowing } = req;
    log.push({ _consuming, _dumped, aborted, complete, destroyed });
    log.push({ readableDidRead, readableEnded, readableFlowing, isFull: isFull() });
  };
  await note();
  if (!early) {
    res.end('answered');
    await once(res, 'close');
    await note();
  }
  const { socket } = req;
  client.destroy();
  while (!socket.destroyed) {
    // Nobody hears of the end of a connection that is not read.
    if (isFull()) socket.destroy();
    await turn();
  }
  await note();
  return log;
}

for (const [how, read] of Object.entries(READERS))
  for (const size of [3, 3_000_000])
    for (const early of [false, true]) {
      const when = early ? 'before' : 'behind';
      test(`${size} bytes, answered ${when} them: the program ${how}`, limit, async (t) => {
        const expected = await heard(t, nodeHttp, { early, read, size });
        assert.deepStrictEqual(await heard(t, http, { early, read, size }), expected);
      });
    }
