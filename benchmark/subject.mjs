/** The parent's side of a measured process: starting it, and reading what the kernel knows of it. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { cpuSeconds, residentBytes } from './processor.mjs';

const script = fileURLToPath(new URL('serve.mjs', import.meta.url));

export async function startSubject(contestant, workload) {
  const child = fork(script, [contestant, workload.name]);
  const port = await new Promise((resolve, reject) => {
    child.once('message', ({ port }) => resolve(port));
    child.once('exit', (code) =>
      reject(new Error(`${contestant} ended with ${code} before it listened`)),
    );
    child.once('error', reject);
  });
  return {
    url: `http://127.0.0.1:${port}/`,
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
