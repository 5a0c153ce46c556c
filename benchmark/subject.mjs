/** The parent's side of a measured process: starting it, and reading what the kernel knows of it. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { startNeutral, startProgram } from './neutral.mjs';
import { peerCommand, peerNames } from './peers.mjs';
import { cpuSeconds, residentBytes } from './processor.mjs';

const script = (name) => fileURLToPath(new URL(name, import.meta.url));

/** A server that `generator` is let loose on; `env` is added to its environment. */
export async function startServer(contestant, workload, generator, env = {}) {
  const server =
    contestant === 'limit'
      ? await startNeutral()
      : await startProgram(
          [...runtimeOf(contestant), script('serve.mjs'), contestant, workload.name],
          env,
        );
  return { ...server, run: (seconds) => generator.run(server.url, workload.load, seconds) };
}

function runtimeOf(contestant) {
  return peerNames.includes(contestant) ? peerCommand(contestant) : [process.execPath];
}

/** A client that loads the server at `url`. */
export async function startClient(contestant, workload, url) {
  const child = fork(script('request.mjs'), [contestant, workload.name, url]);
  await firstMessage(child, contestant);
  const run = async (seconds) => {
    child.send({ seconds });
    return await firstMessage(child, contestant);
  };
  return { url, run, ...common(child) };
}

function firstMessage(child, contestant) {
  return new Promise((resolve, reject) => {
    const ended = (code) => reject(new Error(`${contestant} ended with ${code} before its time`));
    child.once('exit', ended);
    child.once('error', reject);
    child.once('message', (message) => {
      child.removeListener('exit', ended);
      resolve(message);
    });
  });
}

function common(child) {
  return {
    cpuSeconds: () => cpuSeconds(child.pid),
    rss: () => residentBytes(child.pid),
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.disconnect();
      await ended;
    },
  };
}
