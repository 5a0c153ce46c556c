'use strict';
// Made-up programs: from a number, what is asked of a server, and what its handlers call at which moments; and all
// that is seen of it.
const { once } = require('node:events');
const net = require('node:net');
const { Readable } = require('node:stream');
const { settle } = require('../support/events');
const { Random } = require('../edge/chaos/random');

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
const CHUNKED =
  'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n3\r\nabc\r\n0\r\n';
/** At most two of them are under way: of more, ours lets answers that wait leave together. */
const REQUESTS = [
  GET,
  GET,
  'HEAD / HTTP/1.1\r\nHost: a\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
  'GET / HTTP/1.0\r\n\r\n',
  'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello',
  'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 500\r\n\r\nhello',
  'POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\nhello',
  `${CHUNKED}\r\n`,
  `${CHUNKED}X-T: t\r\n\r\n`,
];
const LARGE = 'z'.repeat(70_000);

const tell = (error) => error && `${error.name} ${error.code} ${error.message.split('\n')[0]}`;
const look = (object, names) =>
  names.map((name) => `${name}=${tell(object[name]) ?? object[name]}`);
const looker = (role, names) => (world) =>
  world.note(look(world[role], names.split(' ')).join(' '));

/** What a program calls; `note` tells what came of it. */
const CALLS = {
  'res.write': ({ res, note }) => res.write('abc', (error) => note(`written ${tell(error)}`)),
  'res.write bytes': ({ res }) => res.write(Buffer.from('bytes')),
  'res.write nothing': ({ res }) => res.write(''),
  'res.write null': ({ res }) => res.write(null),
  'res.write hex': ({ res }) => res.write('6162', 'hex'),
  'res.write much': ({ res }) => res.write(LARGE),
  'res.end': ({ res }) => res.end(),
  'res.end text': ({ res, note }) => res.end('end', (error) => note(`ended ${tell(error)}`)),
  'res.end much': ({ res }) => res.end(LARGE),
  'res.setHeader': ({ res }) => res.setHeader('X-A', '1'),
  'res.setHeader wrong': ({ res }) => res.setHeader('X A', '1'),
  'res.setHeader length': ({ res }) => res.setHeader('Content-Length', '3'),
  'res.appendHeader': ({ res }) => res.appendHeader('X-A', '2'),
  'res.removeHeader': ({ res }) => res.removeHeader('Connection'),
  'res.writeHead': ({ res }) => res.writeHead(201, 'why', ['X-W', 'a', 'X-W', 'b']),
  'res.writeHead 204': ({ res }) => res.writeHead(204),
  'res.writeHead 99': ({ res }) => res.writeHead(99),
  'res.statusCode': ({ res }) => void (res.statusCode = 404),
  'res.flushHeaders': ({ res }) => res.flushHeaders(),
  'res.writeProcessing': ({ res }) => res.writeProcessing(),
  'res.writeEarlyHints': ({ res }) => res.writeEarlyHints({ link: '</a>; rel=preload' }),
  // One that waits for its turn takes the connection with it; Node's stays for ever.
  'res.destroy': ({ res }) => res.socket && res.destroy(),
  'res.destroy error': ({ res }) => res.socket && res.destroy(new Error('mine')),
  'res.setTimeout': ({ res }) => res.setTimeout(100_000),
  'pipe to res': ({ res }) => Readable.from(['one', 'two']).pipe(res),
  'req.read': ({ req, note }) => note(`read ${req.read()}`),
  'req.pause': ({ req }) => req.pause(),
  'req.resume': ({ req }) => req.resume(),
  'req.on data': ({ req, note }) => req.on('data', (chunk) => note(`data ${chunk}`)),
  'req.setEncoding': ({ req }) => req.setEncoding('utf8'),
  'req.unshift': ({ req }) => req.unshift(Buffer.from('back')),
  'req.destroy': ({ req }) => req.destroy(),
  'req.destroy error': ({ req }) => req.destroy(new Error('mine')),
  'req.pipe': ({ req, res }) => req.pipe(res),
  'socket.write': ({ socket, note }) => socket.write('RAW', (error) => note(`sent ${tell(error)}`)),
  'socket.cork': ({ socket }) => socket.cork(),
  'socket.uncork': ({ socket }) => socket.uncork(),
  'socket.pause': ({ socket }) => socket.pause(),
  'socket.resume': ({ socket }) => socket.resume(),
  'socket.destroy': ({ socket }) => socket.destroy(),
  'socket.destroy error': ({ socket }) => socket.destroy(new Error('mine')),
  'socket.end': ({ socket }) => socket.end(),
  'socket.setTimeout': ({ socket }) => socket.setTimeout(90_000),
  'server.closeIdleConnections': ({ server }) => server.closeIdleConnections(),
  'look at req': looker(
    'req',
    'aborted complete readable readableEnded readableFlowing readableDidRead destroyed errored readableLength',
  ),
  'look at res': looker(
    'res',
    'headersSent writableEnded writableFinished writableCorked writableLength destroyed errored statusMessage',
  ),
};

