'use strict';
// The events of a request, its response and its socket, and the ticks between them, in one order: Node's.
const assert = require('node:assert');
const { once } = require('node:events');
const nodeHttp = require('node:http');
const net = require('node:net');
const { test } = require('node:test');
const http = require('../support/subject');
const { turn } = require('../support/events');

const HEAD = 'HTTP/1.1 200 OK\r\n';
const ANSWERS = {
  'content until the end': `${HEAD}\r\ncontent`,
  'no content until the end': `${HEAD}\r\n`,
  'of HTTP/1.0, content until the end': 'HTTP/1.0 200 OK\r\n\r\ncontent',
  'content that is cut off': `${HEAD}Content-Length: 17\r\n\r\ncontent`,
  'a head that is cut off': `${HEAD}Content-`,
  nothing: '',
};
const END = (socket, answer) => socket.end(answer);
const END_LATER = (socket, answer) => socket.write(answer, () => setTimeout(() => socket.end(), 5));
const RESET = (socket, answer) =>
  socket.write(answer, () => setTimeout(() => socket.resetAndDestroy(), 5));
const READS = {
  flowing: (res) => res.resume(),
  paused: (res) =>
    res.on('readable', () => {
      while (res.read() !== null);
    }),
};

/** All that is heard of a request to a server that answers so. */
async function heard(t, { Agent, request }, answer, end, read) {
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {});
    socket.once('data', () => end(socket, answer));
    socket.on('end', () => socket.end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const agent = new Agent({ keepAlive: true });
  t.after(() => {
    agent.destroy();
    server.close();
  });
  const log = [];
  const note = (text) => {
    log.push(text);
    process.nextTick(() => log.push('tick'));
  };
  const listen = (emitter, name, events) => {
    for (const event of events)
      emitter.on(event, (value) => note(`${name} ${event} ${value?.code ?? value === true}`));
  };
  const req = request({ port: server.address().port, host: '127.0.0.1', agent });
  listen(req, 'request', ['response', 'error', 'close']);
  req.on('response', (res) => {
    listen(res, 'response', ['aborted', 'end', 'error', 'close']);
    read(res);
  });
  req.on('socket', (socket) =>
    listen(socket, 'socket', ['end', 'error', 'free', 'agentRemove', 'close']),
  );
  req.end();
  const [socket] = await once(req, 'socket');
  await new Promise((resolve) => socket.on('close', resolve));
  for (let i = 0; i < 3; i++) await turn();
  return log;
}

for (const [how, answer] of Object.entries(ANSWERS))
  for (const [reading, read] of Object.entries(READS)) {
    const ends = { 'ended at once': END, 'ended later': END_LATER };
    // By a reset Node's parser completes what lasts until the end, and ours does not.
    if (!how.includes('until the end')) ends.reset = RESET;
    for (const [ending, end] of Object.entries(ends))
      test(`${how}, ${ending}, ${reading}`, { timeout: 60_000 }, async (t) => {
        const expected = await heard(t, nodeHttp, answer, end, read);
        assert.deepStrictEqual(await heard(t, http, answer, end, read), expected);
      });
  }

// Before 22, Node let an idle socket end as any other does.
const isOld = Number(process.versions.node.split('.')[0]) < 22;
for (const [how, end] of [
  ['ends', END_LATER],
  ['is reset', RESET],
])
  test(`a connection that ${how} while it is idle`, { timeout: 60_000 }, async (t) => {
    const answer = `${HEAD}Content-Length: 7\r\n\r\ncontent`;
    const expected = await heard(t, isOld ? http : nodeHttp, answer, end, READS.flowing);
    assert.deepStrictEqual(
      expected.filter((event) => event.startsWith('socket')),
      ['socket free false', 'socket close false'],
    );
    assert.deepStrictEqual(await heard(t, http, answer, end, READS.flowing), expected);
  });

/** What is heard of room for more, when content is written before or after the connection is there. */
async function drained(t, { request }, isEarly) {
  const server = net.createServer((socket) => socket.on('error', () => {}).resume());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  const req = request({ port, host: '127.0.0.1', method: 'POST', agent: false });
  t.after(() => {
    req.destroy();
    server.close();
  });
  req.on('error', () => {});
  const log = [];
  req.on('drain', () => log.push('request'));
  if (isEarly) req.write(Buffer.alloc(300_000));
  else req.flushHeaders();
  const [socket] = await once(req, 'socket');
  socket.on('drain', () => log.push('socket'));
  if (socket.connecting) await once(socket, 'connect');
  if (!isEarly) {
    await turn();
    assert.strictEqual(req.write(Buffer.alloc(20_000_000)), false);
  }
  while (log.length < 2) await turn();
  await turn();
  return log;
}

for (const when of ['before', 'after'])
  test(`there is room for more, ${when} it was connected`, { timeout: 60_000 }, async (t) => {
    const isEarly = when === 'before';
    const expected = await drained(t, nodeHttp, isEarly);
    assert.deepStrictEqual(expected, ['request', 'socket']);
    assert.deepStrictEqual(await drained(t, http, isEarly), expected);
  });
