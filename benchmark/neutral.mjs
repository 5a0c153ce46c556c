/** The server in limit/: the floor under the servers, and the peer of the clients. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BuildError } from '../lib/internal/build.mjs';
import { cpuSeconds, residentBytes } from './processor.mjs';

const folder = fileURLToPath(new URL('limit/', import.meta.url));
const target = join(folder, 'target');
let built = false;

function build() {
  if (built) return;
  const args = ['build', '--release', '--locked', '--quiet', '--target-dir', target];
  const { error, status } = spawnSync('cargo', args, { cwd: folder, stdio: 'inherit' });
  if (error || status !== 0)
    throw new BuildError('benchmark/limit does not build; is cargo there?');
  built = true;
}

/** Starts it; as a subject of the measurement it looks like any other server. */
export async function startNeutral() {
  build();
  return await startProgram([join(target, 'release', 'rust-http-limit')]);
}

/** Starts a program that prints its port and ends when its standard input does. */
export async function startProgram([command, ...args], env = {}) {
  const child = spawn(command, args, {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  });
  const ended = once(child, 'exit');
  const [line] = await Promise.race([once(child.stdout, 'data'), ended]);
  const port = Number(line);
  if (!(port > 0)) throw new BuildError(`${command} ended before it listened`);
  return {
    url: `http://127.0.0.1:${port}/`,
    cpuSeconds: () => cpuSeconds(child.pid),
    rss: () => residentBytes(child.pid),
    async stop() {
      child.stdin.end();
      await ended;
    },
  };
}
