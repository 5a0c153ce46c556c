'use strict';
// Workers of a cluster that end amid traffic, under both schedulings.
const cluster = require('node:cluster');
const { once } = require('node:events');
const net = require('node:net');
const world = require('../world');
const { ANSWER, UPGRADE, ask, dial, get, http, listen, log, message } = world;

/** Begins what has to happen, and goes on when the worker has ended. */
async function ends(worker) {
  const [[code, signal]] = await Promise.all([once(worker, 'exit'), once(worker, 'disconnect')]);
  log('worker', code, signal, worker.exitedAfterDisconnect, worker.isDead());
}

async function listening(worker) {
  const [{ port }] = await once(worker, 'listening');
  return port;
}

const deeds = {
  exit: () => process.exit(3),
  throw: () => {
    throw new Error('in a worker');
  },
  reject: () => {
    Promise.reject(new Error('in a worker'));
  },
  kill: () => process.kill(process.pid, 'SIGKILL'),
  disconnect: () => process.disconnect(),
};

function serve() {
  const held = [];
  const server = http.createServer((req, res) => {
    const [, answer, deed] = req.url.split('/');
    if (answer === 'held') {
      res.write('begun');
      held.push(res);
    } else if (answer === 'whole') res.end('answered');
    else res.write('part of it');
    deeds[deed]?.();
  });
  server.on('upgrade', (_req, socket) => {
    socket.write(ANSWER);
    socket.pipe(socket);
  });
  server.on('close', () => log('server closed'));
  process.on('message', () => {
    for (const res of held) res.end(' and ended');
  });
  process.on('exit', (code) => log('exit', code));
  server.listen(0, '127.0.0.1');
}

/** Workers end in all ways behind an answer, while another connection is idle. */
const behindAnswers = {
  async main(policy) {
    for (const deed of Object.keys(deeds)) {
      const worker = world.worker(policy);
      const port = await listening(worker);
      const ended = ends(worker);
      const idle = await dial(port, get('/whole')).until('answered');
      const { text, error } = await dial(port, get(`/whole/${deed}`)).closed;
      await ended;
      log(deed, text, error, (await idle.closed).error);
    }
  },
  worker: serve,
};

/** The worker is told to disconnect while `text` is under way; `go` lets that come to its end. */
const disconnected = (text, seen, go) => ({
  async main(policy) {
    const worker = world.worker(policy);
    const port = await listening(worker);
    const ended = ends(worker);
    const idle = await dial(port, get('/whole')).until('answered');
    const client = await dial(port, text).until(seen);
    worker.disconnect();
    await idle.closed;
    log('late', /^ECONN/.test(await ask(port)));
    await go(worker, client);
    await client.closed;
    log(client.text, client.error);
    await ended;
  },
  worker: serve,
});

/** What `cluster` tells of addresses, and what a worker that cannot listen hears. */
const addresses = {
  async main(policy) {
    const unix = world.unixPath();
    process.env.UNIX_PATH = unix;
    const show = (address) => String(address).replace(unix, 'the path');
    cluster.on('listening', (_worker, { address, port, addressType, fd }) => {
      log(show(address), port > 0 ? 'a port' : port, addressType, fd);
    });
    const worker = world.worker(policy);
    worker.on('message', (text) => log(show(text)));
    await ends(worker);
  },
  async worker() {
    const { UNIX_PATH } = process.env;
    for (const where of [[0], [0, '127.0.0.1'], [{ port: 0, host: 'localhost' }], [UNIX_PATH]]) {
      const server = http.createServer((_req, res) => res.end('ok'));
      const at = await listen(server, ...where);
      process.send(`${await ask(at)} ${server.address().family}`);
      server.close();
      await once(server, 'close');
    }
    const failing = http.createServer().listen('/nowhere/at.sock');
    const [{ code, syscall, message }] = await once(failing, 'error');
    process.send(`${code} ${syscall} ${message}`, () => cluster.worker.disconnect());
  },
};

/** More connections than a worker takes: how many it has had at a time. */
const crowded = {
  async main(policy) {
    const worker = world.worker(policy);
    const port = await listening(worker);
    const leaves = ({ socket }) =>
      socket.once('data', () => setTimeout(() => socket.destroy(), 20));
    const clients = Array.from({ length: 12 }, () => dial(port, get('/')));
    for (const client of clients) leaves(client);
    await Promise.all(clients.map(({ closed }) => closed));
    worker.send('how many?');
    log('at most', await message(worker));
    worker.disconnect();
    await ends(worker);
  },
  worker() {
    let open = 0;
    let most = 0;
    const server = http.createServer((_req, res) => {
      most = Math.max(most, ++open);
      res.on('close', () => open--);
      res.write('held');
    });
    server.maxConnections = 2;
    server.listen(0, '127.0.0.1');
    process.on('message', () => process.send(most));
  },
};

/** Workers are exchanged while clients come, each on a connection of its own. */
const exchanged = {
  async main(policy) {
    const free = net.createServer();
    process.env.PORT = await listen(free);
    await new Promise((resolve) => free.close(resolve));
    let worker = world.worker(policy);
    const port = await listening(worker);
    let over = false;
    const answers = new Set();
    const load = async () => {
      while (!over) answers.add(await ask(port));
    };
    const loads = [load(), load()];
    for (let round = 0; round < 2; round++) {
      const next = world.worker(policy);
      await listening(next);
      const gone = ends(worker);
      worker.disconnect();
      await gone;
      worker = next;
    }
    over = true;
    await Promise.all(loads);
    // A connection in the queue of a listener that closes is reset, and Node 26 closes those that sent nothing yet.
    log(answers.has('answered'));
    worker.disconnect();
  },
  worker() {
    http.createServer((_req, res) => res.end('answered')).listen(process.env.PORT, '127.0.0.1');
  },
};

const scenarios = {
  'ends behind an answer': behindAnswers,
  'is disconnected amid an answer': disconnected(get('/held'), 'begun', (worker) =>
    worker.send('release'),
  ),
  'is disconnected amid an upgrade': disconnected(UPGRADE, '\r\n\r\n', async (_worker, client) => {
    await client.send('echo').until('echo');
    client.socket.end();
  }),
  'listens in many ways': addresses,
  'has as many connections as it may': crowded,
  'is exchanged': exchanged,
};

for (const [title, { main, worker }] of Object.entries(scenarios))
  for (const policy of ['SCHED_RR', 'SCHED_NONE'])
    module.exports[`a worker ${title}, ${policy}`] = { main: () => main(policy), worker };
