/** The server in limit/: the floor under the servers, and the peer of the clients. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BuildError } from '../scripts/build.mjs';
import { cert, key } from './certificate.mjs';
import { startProgram } from './program.mjs';

const folder = fileURLToPath(new URL('limit/', import.meta.url));
const target = join(folder, 'target');
let built = false;

/** Builds it when that has not been done. */
export function prepareNeutral() {
  if (built) return;
  const args = ['build', '--release', '--locked', '--quiet', '--target-dir', target];
  const { error, status } = spawnSync('cargo', args, { cwd: folder, stdio: 'inherit' });
  if (error || status !== 0)
    throw new BuildError('benchmark/limit does not build; is cargo there?');
  built = true;
}

/** The program whose requests come at random moments. */
export function lightProgram() {
  prepareNeutral();
  return join(target, 'release', 'light');
}

/** Starts it; as a subject of the measurement it looks like any other server. */
export async function startNeutral() {
  prepareNeutral();
  return await startProgram([join(target, 'release', 'rust-http-limit')]);
}

/** Starts the same for clients over TLS. */
export async function startSecureNeutral() {
  prepareNeutral();
  const server = await startProgram([join(target, 'release', 'rust-http-limit'), cert, key]);
  return { ...server, url: server.url.replace('http:', 'https:') };
}
