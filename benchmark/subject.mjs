/** The parent's side of a measured process: starting it, and reading what the kernel knows of it. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { startNeutral } from './neutral.mjs';
import { peerCommand, peerNames } from './peers.mjs';
import { residentBytes, usage } from './processor.mjs';
import { startProgram } from './program.mjs';
import { within } from './within.mjs';

const script = (name) => fileURLToPath(new URL(name, import.meta.url));
// Beyond what a measurement takes by itself.
const startLimit = 60;
const grace = 30;

/** A server that `generator` is let loose on; `env` is added to its environment. */
export async function startServer(contestant, workload, generator, env = {}) {
  const server =
    contestant === 'limit' ? await startNeutral() : await startOwn(contestant, workload, env);
  const url = workload.secure ? server.url.replace('http:', 'https:') : server.url;
  return {
    ...server,
    url,
    async run(seconds) {
      server.checkAlive();
      const load = await generator.run(url, workload.load, seconds);
      server.checkAlive();
      return load;
    },
  };
}

/** A server in JavaScript, which nothing is let loose on yet. */
export async function startOwn(contestant, workload, env) {
  const runtime = peerNames.includes(contestant) ? peerCommand(contestant) : [process.execPath];
  return await startProgram([...runtime, script('serve.mjs'), contestant, workload.name], env);
}

/** A client that loads the server at `url`. */
export async function startClient(contestant, workload, url) {
  return await startDriven('request.mjs', [contestant, workload.name, url], url);
}

/** A server and what asks it, in one process. */
export async function startPair(contestant, workload) {
  return await startDriven('pair.mjs', [contestant, workload.name]);
}

/** A process that makes its own load, as its parent says. */
async function startDriven(name, args, url) {
  const child = fork(script(name), args);
  const stop = () => endChild(child);
  try {
    await nextMessage(child, startLimit);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url,
    usage: () => usage(child.pid),
    rss: () => residentBytes(child.pid),
    async run(seconds) {
      if (!child.connected) throw new Error('its process has ended');
      child.send({ seconds });
      return await nextMessage(child, seconds + grace);
    },
    stop,
  };
}

function nextMessage(child, limit) {
  const message = new Promise((resolve, reject) => {
    const ended = (code, signal) => reject(new Error(`its process ended with ${signal ?? code}`));
    child.once('exit', ended);
    child.once('error', reject);
    child.once('message', (value) => {
      child.removeListener('exit', ended);
      child.removeListener('error', reject);
      resolve(value);
    });
  });
  return within(limit, message, 'its result');
}

async function endChild(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  if (child.connected) child.disconnect();
  const timer = setTimeout(() => child.kill('SIGKILL'), 5000);
  await ended;
  clearTimeout(timer);
}