/** When. A `turn` is one that the test lets pass when nothing happens any more. */
const MOMENTS = {
  handler: 3,
  tick: 1,
  'tick behind a tick': 1,
  promise: 1,
  finish: 1,
  close: 1,
  prefinish: 1,
  drain: 1,
  'end of req': 1,
  'data of req': 1,
  'close of req': 1,
  'first turn': 1,
  'second turn': 1,
};

/** What a program does, from a number. */
function programOf(seed) {
  const random = Random.of(seed, 0);
  const requests = Array.from({ length: random.between(1, 2) }, () => random.pick(REQUESTS));
  const steps = Array.from({ length: random.between(1, 7) }, () => ({
    request: random.between(0, requests.length - 1),
    moment: random.weighted(MOMENTS),
    call: random.pick(Object.keys(CALLS)),
  }));
  // Most answer in the end.
  const last = { moment: random.pick(['handler', 'tick', 'first turn']), call: 'res.end text' };
  if (random.chance(0.7)) for (const request of requests.keys()) steps.push({ request, ...last });
  return { requests, steps, cut: random.chance(0.2) ? random.between(1, 40) : 0 };
}

/** Runs a program on `http`; resolves to what was seen. `patience`: milliseconds in which nothing happens any more. */
async function play(http, { requests, steps, cut }, patience) {
  const log = [];
  const worlds = [];
  const server = http.createServer((req, res) => {
    res.sendDate = false;
    const number = worlds.length;
    const note = (text) => log.push(`${number}: ${text}`);
    const world = { number, note, req, res, socket: req.socket, server, left: 50 };
    worlds.push(world);
    note(`request ${req.method}`);
    for (const name of ['finish', 'close', 'prefinish', 'drain']) on(world, res, name, name);
    on(world, req, 'end', 'end of req');
    on(world, req, 'close', 'close of req');
    if (steps.some(({ request, moment }) => request === number && moment === 'data of req'))
      on(world, req, 'data', 'data of req');
    for (const message of [req, res]) message.on('error', (error) => note(`error ${tell(error)}`));
    reach(world, 'handler');
    Promise.resolve().then(() => reach(world, 'promise'));
    process.nextTick(() => {
      reach(world, 'tick');
      process.nextTick(() => reach(world, 'tick behind a tick'));
    });
  });
  function on(world, message, event, moment) {
    message.on(event, () => {
      world.note(moment);
      reach(world, moment);
    });
  }
  function reach(world, reached) {
    for (const { request, moment, call } of steps) {
      if (request !== world.number || moment !== reached || world.left-- <= 0) continue;
      try {
        const result = CALLS[call](world);
        world.note(`${call}${typeof result === 'boolean' ? ` ${result}` : ''}`);
      } catch (error) {
        world.note(`${call} throws ${tell(error)}`);
      }
    }
  }
  server.keepAliveTimeout = 60_000;
  server.on('clientError', (error, socket) => {
    log.push(`clientError ${tell(error)}`);
    socket.destroy();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  const client = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  const ended = [];
  let received = '';
  client.on('data', (chunk) => (received += chunk.latin1Slice()));
  client.on('end', () => ended.push('end'));
  client.on('error', ({ code }) => ended.push(code));
  await once(client, 'connect');
  const settled = () => settle(() => `${log.length} ${received.length}`, patience);
  for (const request of requests) {
    if (cut > 0 && cut < request.length) {
      client.write(request.slice(0, cut));
      await settled();
    }
    client.write(request.slice(cut < request.length ? cut : 0));
    await settled();
  }
  for (const moment of ['first turn', 'second turn']) {
    for (const world of worlds) reach(world, moment);
    await settled();
  }
  const seen = [...log, received.replaceAll(LARGE, 'much'), ...ended];
  client.destroy();
  server.close();
  server.closeAllConnections();
  return seen;
}

module.exports = { play, programOf };
