/** Other runtimes that have a `node:http`: their binaries, from npm, installed when they take part. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BuildError } from '../scripts/build.mjs';
import { installedVersion, wantedVersion } from './packages.mjs';

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

let tried = false;

/** Fails when the registry cannot be reached or has no binary for this machine. */
export function preparePeer(name) {
  if (!isPresent(name)) install();
  if (isPresent(name)) return;
  throw new BuildError(
    `${name} is not installed; run \`npm install --prefix benchmark/peers\` where it is to be had`,
  );
}

export function peerVersion(name) {
  return installedVersion(folder, name);
}

/** Program and arguments that run a script. */
export function peerCommand(name) {
  const peer = peers[name];
  return [findBinary(peer), ...peer.args];
}

function isPresent(name) {
  return peerVersion(name) === wantedVersion(folder, name) && findBinary(peers[name]) !== undefined;
}

/**
 * Without a lock file (see .npmrc there): both pin the binaries they bring, and `npm ci` wants those
 * of every system in it, which not every registry has.
 */
function install() {
  if (tried) return;
  tried = true;
  process.stderr.write('installing the packages of benchmark/peers (about 200 MB)\n');
  const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  spawnSync('npm', args, {
    cwd: folder,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
}

function findBinary({ scope, binary, moved }) {
  const scoped = join(modules, scope);
  const found = existsSync(scoped) ? readdirSync(scoped) : [];
  const places = found.map((name) => join(scoped, name, binary));
  if (moved) places.push(join(modules, moved));
  return places.find((path) => existsSync(path));
}
