/**
 * Installing a folder's packages by its lock file, and only when something is missing: what lets
 * `npm start`, `npm test` and `npm run bench` work on a clone where nothing was installed before.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../', import.meta.url));

/** Installs what `folder`'s lock file asks for. Returns whether everything is there afterwards. */
export function ensureInstalled(folder = root) {
  if (isInstalled(folder)) return true;
  const name = relative(root, folder) || 'the repository';
  process.stderr.write(`installing the packages of ${name} (npm ci)\n`);
  // Our own `prepare` would build the addon behind npm's silenced output; callers build it openly.
  const args = [
    'ci',
    '--ignore-scripts',
    '--include=dev',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ];
  const status = runNpm(args, folder);
  if (status === 0) return true;
  process.stderr.write(`npm ci failed in ${name}; going on without its packages\n`);
  return false;
}

/** Whether node_modules holds the locked version of every package that is not optional. */
export function isInstalled(folder) {
  const hidden = join(folder, 'node_modules', '.package-lock.json');
  if (!existsSync(hidden)) return false;
  const locked = packagesOf(join(folder, 'package-lock.json'));
  const present = packagesOf(hidden);
  return Object.entries(locked).every(
    ([path, entry]) =>
      path === '' || entry.optional || entry.peer || present[path]?.version === entry.version,
  );
}

function packagesOf(lockFile) {
  try {
    return JSON.parse(readFileSync(lockFile, 'utf8')).packages ?? {};
  } catch {
    return {};
  }
}

function runNpm(args, cwd) {
  const options = { cwd, stdio: ['ignore', 2, 2] };
  // Under npm the path of its own script is known: no shell is needed, not on Windows either.
  const cli = process.env.npm_execpath;
  if (cli && /\.c?js$/.test(cli)) {
    return spawnSync(process.execPath, [cli, ...args], options).status;
  }
  return spawnSync('npm', args, { ...options, shell: process.platform === 'win32' }).status;
}
