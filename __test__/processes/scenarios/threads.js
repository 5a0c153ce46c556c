'use strict';
// Worker threads that end amid traffic, and what is given from thread to thread.
const { parentPort, workerData } = require('node:worker_threads');
const world = require('../world');
const { ANSWER, UPGRADE, ask, connections, dial, get, http, listen, log, message, thread } = world;

const forever = () => {
  parentPort.postMessage('busy');
  for (;;);
};

/** What a handler does behind its answer, whole or not. */
const deeds = {
  exit: () => process.exit(3),
  'exit in a tick': () => process.nextTick(() => process.exit(3)),
  'exit in an exit': () => {
    process.on('exit', () => process.exit(4));
    process.exit(3);
  },
  throw: () => {
    throw new Error('in a thread');
  },
  reject: () => {
    Promise.reject(new Error('in a thread'));
  },
  'take all memory': () => {
    for (const all = []; ; ) all.push(new Array(100_000).fill(all.length));
  },
  'be terminated': forever,
};

/** Threads end behind and amid an answer, while other connections are idle, upgraded and amid an answer. */
const behindAnswers = {
  async main() {
    for (const deed of Object.keys(deeds))
      for (const answer of ['end', 'write']) await ending(deed, answer);
  },
  thread() {
    const [deed, answer] = workerData;
    const server = http.createServer((req, res) => {
      if (req.url === '/') res.end('answered');
      else if (req.url === '/held') res.write('held');
      else {
        res[answer]('what was answered');
        deeds[deed]();
      }
    });
    server.on('upgrade', (_req, socket) => socket.write(ANSWER));
    server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
  },
};

async function ending(deed, answer) {
  const resourceLimits = { maxOldGenerationSizeMb: 32 };
  const server = thread('thread', { resourceLimits, workerData: [deed, answer] });
  server.on('error', ({ code, message }) => log('error', code ?? message));
  const port = await message(server);
  const others = [
    await dial(port, get('/')).until('answered'),
    await dial(port, UPGRADE).until('\r\n\r\n'),
    await dial(port, get('/held')).until('held'),
  ];
  const client = dial(port, get('/deed'));
  if (deed === 'be terminated') {
    await message(server);
    log('terminated', await server.terminate());
  }
  log(deed, answer, await server.ended, (await client.closed).text, client.error);
  for (const other of others) log((await other.closed).error);
  log(await ask(port));
}

/** A client's thread ends with a response under way; its server sees that. */
const clientEnds = (end) => ({
  async main() {
    const server = http.createServer((_req, res) => res.write('begun'));
    const port = await listen(server);
    const client = thread('thread', { workerData: port });
    if (end === 'terminate') {
      await message(client);
      log('terminated', await client.terminate());
    }
    log(await client.ended);
    await world.until(async () => (await connections(server)) === 0);
    server.close(() => log('closed'));
  },
  thread() {
    const req = http.get({ port: workerData, host: '127.0.0.1' }, (res) =>
      res.once('data', () => {
        if (end === 'exit') process.exit(2);
        parentPort.postMessage('begun');
      }),
    );
    req.on('error', ({ code }) => log('error', code)).on('close', () => log('close'));
  },
});

/** What a request brings is transferred to a thread, which counts it. */
const transferred = {
  async main() {
    const counter = thread();
    const server = http.createServer((req, res) => {
      req.on('data', (chunk) => {
        const whole = chunk.byteOffset === 0 && chunk.length === chunk.buffer.byteLength;
        counter.postMessage(chunk, [chunk.buffer]);
        log(whole, chunk.length);
      });
      req.on('end', () => counter.postMessage('how many?'));
      counter.on('message', (count) => res.end(String(count)));
    });
    const port = await listen(server);
    const content = 'x'.repeat(1000);
    const head = `POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 1000\r\n\r\n`;
    log((await dial(port, head + content).closed).content);
    server.close();
    await counter.terminate();
  },
  thread() {
    let count = 0;
    parentPort.on('message', (given) => {
      if (given === 'how many?') parentPort.postMessage(count);
      else count += given.length;
    });
  },
};

/** What is being sent is transferred away: the peer gets that, or less, and nobody else's memory. */
async function transferredAway() {
  const server = http.createServer((_req, res) => {
    const content = new Uint8Array(4_000_000).fill(97);
    res.on('error', () => {});
    res.end(content);
    structuredClone(content.buffer, { transfer: [content.buffer] });
    log('left', content.length);
  });
  const port = await listen(server);
  const { text } = await dial(port, get('/', 'Connection: close\r\n')).closed;
  log(/\r\n\r\n[a\0]*$/.test(text));
  server.close();
}

/** Threads load the module, serve and end by themselves, one behind the other. */
const inSequence = {
  async main() {
    const { readdirSync } = require('node:fs');
    const count = (what) => readdirSync(`/proc/self/${what}`).length;
    const one = () => thread().ended;
    await one();
    await one();
    const before = [count('fd'), count('task')];
    for (let i = 0; i < 4; i++) await Promise.all([one(), one()]);
    log(['fd', 'task'].map((what, i) => count(what) <= before[i]));
  },
  async thread() {
    const server = http.createServer((_req, res) => res.end('ok'));
    const port = await listen(server);
    const text = await world.request(port);
    if (text !== 'ok') log(text);
    server.close();
    http.globalAgent.destroy();
  },
};

module.exports = {
  'threads end behind and amid answers': behindAnswers,
  'a client thread is terminated': clientEnds('terminate'),
  'a client thread exits': clientEnds('exit'),
  'what was received is transferred': transferred,
  'what is being sent is transferred': transferredAway,
  'threads begin and end': inSequence,
};
