'use strict';
// Handles and descriptors that go from process to process, and streams of children under http.
const { once } = require('node:events');
const fs = require('node:fs');
const net = require('node:net');
const { Duplex } = require('node:stream');
const world = require('../world');
const { ANSWER, UPGRADE, ask, child, closing, dial, get, http, listen, log, message } = world;

const byRole = (req, res) => res.end(`${req.url} by ${world.role}`);
const closes = (server) => server.close(() => log('closed'));

/** A listening server goes to a child, which serves http on it. */
const listener = (make) => ({
  async main() {
    const server = make();
    const port = await listen(server);
    const other = child();
    other.send('take it', server);
    await message(other);
    closes(server);
    log(await ask(port, '/first'), await ask(port, '/second'));
    other.disconnect();
    log(await other.ended, await ask(port));
  },
  child() {
    process.on('message', (_text, given) => {
      log(given.constructor.name, given instanceof net.Server);
      const server = http.createServer(byRole);
      server.listen(given, () => process.send(['listens', server.address().port > 0]));
      process.on('disconnect', () => {
        closes(server);
        (given._handle ?? given).close();
      });
    });
  },
});

/** Servers of one process on one handle: the one that came last gets the connections. */
const shared = (first, second) => async () => {
  const server = first();
  const port = await listen(server);
  const other = second();
  other.listen(server);
  await once(other, 'listening');
  for (let i = 0; i < 5; i++) log(await ask(port));
  other.unref();
  other.ref();
  log(other.address().port === port);
  closes(other);
  closes(server);
  await once(server, 'close');
  log(await ask(port));
};
const serveHttp = () => http.createServer((_req, res) => res.end('http'));
const serveHttpToo = () => http.createServer((_req, res) => res.end('the other http'));
const serveNet = () =>
  net.createServer((socket) => {
    socket.resume().end('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nnet');
  });

/** Bound, and listening nowhere: as what starts services has it. */
function bound(at) {
  const address = {};
  const handle =
    at === undefined
      ? net._createServerHandle('127.0.0.1', 0, 4)
      : net._createServerHandle(at, -1, -1);
  handle.getsockname?.(address);
  return { at: at ?? address.port, handle };
}

const activated = (makePath) => ({
  async main() {
    const { at, handle } = bound(makePath?.());
    const start = async () => {
      const started = world.spawned('child', ['ignore', 'inherit', 'inherit', 'ipc', handle.fd]);
      log(await message(started));
      return started;
    };
    let server = await start();
    for (let round = 0; round < 2; round++) {
      const idle = await dial(at, get('/idle')).until('/idle by child');
      const next = await start();
      server.kill('SIGTERM');
      log(await server.ended, (await idle.closed).error, await ask(at, '/next'));
      server = next;
    }
    server.kill('SIGKILL');
    await server.ended;
    handle.close();
    log(makePath ? fs.existsSync(at) : '');
  },
  child() {
    const server = http.createServer(byRole);
    server.listen({ fd: 4 }, () => {
      const address = server.address();
      process.send([server.listening, typeof address, address?.family]);
    });
    process.on('SIGTERM', () => server.close(() => process.disconnect()));
  },
});

/** What a command finds open: sockets, and what a readiness set is made of. */
async function inherited() {
  const server = http.createServer((req, res) => {
    if (req.url === '/held') res.write('held');
    else res.end('answered');
  });
  server.on('upgrade', (_req, socket) => socket.write(ANSWER));
  const port = await listen(server);
  const agent = new http.Agent({ keepAlive: true });
  await world.request(port, { agent });
  await dial(port, UPGRADE).until('\r\n\r\n');
  await dial(port, get('/held')).until('held');
  await dial(port, get()).until('answered');
  const { execFileSync } = require('node:child_process');
  const command = 'ls -l /proc/self/fd | grep -c "socket\\|eventpoll\\|eventfd"; true';
  log(execFileSync('sh', ['-c', command], { encoding: 'utf8' }).trim());
  const lasting = require('node:child_process').spawn('sleep', ['60'], { stdio: 'ignore' });
  await once(lasting, 'spawn');
  server.close();
  const again = http.createServer();
  log((await listen(again, port, '127.0.0.1')) === port);
  lasting.kill();
  process.exit();
}

/** A child serves http on what it shares with its parent. */
const onStreams = (stdio, near, far) => ({
  async main() {
    const other = world.spawned('child', stdio);
    const stream = near(other);
    log(await world.request(undefined, { createConnection: () => stream, path: '/over-it' }));
    stream.destroy();
    log(await other.ended);
  },
  child() {
    const server = http.createServer(byRole);
    server.emit('connection', far());
  },
});

module.exports = {
  'a listening net.Server goes to a child': listener(() => net.createServer()),
  'a listening http.Server goes to a child': listener(() => http.createServer(byRole)),
  'an http.Server on the handle of another': shared(serveHttp, serveHttpToo),
  'an http.Server on the handle of a net.Server': shared(serveNet, serveHttp),
  'a net.Server on the handle of an http.Server': shared(serveHttp, serveNet),
  'a port is given as a descriptor, again and again': activated(),
  'a Unix path is given as a descriptor, again and again': activated(world.unixPath),
  'commands inherit nothing': inherited,
  'http on stdin and stdout': onStreams(
    ['pipe', 'pipe', 'inherit'],
    ({ stdin, stdout }) => Duplex.from({ readable: stdout, writable: stdin }),
    () => Duplex.from({ readable: process.stdin, writable: process.stdout }),
  ),
  'http on a socket between parent and child': onStreams(
    ['ignore', 'inherit', 'inherit', 'pipe'],
    ({ stdio }) => stdio[3],
    () => new net.Socket({ fd: 3 }),
  ),
  'connections that were not read go to a child': {
    async main() {
      const other = child();
      await message(other);
      const server = net.createServer({ pauseOnConnect: true }, (socket) =>
        other.send('serve', socket),
      );
      const port = await listen(server);
      const client = await dial(port, get('/first')).until('/first by child');
      await client.send(closing('/second')).closed;
      log(client.text, client.error);
      other.kill();
      log(await other.ended);
      closes(server);
    },
    child() {
      const server = http.createServer(byRole);
      process.on('message', (_text, socket) => server.emit('connection', socket));
      process.send('ready');
    },
  },
};
