'use strict';
// When a process ends by itself, and what it leaves to its peers when something ends it.
const { once } = require('node:events');
const nodeHttp = require('node:http');
const { parentPort } = require('node:worker_threads');
const world = require('../world');
const { ANSWER, UPGRADE, ask, closing, dial, get, http, listen, log, message } = world;

/** `serve` gets a server of which nothing else keeps the process. */
const server = (serve, handler = (_req, res) => res.end('ok')) =>
  async function main() {
    process.on('beforeExit', () => log('beforeExit')).on('exit', (code) => log('exit', code));
    await serve(http.createServer(handler));
  };

/** `use` gets where a server in a thread is, which keeps nothing of the process. */
const client = (use) => ({
  async main() {
    process.on('beforeExit', () => log('beforeExit')).on('exit', (code) => log('exit', code));
    const peer = world.thread('peer');
    const port = await message(peer);
    peer.unref();
    await use({ port, host: '127.0.0.1' }, peer);
  },
  peer() {
    const peer = nodeHttp.createServer({ keepAliveTimeout: 60_000 }, (req, res) => {
      if (req.url === '/never') return;
      if (req.url === '/part') res.write('part');
      else if (req.url === '/late') setTimeout(() => res.end('late'), 100);
      else res.end('ok');
    });
    peer.on('upgrade', (_req, socket) => socket.on('error', () => {}).write(ANSWER));
    peer.listen(0, '127.0.0.1', () => parentPort.postMessage(peer.address().port));
  },
});

const noted = (req) =>
  req.on('error', ({ code }) => log('error', code)).on('close', () => log('close'));
const upgrading = { headers: { Connection: 'Upgrade', Upgrade: 'x' } };

const deeds = {
  'process.exit': () => process.exit(5),
  'process.reallyExit': () => process.reallyExit(5),
  'an exception': () => {
    throw new Error('thrown');
  },
  'a rejection': () => {
    Promise.reject(new Error('rejected'));
  },
  'an exit in a microtask': () => queueMicrotask(() => process.exit(5)),
  SIGTERM: () => process.kill(process.pid, 'SIGTERM'),
};
const answers = {
  'a whole answer': (res) => res.end('whole'),
  'pieces of an answer': (res) => {
    res.write('one ');
    res.write('two ');
    res.end('three');
  },
};

const behindAnswers = {
  async main() {
    for (const deed of Object.keys(deeds))
      for (const answer of Object.keys(answers)) {
        process.env.DEED = deed;
        process.env.ANSWER = answer;
        const serving = world.spawned('serving', ['ignore', 'inherit', 'ignore', 'ipc']);
        const port = await message(serving);
        const idle = await dial(port, get('/')).until('idle');
        const { text, error } = await dial(port, get('/deed')).closed;
        log(deed, text, error, (await idle.closed).error, await serving.ended);
      }
  },
  serving() {
    const serving = http.createServer((req, res) => {
      if (req.url === '/') {
        res.end('idle');
        return;
      }
      answers[process.env.ANSWER](res);
      deeds[process.env.DEED]();
    });
    serving.listen(0, '127.0.0.1', () => process.send(serving.address().port));
  },
};

