'use strict';
// TLS that breaks behind the handshake, on either side: what is told, in which order, and what 'close' says, as by Node.
const assert = require('node:assert');
const { once } = require('node:events');
const net = require('node:net');
const nodeHttps = require('node:https');
const { test } = require('node:test');
const { turn } = require('../support/events');
const { cert, connectRaw, https, key, listen } = require('./world');

const limit = { timeout: 60_000 };
const POST = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc';
const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
/** A record that nobody has sealed. */
const BROKEN = Buffer.concat([Buffer.from([23, 3, 3, 0, 40]), Buffer.alloc(40, 7)]);

/** Which words TLS has for it depends on who speaks it. */
const nameOf = (value) =>
  value instanceof Error
    ? value.code.replace(/^ERR_SSL_.*/, 'of TLS')
    : typeof value === 'boolean'
      ? value
      : '';

function listenTo(log, name, emitter, events) {
  for (const event of events)
    emitter.on(event, (value) => log.push(`${name} ${event} ${nameOf(value)}`));
}

/** A way between a client and the server at `port`: `breakTo(side)` sends the record there. */
async function wayTo(t, port) {
  const sides = {};
  const way = net.createServer((client) => {
    const server = net.connect(port, '127.0.0.1');
    Object.assign(sides, { client, server });
    client.pipe(server).pipe(client);
    for (const side of [client, server]) side.on('error', () => {});
    client.on('close', () => server.destroy());
    server.on('close', () => client.destroy());
    t.after(() => client.destroy());
  });
  t.after(() => way.close());
  const breakTo = (name) => {
    sides[name === 'server' ? 'client' : 'server'].unpipe();
    sides[name].write(BROKEN);
  };
  return { port: await listen(way), breakTo };
}

async function atServer(t, module, { answer, head, isHeard, maxVersion }) {
  const log = [];
  const server = module.createServer({ cert, key, maxVersion });
  t.after(() => server.close());
  server.on('clientError', (error, socket) => {
    log.push(`clientError ${nameOf(error)}`);
    socket.destroy(error);
  });
  const { port, breakTo } = await wayTo(t, await listen(server));
  const { socket: client } = await connectRaw(t, port);
  client.on('error', () => {}).write(head);
  const [req, res] = await once(server, 'request');
  const { socket } = req.resume();
  listenTo(log, 'request', req, ['aborted', 'error', 'end', 'close']);
  listenTo(log, 'response', res, ['finish', 'error', 'close']);
  if (isHeard) listenTo(log, 'socket', socket, ['end', 'error', 'close', 'finish']);
  answer(res);
  const closed = new Promise((resolve) => res.on('close', resolve));
  if (res.writableEnded) await closed;
  log.length = 0;
  breakTo('server');
  await closed;
  while (!socket.destroyed) await turn();
  for (let i = 0; i < 5; i++) await turn();
  return log;
}

const ANSWERS = {
  whole: (res) => res.end('x'),
  'in part': (res) => res.write('x'),
  none: () => {},
};

for (const maxVersion of ['TLSv1.2', 'TLSv1.3']) {
  for (const [name, answer] of Object.entries(ANSWERS))
    for (const [asked, head] of Object.entries({ GET, POST }))
      for (const isHeard of [false, true])
        test(
          `at a server, ${maxVersion}, ${asked}, answer: ${name}, ${isHeard ? '' : 'not '}heard`,
          limit,
          async (t) => {
            const told = (module) => atServer(t, module, { answer, head, isHeard, maxVersion });
            assert.deepStrictEqual(await told(https), await told(nodeHttps));
          },
        );
  for (const [name, answer] of Object.entries(ANSWERS))
    test(`at a client, ${maxVersion}, answer: ${name}`, limit, async (t) => {
      const told = (module) => atClient(t, module, answer, maxVersion);
      assert.deepStrictEqual(await told(https), await told(nodeHttps));
    });
}

async function atClient(t, module, answer, maxVersion) {
  const log = [];
  const server = nodeHttps.createServer({ cert, key, maxVersion });
  server.on('clientError', (_error, socket) => socket.destroy());
  const agent = new module.Agent({ keepAlive: true, ca: cert });
  t.after(() => {
    agent.destroy();
    server.closeAllConnections();
    server.close();
  });
  const { port, breakTo } = await wayTo(t, await listen(server));
  const req = module.get({ port, host: '127.0.0.1', agent });
  listenTo(log, 'request', req, ['error', 'close']);
  req.on('response', (res) =>
    listenTo(log, 'response', res.resume(), ['aborted', 'error', 'end', 'close']),
  );
  const [[, res], [socket]] = await Promise.all([once(server, 'request'), once(req, 'socket')]);
  listenTo(log, 'socket', socket, ['end', 'error', 'close']);
  const seen = answer === ANSWERS.none ? turn() : once(req, 'response');
  answer(res);
  await seen;
  if (res.writableEnded) while (Object.keys(agent.freeSockets).length === 0) await turn();
  const closed = new Promise((resolve) => socket.on('close', resolve));
  breakTo('client');
  await closed;
  for (let i = 0; i < 5; i++) await turn();
  return log;
}
