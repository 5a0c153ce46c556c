'use strict';
// npm without a network, in folders that are gone after the test.
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const root = path.join(__dirname, '..', '..');

function folderOf(t) {
  // Its real path: what npm and Node print is compared with it.
  const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'rust-http-packed-')));
  t?.after(() => fs.rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Runs a command; resolves to { status, stdout, stderr }. `env` is all that the process gets. */
function run(command, args, { cwd, env = process.env } = {}) {
  const { NODE_TEST_CONTEXT, NODE_OPTIONS, ...rest } = env;
  const options = { cwd, env: rest, encoding: 'utf8', timeout: 90_000 };
  const result = spawnSync(command, args, options);
  if (result.error) throw result.error;
  return result;
}

/** Where installers put it on Windows. */
const { execPath } = process;
const besideNode = path.join(path.dirname(execPath), 'node_modules', 'npm', 'bin', 'npm-cli.js');

function npm(args, options) {
  const quiet = [...args, '--offline', '--no-audit', '--no-fund', '--loglevel=error'];
  // Where the path of its script is known no shell is needed, not on Windows either.
  const cli = process.env.npm_execpath ?? besideNode;
  if (/\.c?js$/.test(cli) && fs.existsSync(cli))
    return run(process.execPath, [cli, ...quiet], options);
  return run('npm', quiet, options);
}

/** Packs `from` into `folder`; the tarball's path and the paths in it. Builds nothing. */
function pack(from, folder) {
  const result = npm(['pack', '--json', '--ignore-scripts', `--pack-destination=${folder}`], {
    cwd: from,
  });
  if (result.status !== 0) throw new Error(`npm pack: ${result.stderr}`);
  const parsed = JSON.parse(result.stdout);
  const [{ filename, files, size, unpackedSize }] = Array.isArray(parsed)
    ? parsed
    : Object.values(parsed);
  const names = files.map((entry) => entry.path);
  return { file: path.join(folder, filename), files: names, size, unpackedSize };
}

/** An empty project with these tarballs installed; { folder, status, stderr }. */
function project(t, tarballs, { flags = [], env } = {}) {
  const folder = folderOf(t);
  fs.writeFileSync(path.join(folder, 'package.json'), '{ "name": "app", "private": true }\n');
  const cache = `--cache=${path.join(folder, '.cache')}`;
  const result = npm(['install', cache, ...flags, ...tarballs], { cwd: folder, env });
  return { ...result, folder };
}

/** The package as npm would unpack it, changed by `change` and packed anew. */
function repacked(t, change) {
  const folder = folderOf(t);
  const unpacked = path.join(folder, 'package');
  for (const name of pack(root, folder).files) {
    fs.mkdirSync(path.dirname(path.join(unpacked, name)), { recursive: true });
    fs.copyFileSync(path.join(root, name), path.join(unpacked, name));
  }
  change(unpacked);
  return { ...pack(unpacked, folder), unpacked };
}

module.exports = { folderOf, pack, project, repacked, root, run };