module.exports = {
  'a server that is unref': server(async (it) => {
    await listen(it);
    it.unref();
  }),
  'a server that is unref before it listens': server((it) => {
    it.unref().listen(0, '127.0.0.1', () => log('listening'));
  }),
  'a server that is unref and ref': server(async (it) => {
    const port = await listen(it);
    it.unref();
    it.ref();
    log(await ask(port));
    it.close();
  }),
  'a server that is unref, amid an answer': server(
    async (it) => {
      const port = await listen(it);
      it.unref();
      log(await ask(port));
    },
    (_req, res) => setTimeout(() => res.end('late'), 50).unref(),
  ),
  'a server whose last socket is unref': server(
    async (it) => {
      const port = await listen(it);
      it.unref();
      const { socket } = dial(port, get());
      socket.unref();
      await once(it, 'request');
    },
    (req) => req.socket.unref(),
  ),
  'a server that closes amid an answer': server(
    async (it) => {
      const { text, error } = await dial(await listen(it), closing()).closed;
      log(text, error);
    },
    function handle(_req, res) {
      this.close((error) => log('closed', error));
      setTimeout(() => res.end('late'), 20);
    },
  ),
  'a server that closes before it listens': server((it) => {
    it.on('listening', () => log('listening')).listen(0, 'localhost');
    it.close((error) => log('closed', error?.code));
  }),
  'a server that a signal closes': server(async (it) => {
    const abort = new AbortController();
    await listen(it, { port: 0, signal: abort.signal });
    it.on('close', () => log('closed'));
    abort.abort();
  }),
  'a server made when nothing is left': server((it) => {
    process.once('beforeExit', async () => {
      log(await ask(await listen(it)));
      it.close();
    });
  }),
  'an upgraded socket': server((it) => {
    it.on('upgrade', (_req, socket) => {
      socket.write(ANSWER);
      it.close(() => log('closed'));
      setTimeout(() => socket.end('bye'), 20).unref();
    });
    return listen(it).then(async (port) => log((await dial(port, UPGRADE).closed).text));
  }),
  'an upgraded socket that is unref': server(async (it) => {
    it.on('upgrade', (_req, socket) => {
      socket.write(ANSWER);
      it.close();
      socket.unref();
    });
    const { socket } = await dial(await listen(it), UPGRADE).until('\r\n\r\n');
    socket.unref();
  }),
  'a client whose connection is kept': client(async ({ port }) => {
    log(await world.request(port, { agent: new http.Agent({ keepAlive: true }) }));
  }),
  'a client of the global agent': client(async ({ port }) => log(await world.request(port))),
  'a client that waits for an answer': client(async ({ port }) => {
    log(await world.request(port, { path: '/late' }));
  }),
  'a client whose socket is unref': client((to) => {
    noted(http.get({ ...to, path: '/never' })).on('socket', (socket) => socket.unref());
  }),
  'a client whose connected socket is unref': client((to) => {
    const req = noted(http.get({ ...to, path: '/never' }));
    req.on('socket', (socket) => socket.on('connect', () => socket.unref()));
  }),
  'a client whose kept socket is unref amid the next request': client(async (to) => {
    const agent = new http.Agent({ keepAlive: true });
    await world.request(to.port, { agent });
    const req = noted(http.get({ ...to, agent, path: '/part' }));
    req.on('response', (res) => res.once('data', () => res.socket.unref()));
  }),
  'a client that destroys its request': client((to) => {
    const req = noted(http.get({ ...to, path: '/part' }));
    req.on('response', (res) => {
      res.on('error', ({ code }) => log('response', code)).once('data', () => req.destroy());
    });
  }),
  'a client with a timeout': client((to) => {
    const req = noted(http.get({ ...to, path: '/never', timeout: 50 }));
    req.on('timeout', () => req.destroy());
  }),
  'a client whose peer dies': client((to, peer) => {
    const req = noted(http.get({ ...to, path: '/part' }));
    req.on('response', (res) => {
      res.on('error', ({ code }) => log('response', code));
      res.once('data', () => peer.terminate());
    });
  }),
  'a client that has upgraded, unref': client((to) => {
    http.get({ ...to, ...upgrading }).on('upgrade', (_res, socket) => socket.unref());
  }),
  'a process ends behind an answer': behindAnswers,
  'SIGTERM, with all kinds of connections': {
    async main() {
      const serving = world.spawned('serving', ['ignore', 'inherit', 'inherit', 'ipc']);
      const port = await message(serving);
      const idle = await dial(port, get('/')).until('idle');
      const held = await dial(port, get('/held')).until('begun');
      serving.kill('SIGTERM');
      await idle.closed;
      log(/^ECONN/.test(await ask(port)));
      serving.send('release');
      await held.until('and ended');
      held.socket.destroy();
      log(held.text, await serving.ended);
    },
    serving() {
      const serving = http.createServer((req, res) => {
        if (req.url === '/') res.end('idle');
        else {
          res.write('begun ');
          process.once('message', () => res.end('and ended'));
        }
      });
      serving.listen(0, '127.0.0.1', () => process.send(serving.address().port));
      process.on('SIGTERM', () => serving.close(() => process.disconnect()));
    },
  },
};
