'use strict';
// What sockets show at the moments at which programs look: fields and how many listen, on both sides, compared with
// those of Node's.
const assert = require('node:assert');
const { once } = require('node:events');
const nodeHttp = require('node:http');
const nodeHttps = require('node:https');
const net = require('node:net');
const { test } = require('node:test');
const tls = require('node:tls');
const http = require('../support/subject');
const { turn } = require('../support/events');
const { cert, https, key, listen } = require('./world');

const limit = { timeout: 60_000 };
const SUBJECTS = [
  ['http', http, nodeHttp],
  ['https', https, nodeHttps],
];
const UPGRADE = { connection: 'upgrade', upgrade: 'x' };

const FIELDS = [
  ...['authorizationError', 'authorized', 'alpnProtocol', 'encrypted', 'secureConnecting'],
  ...['bufferSize', 'bytesRead', 'bytesWritten', 'writableLength', 'connecting', 'pending'],
  ...['closed', 'destroyed', 'errored', 'readyState', 'timeout', 'servername', '_paused'],
  ...['localAddress', 'localFamily', 'remoteAddress', 'remoteFamily', '_hadError'],
  ...['readable', 'readableAborted', 'readableEncoding', 'readableEnded', 'readableFlowing'],
  ...['readableHighWaterMark', 'readableLength', 'readableObjectMode', 'readableDidRead'],
  ...['writable', 'writableAborted', 'writableCorked', 'writableEnded', 'writableFinished'],
  ...['writableHighWaterMark', 'writableNeedDrain', 'writableObjectMode'],
];
const EVENTS = [
  ...['_tlsError', 'close', 'drain', 'end', 'error', 'finish', 'readable', 'secure', 'timeout'],
  ...['agentRemove', 'free', 'session', 'secureConnect'],
];

const ASKED = ['getCertificate', 'getCipher', 'getProtocol', 'isSessionReused'];

/** All of it; with `looksLast` a server's socket is complete before its fields are looked at. */
function fieldsOf(socket, looksLast) {
  const listeners = () => EVENTS.map((event) => [`on ${event}`, socket.listenerCount(event)]);
  const fields = () => FIELDS.map((name) => [name, socket[name]]);
  const shown = looksLast ? [listeners(), fields()] : [fields(), listeners()];
  const told = [['address', socket.address().address]];
  // Amid the handshake they depend on who speaks it.
  if (socket.secureConnecting === false)
    for (const name of ASKED) told.push([name, typeof socket[name]()]);
  return Object.fromEntries([...shown, told].flat());
}

/** A connection of the right kind, whose errors are nobody's. */
async function connect(t, isSecure, port) {
  const socket = isSecure
    ? tls.connect({ port, host: '127.0.0.1', ca: cert, servername: 'localhost' })
    : net.connect(port, '127.0.0.1');
  t.after(() => socket.destroy());
  socket.on('error', () => {}).resume();
  await once(socket, isSecure ? 'secureConnect' : 'connect');
  return socket;
}

/** Each calls `look` with a server's socket once. */
const ON_SERVERS = {
  'in the handler': ({ socket }, res, look) => {
    look(socket);
    res.end('x');
  },
  "in 'finish'": ({ socket }, res, look) => {
    res.on('finish', () => look(socket));
    res.end('x');
  },
  "behind 'close'": ({ socket }, res, look) => {
    res.on('close', () => setImmediate(look, socket));
    res.end('x');
  },
  'when it is closed': ({ socket }, res, look) => {
    res.on('close', () => {
      socket.on('close', () => look(socket));
      socket.destroy();
    });
    res.end('x');
  },
  'as soon as it is destroyed': ({ socket }, _res, look) => {
    socket.destroy();
    look(socket);
  },
};
/** The same around the end of an answer that is the last of its connection. */
for (const event of ['finish', 'close'])
  for (const [where, wait] of Object.entries({ tick: process.nextTick, immediate: setImmediate }))
    ON_SERVERS[`in the ${where} behind '${event}' of a last answer`] = ({ socket }, res, look) => {
      res.on(event, () => wait(look, socket));
      res.setHeader('Connection', 'close');
      res.end('x');
    };

