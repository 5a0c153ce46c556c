'use strict';
// Properties of messages, sockets, servers and agents, own and inherited, from their beginning to their end: those of
// Node's http have the same values at the same moments. Methods, symbols and what is listed below are left out.
const assert = require('node:assert');
const { once } = require('node:events');
const nodeHttp = require('node:http');
const net = require('node:net');
const { finished } = require('node:stream');
const { test } = require('node:test');
const http = require('../support/subject');
const { turn } = require('../support/events');
const { hostHas } = require('../support/mode');

const limit = { timeout: 60_000 };

/** What is another thing here, or is there on other runtimes only. */
const OTHERS = {
  // Listeners are counted elsewhere; looking at a handle exchanges it.
  all: ['_events', '_eventsCount', '_handle', '_peername', '_sockname', 'isLazy'],
  // Getters of older runtimes; they warn.
  // A message of Node 20 counts the corks of its socket as its own.
  res: ['_headerNames', '_headers', ...(hostHas(22) ? [] : ['writableCorked'])],
  creq: ['_headerNames', '_headers', 'parser'],
  // Before Node 26 an unread request is resumed, to be dumped, where ours only ends.
  req: hostHas(26) ? [] : ['readableFlowing'],
  cres: [],
  // The parser, what is corked, and the time between requests are not the stream's.
  socket: ['parser', 'timeout', 'writableBuffer'],
  csock: ['parser', 'readableDidRead'],
  // An option of ours.
  server: ['_listeningId', 'strictHost'],
  agent: [],
};
const PORTS = /^(?:local|remote)Port$/;

function brief(name, value) {
  if (typeof value === 'number' && PORTS.test(name)) return 'a port';
  if (typeof value === 'string') return value.replace(/:\d+\b/g, ':port');
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => brief(name, item));
  const Class = value.constructor?.name;
  return Class === undefined ? Object.keys(value).map((key) => brief(name, key)) : `a ${Class}`;
}

function lookAt(what, object) {
  const seen = {};
  const left = [...OTHERS.all, ...OTHERS[what], 'constructor'];
  for (let o = object; o !== null && o !== Object.prototype; o = Object.getPrototypeOf(o))
    for (const name of Object.getOwnPropertyNames(o)) {
      if (left.includes(name) || name in seen) continue;
      const value = object[name];
      // One that is undefined may as well not be there.
      if (typeof value === 'function' || value === undefined) continue;
      seen[name] = brief(name, value);
    }
  return seen;
}

/** What is seen of all that takes part in a request, as `{ 'moment what': properties }`. */
async function exchange(t, { Agent, createServer, request }, method) {
  const log = {};
  const look = (moment, objects) => {
    for (const [what, object] of Object.entries(objects))
      log[`${moment} ${what}`] = lookAt(what, object);
  };
  let serverSocketGone;
  const server = createServer((req, res) => {
    const { socket } = req;
    const parts = { req, res, socket };
    look('handler', { ...parts, server });
    const answer = () => {
      res.setHeader('X-A', 'b');
      res.setHeader('Date', 'now');
      res.write('some ');
      look('written', parts);
      res.end('content');
      look('ended', parts);
    };
    if (method === 'POST') req.on('end', answer).resume();
    else answer();
    res.on('finish', () => look('finish', parts));
    res.on('close', () => look('close', parts));
    serverSocketGone = once(socket, 'close').then(() => look('gone', parts));
  });
  look('new', { server });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  look('listening', { server });
  const agent = new Agent({ keepAlive: true });
  t.after(() => {
    agent.destroy();
    server.close();
  });
  const { port } = server.address();
  const creq = request({ port, host: '127.0.0.1', agent, method, headers: { 'X-B': 'c' } });
  look('new', { agent, creq });
  if (method === 'POST') creq.write('some ');
  creq.end(method === 'POST' ? 'content' : undefined);
  look('sent', { creq });
  const [csock] = await once(creq, 'socket');
  look('socket', { agent, creq });
  const [cres] = await once(creq, 'response');
  look('response', { agent, creq, cres, csock });
  cres.on('end', () => look('end', { creq, cres, csock }));
  cres.resume();
  await once(creq, 'close');
  look('close', { agent, creq, cres, csock });
  await turn();
  look('rest', { agent, creq, cres, csock });
  agent.destroy();
  await Promise.all([once(csock, 'close'), serverSocketGone]);
  await turn();
  look('gone', { agent, creq, cres, csock });
  server.close();
  await once(server, 'close');
  look('closed', { server });
  return log;
}

for (const method of ['GET', 'POST'])
  test(`an exchange of ${method}`, limit, async (t) => {
    const expected = await exchange(t, nodeHttp, method);
    const seen = await exchange(t, http, method);
    assert.deepStrictEqual(Object.keys(seen).sort(), Object.keys(expected).sort());
    for (const [moment, properties] of Object.entries(expected)) {
      // What newer runtimes have is there on older ones, too.
      for (const name of Object.keys(seen[moment]))
        if (!hostHas(26) && !(name in properties)) delete seen[moment][name];
      assert.deepStrictEqual(seen[moment], properties, moment);
    }
  });

const STATES =
  'closed destroyed errored readable readableEnded writable writableEnded writableFinished'.split(
    ' ',
  );

/** What a server's socket that nobody has looked at before tells when it is closed, and `finished()` of it. */
async function closedBy(t, { createServer }, close) {
  const server = createServer((req, res) => {
    server.socket = req.socket;
    res.shouldKeepAlive = close !== 'the server';
    res.end('answered');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const client = net.connect(server.address().port, '127.0.0.1');
  client.on('error', () => {});
  client.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  await once(client, 'data');
  if (close === 'an end') client.end();
  if (close === 'a reset') client.resetAndDestroy();
  client.resume();
  const { socket } = server;
  while (!socket.destroyed) await turn();
  await turn();
  const seen = STATES.map((name) => [name, socket[name]?.code ?? socket[name]]);
  seen.push(await new Promise((resolve) => finished(socket, (error) => resolve(error?.code))));
  return seen;
}

for (const close of ['an end', 'a reset', 'the server'])
  test(`a server's socket that was closed by ${close} unseen`, limit, async (t) => {
    assert.deepStrictEqual(await closedBy(t, http, close), await closedBy(t, nodeHttp, close));
  });
