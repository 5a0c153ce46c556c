/** Other runtimes that have a `node:http`: their binaries, from npm, installed when asked for. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BuildError } from '../lib/internal/build.mjs';
import { ensureInstalled } from '../lib/internal/install.mjs';

const folder = fileURLToPath(new URL('peers/', import.meta.url));
const modules = join(folder, 'node_modules');

const peers = {
  // Where install scripts are allowed to run, bun's moves the binary.
  bun: {
    scope: '@oven',
    binary: join('bin', 'bun'),
    moved: join('bun', 'bin', 'bun.exe'),
    args: ['run'],
  },
  deno: { scope: '@deno', binary: 'deno', args: ['run', '--allow-all', '--no-lock'] },
};

export const peerNames = Object.keys(peers);

/** Fails when the registry cannot be reached or has no binary for this machine. */
export function preparePeer(name) {
  ensureInstalled(folder);
  if (!findBinary(peers[name])) throw new BuildError(`${name} cannot be had for this machine`);
}

/** Program and arguments that run a script. */
export function peerCommand(name) {
  const peer = peers[name];
  return [findBinary(peer), ...peer.args];
}

function findBinary({ scope, binary, moved }) {
  const scoped = join(modules, scope);
  const found = existsSync(scoped) ? readdirSync(scoped) : [];
  const places = found.map((name) => join(scoped, name, binary));
  if (moved) places.push(join(modules, moved));
  return places.find((path) => existsSync(path));
}
