'use strict';
// A response of which more has arrived than is read, so that its connection is not read on: the end of the
// connection is heard of all the same, as with Node, if nothing else is left to read.
const assert = require('node:assert');
const { once } = require('node:events');
const nodeHttp = require('node:http');
const net = require('node:net');
const { test } = require('node:test');
const http = require('../support/subject');
const { turn } = require('../support/events');
const { hostHas } = require('../support/mode');

const limit = { timeout: 60_000 };
/** More than a message takes before it says that it is full, less than what Node's sockets take then. */
const SIZE = hostHas(22) ? 100_000 : 30_000;

const HEADS = {
  'content until the end': 'Connection: close\r\n\r\n',
  'content that is cut off': `Content-Length: ${SIZE + 1}\r\n\r\n`,
  'a chunk that is cut off': `Transfer-Encoding: chunked\r\n\r\n${(SIZE + 1).toString(16)}\r\n`,
};

const READERS = {
  "listens for 'readable'": (res, log) => res.on('readable', () => log.push('readable')),
  "listens once for 'readable'": (res) => res.once('readable', () => {}),
  'reads a byte': (res) => res.once('readable', () => res.read(1)),
  'pauses it': (res) => res.pause(),
  'pauses it, and listens for its content': (res) => res.pause().on('data', () => {}),
};

const ENDS = { ends: (socket) => socket.end(), resets: (socket) => socket.resetAndDestroy() };

/** What is heard of a response that nobody reads to its end, up to the end of its request. */
async function heard(t, { Agent, get }, head, read, end) {
  const log = [];
  const server = net.createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => {
      socket.write(`HTTP/1.1 200 OK\r\n${head}`);
      socket.write(Buffer.alloc(SIZE));
    });
  });
  server.listen(0, '127.0.0.1');
  const agent = new Agent({ keepAlive: true });
  t.after(() => {
    agent.destroy();
    server.close();
  });
  await once(server, 'listening');
  const req = get({ port: server.address().port, host: '127.0.0.1', agent });
  const closed = new Promise((resolve) => req.on('close', resolve));
  for (const event of ['error', 'close'])
    req.on(event, (error) => log.push(`request ${event} ${error?.code}`));
  const [[far], [res]] = await Promise.all([once(server, 'connection'), once(req, 'response')]);
  for (const event of ['aborted', 'end', 'error', 'close'])
    res.on(event, (error) => log.push(`response ${event} ${error?.code}`));
  const told = [];
  read(res, told);
  while (res.readableLength < SIZE - 1) await turn();
  end(far);
  await closed;
  for (let i = 0; i < 3; i++) await turn();
  const { aborted, complete, destroyed, readableEnded, readableLength } = res;
  // Pieces are as many as the system makes of them.
  log.push(told.length > 0, { aborted, complete, destroyed, readableEnded, readableLength });
  return log;
}

for (const [what, head] of Object.entries(HEADS))
  for (const [how, read] of Object.entries(READERS))
    for (const [ending, end] of Object.entries(ENDS)) {
      // By a reset Node's parser completes what lasts until the end, and ours does not.
      if (ending === 'resets' && what.includes('until')) continue;
      test(`${what}: the server ${ending}, and the program ${how}`, limit, async (t) => {
        const expected = await heard(t, nodeHttp, head, read, end);
        assert.deepStrictEqual(await heard(t, http, head, read, end), expected);
      });
    }

test('an answer that ended while nobody read it is read to its end', limit, async (t) => {
  const server = net.createServer((socket) => {
    socket.once('data', () => {
      socket.write('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n');
      socket.end(Buffer.alloc(SIZE, 'x'));
    });
  });
  server.listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  const req = http.get({ port: server.address().port, host: '127.0.0.1', agent: false });
  const [res] = await once(req, 'response');
  res.pause();
  await once(req, 'close');
  assert.strictEqual(res.complete, true);
  let length = 0;
  res.on('data', (chunk) => {
    length += chunk.length;
  });
  res.resume();
  await once(res, 'end');
  assert.strictEqual(length, SIZE);
});