async function atServer(t, isSecure, module, moment, looksLast) {
  const { promise, resolve } = Promise.withResolvers?.() ?? withResolvers();
  const server = module.createServer({ cert, key }, (req, res) => {
    req.on('error', () => {});
    ON_SERVERS[moment](req, res, (socket) => resolve(fieldsOf(socket, looksLast)));
  });
  t.after(() => server.close());
  const client = await connect(t, isSecure, await listen(server));
  client.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  return promise;
}

function withResolvers() {
  const made = {};
  made.promise = new Promise((resolve) => Object.assign(made, { resolve }));
  return made;
}

for (const [name, module, nodes] of SUBJECTS)
  for (const moment of Object.keys(ON_SERVERS))
    for (const looksLast of [false, true])
      test(
        `a server's socket of ${name} ${moment}, ${looksLast ? 'complete' : 'lazy'}`,
        limit,
        async (t) => {
          const show = (of) => atServer(t, name === 'https', of, moment, looksLast);
          assert.deepStrictEqual(await show(module), await show(nodes));
        },
      );

/** A server's socket behind an upgrade, at once and when its client has reset it, without a listener for that. */
async function upgraded(t, isSecure, module) {
  const server = module.createServer({ cert, key });
  t.after(() => server.close());
  const client = await connect(t, isSecure, await listen(server));
  client.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n');
  const [, socket] = await once(server, 'upgrade');
  const shown = [fieldsOf(socket, true)];
  await turn();
  shown.push(fieldsOf(socket, false));
  return { client, shown, socket };
}

for (const [name, module, nodes] of SUBJECTS)
  test(`a server's socket of ${name} behind an upgrade`, limit, async (t) => {
    const show = async (of) => (await upgraded(t, name === 'https', of)).shown;
    assert.deepStrictEqual(await show(module), await show(nodes));
  });

test(
  'an error behind an upgrade that no program hears does not end the process',
  limit,
  async (t) => {
    const server = https.createServer({ cert, key });
    t.after(() => server.close());
    const below = net.connect(await listen(server), '127.0.0.1');
    const client = tls.connect({ socket: below, ca: cert, servername: 'localhost' });
    for (const socket of [below, client]) socket.on('error', () => {});
    client.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n');
    const [, socket] = await once(server, 'upgrade');
    const closed = new Promise((resolve) => socket.on('close', resolve));
    socket.resume();
    socket.write('x');
    await once(client, 'data');
    below.resetAndDestroy();
    assert.strictEqual(await closed, true);
  },
);

/** What a client's socket shows as the exchange goes on, by event. */
async function atClient(t, module, nodes, options) {
  const server = nodes.createServer({ cert, key }, (_req, res) => res.end('x'));
  server.on('upgrade', (_req, socket) => {
    socket.on('error', () => {}).resume();
    socket.write('HTTP/1.1 101 Go\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n');
  });
  const port = await listen(server);
  const agent = new module.Agent({ keepAlive: true, ca: cert, maxSockets: 1 });
  t.after(() => {
    agent.destroy();
    server.close();
    server.closeAllConnections();
  });
  const shown = [];
  // Twice on one socket, unless the first takes it.
  for (let i = 0; i < (options.headers ? 1 : 2); i++) {
    const req = module.request({ port, host: '127.0.0.1', agent, ...options });
    const look = (event, socket) => shown.push([event, fieldsOf(socket, i === 0)]);
    const closed = once(req, 'close');
    req.end(options.method && 'some content');
    if (i === 0) {
      const [socket] = await once(req, 'socket');
      for (const event of ['connect', 'secureConnect'])
        socket.once(event, () => look(event, socket));
    }
    const event = options.headers ? 'upgrade' : 'response';
    const [res] = await once(req, event);
    const { socket } = res;
    look(event, socket);
    if (event === 'response') res.resume();
    await closed;
    await turn();
    look('behind it', socket);
    if (event === 'upgrade') socket.destroy();
  }
  return shown;
}

for (const [name, module, nodes] of SUBJECTS)
  for (const options of [{}, { method: 'POST' }, { timeout: 5000 }, { headers: UPGRADE }])
    test(`a client's socket of ${name} with ${JSON.stringify(options)}`, limit, async (t) => {
      const show = (of) => atClient(t, of, nodes, options);
      assert.deepStrictEqual(await show(module), await show(nodes));
    });
