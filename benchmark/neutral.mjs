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
  const child = spawn(join(target, 'release', 'rust-http-limit'), {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [line] = await once(child.stdout, 'data');
  return {
    url: `http://127.0.0.1:${Number(line)}/`,
    cpuSeconds: () => cpuSeconds(child.pid),
    rss: () => residentBytes(child.pid),
    async stop() {
      const ended = once(child, 'exit');
      child.stdin.end(); // it ends with its input
      await ended;
    },
  };
}
