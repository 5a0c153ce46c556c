/**
 * Memory of connections that are kept alive: in a fresh process each time, resident memory before and
 * after so many connections have had one answer each, both behind a garbage collection.
 */
import { once } from 'node:events';
import net from 'node:net';
import { summarise, takeTurns } from './rounds.mjs';
import { startOwn } from './subject.mjs';
import { within } from './within.mjs';

// What compiles and what is reserved once has to be there before the first look.
const warmUpRequests = 5000;
// At a time; a listener's queue holds some hundreds.
const opening = 100;
const requestLimit = 30;

const request = 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n';
const content = 'Hello, world!';

export async function measureIdle({ workload, contestants, rounds, progress }) {
  const runs = await takeTurns({
    contestants,
    rounds,
    measure: (i) => measureOnce(contestants[i], workload),
    describe: ({ bytes }) => `${(bytes / 1024).toFixed(1)} KiB`,
    progress,
  });
  const ratios = { ratio: { of: 'bytes' } };
  return { rounds, results: summarise({ contestants, runs, figures: ['bytes', 'rss'], ratios }) };
}

async function measureOnce(contestant, workload) {
  const { connections } = workload.idle;
  const server = await startOwn(contestant, workload);
  const sockets = [];
  try {
    const port = Number(new URL(server.url).port);
    await warmUp(port);
    const before = await settledMemory(server);
    while (sockets.length < connections) {
      const some = Array.from({ length: Math.min(opening, connections - sockets.length) }, () =>
        connect(port),
      );
      sockets.push(...some);
      await Promise.all(some.map(ask));
    }
    const rss = await settledMemory(server);
    const lost = sockets.filter((socket) => socket.readableEnded || socket.destroyed).length;
    if (lost > 0) throw new Error(`${lost} of ${connections} connections were not kept alive`);
    return { bytes: (rss - before) / connections, rss };
  } finally {
    for (const socket of sockets) socket.destroy();
    await server.stop();
  }
}

async function warmUp(port) {
  const socket = connect(port);
  try {
    for (let i = 0; i < warmUpRequests; i++) await ask(socket);
  } finally {
    socket.destroy();
  }
}

async function settledMemory(server) {
  const line = await server.ask('collect');
  if (line !== 'collected') throw new Error('its process ended');
  return server.rss();
}

function connect(port) {
  // An error shows in the socket's state, or in the answer that does not come.
  return net.connect({ port, host: '127.0.0.1', noDelay: true }).on('error', () => {});
}

/** Sends one request and waits for the end of its answer. */
async function ask(socket) {
  socket.write(request);
  const answer = readAnswer(socket);
  await within(requestLimit, answer, 'an answer');
}

async function readAnswer(socket) {
  let text = '';
  while (!text.includes(content)) {
    const [chunk] = await once(socket, 'data');
    text += chunk.toString('latin1');
  }
}
