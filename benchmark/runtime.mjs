/** The Node that is measured: a package of npm's, so that it need not be the one that is installed. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BuildError } from '../scripts/build.mjs';

const folder = fileURLToPath(new URL('runtimes/', import.meta.url));
const majorOf = (version) => version.split('.')[0];

/**
 * Runs the program again on the Node of this major version, if it is another one, and returns the exit
 * code; undefined if this is the right one. `current` is always right.
 */
export function runOn(major) {
  if (major === 'current' || majorOf(process.versions.node) === major) return undefined;
  if (!/^\d+$/.test(major))
    throw new BuildError('--runtime wants a major version of Node, or current');
  const { status, signal } = spawnSync(findRuntime(major), process.argv.slice(1), {
    stdio: 'inherit',
  });
  return signal ? 1 : status;
}

function findRuntime(major) {
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const home = join(folder, major);
  const binary = join(home, 'node_modules', name, 'bin', 'node');
  if (!existsSync(binary)) install(name, major, home);
  if (existsSync(binary)) return binary;
  throw new BuildError(
    `there is no package ${name}@${major} to be had; --runtime current takes Node ${process.versions.node}`,
  );
}

function install(name, major, home) {
  mkdirSync(home, { recursive: true });
  process.stderr.write(`installing ${name}@${major} into benchmark/runtimes (about 120 MB)\n`);
  const args = ['install', '--prefix', home, '--ignore-scripts', '--no-audit', '--no-fund'];
  spawnSync('npm', [...args, '--loglevel=error', `${name}@${major}`], {
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
}
