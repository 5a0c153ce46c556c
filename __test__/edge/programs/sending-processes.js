'use strict';
// Ways in which a socket of http goes to another process.
const { fork, spawn } = require('node:child_process');
const cluster = require('node:cluster');
const { once } = require('node:events');
const world = require('./sending-world');
const { CONNECT, GET, POST, UPGRADE, dial, ended, http, origin, receiver, serve, unixPath } = world;

/** Sends the socket with these options when `event` comes; the child does this with it. */
function sent({ event = 'request', text = GET, deed = 'end', where = [], pick, options } = {}) {
  return async () => {
    const { child, told } = receiver();
    let left;
    const server = await serve(
      {
        [event](...args) {
          const socket = pick ? pick(...args) : event === 'request' ? args[0].socket : args.at(-2);
          child.send(deed, socket, options);
          left = [socket._handle === null, socket.destroyed];
        },
      },
      ...where,
    );
    const client = await dial(server, text);
    return { ...(await ended(client)), told, left };
  };
}

const connection = { event: 'connection', pick: (socket) => socket };

/** Sent before it has said anything: the child has a server of http for it. */
async function servedThere() {
  const { child, told } = receiver();
  const server = await serve({ connection: (socket) => child.send('serve', socket) });
  const client = await dial(server, '');
  await once(child, 'message');
  client.socket.write(GET);
  return await ended(client, { told });
}

/** The child writes first, then this process, which has kept the socket. */
async function kept() {
  const { child, told } = receiver();
  const server = await serve({
    request(req, res) {
      child.send('write', req.socket, { keepOpen: true });
      child.on('message', (message) => {
        if (message === 'written') res.end('from the parent');
      });
    },
  });
  const client = await dial(server, GET);
  await client.until('from the parent');
  client.socket.destroy();
  return await ended(client, { told });
}

/** The first request is answered here, the second there. */
async function sentBetween() {
  const { child, told } = receiver();
  const server = await serve({
    request(req, res) {
      res.end('from the parent');
      res.on('finish', () => setImmediate(() => child.send('serve', req.socket)));
    },
  });
  const client = await dial(server, GET);
  await client.until('from the parent');
  while (told.length === 0) await once(child, 'message');
  client.socket.write(GET.replace('first', 'second'));
  return await ended(client, { told });
}

/** The socket of a client's response: Node throws, as a message of a client cannot be detached. */
async function sentResponse() {
  const { child, told } = receiver();
  const server = await origin('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart');
  const req = http.get({ port: server.address().port, host: '127.0.0.1', agent: false });
  req.on('error', () => {});
  const [res] = await once(req, 'response');
  res.on('error', () => {});
  try {
    child.send('end', res.socket);
  } catch {
    return { thrown: true };
  }
  const [text] = await once(server, 'text');
  return { text, told };
}

