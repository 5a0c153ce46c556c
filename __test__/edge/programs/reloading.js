'use strict';
// The module loaded again and again in one environment, as test runners do; servers and agents come
// and go with it.
const { once } = require('node:events');
const fs = require('node:fs');
const Module = require('node:module');
const vm = require('node:vm');
const { Worker, isMainThread, parentPort } = require('node:worker_threads');
const { onNodeHttp } = require('../../support/mode');
const { isOurs, loadApart, root } = require('../../support/own-registry');
const { answer, tell } = require('./asked');

/** Connections, servers and agents that are kept. */
const kept = [];

/** What a context gets of its host. Timers are not ours to look for there. */
const globals = {
  AbortController,
  AbortSignal,
  ArrayBuffer,
  Buffer,
  Event,
  EventTarget,
  URL,
  Uint8Array,
  process,
};

const ways = {
  /** The cache is cleared. Nobody is the parent of what is loaded, whose list of children would grow. */
  cache() {
    for (const file of Object.keys(require.cache)) if (isOurs(file)) delete require.cache[file];
    return new Module('nobody').require(root);
  },

  /** A registry of modules of its own, and a context: what Jest does for each file of tests. */
  context: () => loadApart(vm.createContext({ ...globals })),
  'a registry': () => loadApart(),
};

const load = (way) => (onNodeHttp ? require('node:http') : ways[way]());

/** Asks a server of this copy by an agent of it. */
async function use(http) {
  const server = http.createServer((req, res) => req.resume().on('end', () => res.end('x')));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const agent = new http.Agent({ keepAlive: true });
  const { port } = server.address();
  const req = http.request({ agent, host: '127.0.0.1', method: 'POST', port }).end('content');
  const [res] = await once(req, 'response');
  const free = once(agent, 'free');
  await once(res.resume(), 'end');
  await free;
  return { agent, server };
}

async function close({ agent, server }) {
  agent.destroy();
  const closed = once(server, 'close');
  server.close();
  await closed;
}

/** How many threads there are of this kind; a name is known by its first 15 characters. */
function ioThreads() {
  const nameOf = (id) => {
    try {
      return fs.readFileSync(`/proc/self/task/${id}/comm`, 'latin1').trim();
    } catch {
      return ''; // it has ended
    }
  };
  return fs.readdirSync('/proc/self/task').filter((id) => nameOf(id) === 'rust-http-io').length;
}

/** The same in an environment that ends. */
async function inWorker() {
  const worker = new Worker(__filename);
  // Both may come in one turn.
  const both = [once(worker, 'message'), once(worker, 'exit')];
  const [[message], [code]] = await Promise.all(both);
  return [message, code];
}

const questions = {
  /** Tells how many threads there were while the last copy was in use. */
  async run(reply, { way, times }) {
    let threads;
    for (let i = 0; i < times; i++) {
      const used = await use(load(way));
      threads = ioThreads();
      await close(used);
    }
    reply(threads);
  },
  async keep(reply, { way, times }) {
    for (let i = 0; i < times; i++) kept.push(await use(load(way)));
    reply(true);
  },
  /** Closes the servers; the agents keep a connection each only if their server is kept. */
  async let(reply) {
    for (const one of kept.splice(0)) await close(one);
    reply(true);
  },
  ioThreads: (reply) => reply(ioThreads()),
  async worker(reply, times) {
    const outcomes = [];
    for (let i = 0; i < times; i++) outcomes.push(await inWorker());
    reply(outcomes);
  },
};

if (isMainThread) {
  answer(questions);
  tell('ready');
} else {
  use(load('cache'))
    .then(close)
    .then(() => parentPort.postMessage('done'));
}