/** A socket that its agent has kept; `text` is what the other side got. */
async function sentIdle() {
  const { child, told } = receiver();
  const server = await origin('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
  const agent = new http.Agent({ keepAlive: true });
  http.get({ port: server.address().port, host: '127.0.0.1', agent }, (res) => {
    res.resume().on('end', () => {
      setImmediate(() => child.send('end', Object.values(agent.freeSockets)[0][0]));
    });
  });
  const [text] = await once(server, 'text');
  return { text, told };
}

async function sentUpgradedClient() {
  const { child, told } = receiver();
  const server = await origin('HTTP/1.1 101 S\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n');
  const headers = { Connection: 'Upgrade', Upgrade: 'x' };
  const req = http.get({ port: server.address().port, host: '127.0.0.1', agent: false, headers });
  req.on('upgrade', (_res, socket) => child.send('end', socket));
  const [text] = await once(server, 'text');
  return { text, told };
}

/** From a child to its parent: this file is the child as well. */
async function sentUp() {
  const child = fork(__filename, ['sends up']);
  const told = [];
  const [port] = await once(child, 'message');
  child.on('message', (message, socket) => {
    told.push(message, socket?.constructor.name);
    socket?.end('from the parent');
  });
  return await ended(await dial({ address: () => ({ port }) }, GET), { told });
}

async function sendUp() {
  const server = await serve({ request: (req) => process.send('take it', req.socket) });
  process.send(server.address().port);
  process.on('disconnect', () => process.exit());
}

/** A worker of a cluster gives a connection back to its primary. */
async function sentToPrimary() {
  cluster.setupPrimary({ exec: __filename, args: ['works'] });
  const worker = cluster.fork();
  const told = [];
  const [{ port }] = await once(worker, 'listening');
  worker.on('message', (message, socket) => {
    told.push(message, socket?.constructor.name);
    socket?.end('from the primary');
  });
  return await ended(await dial({ address: () => ({ port }) }, GET), { told });
}

function work() {
  const server = http.createServer((req) => process.send('take it', req.socket));
  server.listen(0, '127.0.0.1');
}

async function sentToWorker() {
  cluster.setupPrimary({ exec: require.resolve('./receiver') });
  const worker = cluster.fork();
  const told = [];
  worker.on('message', (message) => told.push(message));
  await once(worker, 'online');
  const server = await serve({ request: (req) => worker.send('end', req.socket) });
  return await ended(await dial(server, GET), { told });
}

/** The server itself goes: the child takes its connections. */
async function sentServer() {
  const { child, told } = receiver();
  const server = await serve({ request: (_req, res) => res.end('from the parent') });
  const { port } = server.address();
  child.send('listen', server);
  await once(child, 'message');
  server.close();
  return await ended(await dial({ address: () => ({ port }) }, GET), { told });
}

/** The socket as what a command prints to. */
function printed(pick) {
  return async () => {
    const server = await serve({
      request(req) {
        const { socket } = req;
        const stdio = ['ignore', pick(socket), 'inherit'];
        const command = spawn('echo', ['from the command'], { stdio });
        command.on('close', () => socket.destroy());
      },
    });
    return await ended(await dial(server, GET));
  };
}

/** The socket as what a command reads from, too. */
async function piped() {
  const server = await serve({
    upgrade(_req, socket) {
      const command = spawn('head', ['-c', '4'], { stdio: [socket, socket, 'inherit'] });
      socket.write('go ');
      command.on('close', () => socket.destroy());
    },
  });
  const client = await dial(server, UPGRADE);
  await client.until('go ');
  client.socket.write('back');
  return await ended(client);
}

module.exports = {
  'request, to a child': sent(),
  'request with content, to a child': sent({ text: POST }),
  "request's handle, to a child": sent({ pick: (req) => req.socket._handle, deed: 'handle' }),
  'response socket, to a child': sent({ pick: (_req, res) => res.socket }),
  'request of a Unix socket, to a child': sent({ where: [unixPath()] }),
  'connection, to a child': sent({ ...connection }),
  'connection, to a child that serves it': servedThere,
  'upgrade, to a child': sent({ event: 'upgrade', text: UPGRADE }),
  'CONNECT, to a child': sent({ event: 'connect', text: CONNECT }),
  'request, to a child, and kept': kept,
  'between two requests, to a child': sentBetween,
  "a client's response, to a child": sentResponse,
  "a client's idle socket, to a child": sentIdle,
  "a client's upgrade, to a child": sentUpgradedClient,
  'request, to the parent': sentUp,
  "a worker's request, to the primary": sentToPrimary,
  "the primary's request, to a worker": sentToWorker,
  'the server, to a child': sentServer,
  'output of a command': printed((socket) => socket),
  'output of a command, as handle': printed((socket) => socket._handle),
  'output of a command, as number': printed((socket) => socket._handle.fd),
  'input and output of a command': piped,
};

if (require.main === module) {
  if (process.argv[2] === 'works') work();
  else sendUp();
}
