// @timeout 240
'use strict';
// The tarball: what is in it, and that it works in an empty project.
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { folderOf, pack, project, repacked, root, run } = require('./npm');

const limit = { timeout: 100_000 };
const isBinary = (name) => name.endsWith('.node');
const [binary] = fs.readdirSync(path.join(root, 'lib', 'wire')).filter(isBinary);
const platform = binary.replace(/^rust-http\.|\.node$/g, '');

const allowed = [
  /^(package\.json|README\.md|LICENSE|CHANGELOG\.md|Cargo\.toml|Cargo\.lock|build\.rs)$/,
  /^(index|https)\.(js|d\.ts)$/,
  /^lib\/([a-z-]+\/)*[a-z-]+\.(js|mjs|d\.ts)$/,
  /^lib\/bundle\/(core|later)\.js\.map$/,
  /^lib\/wire\/rust-http\.[a-z0-9-]+\.node$/,
  /^scripts\/(build|install)\.mjs$/,
  /^src\/([a-z]+\/)*[a-z0-9_]+\.rs$/,
  /^benches\/[a-z]+\.rs$/,
];

/** Servers in each form of import, asked by the package's own client. */
const programs = {
  'hello.cjs': `
    const http = require('rust-http');
    const server = http.createServer((req, res) => res.end('Hello from Rust'));
    server.listen(0, () => http.get({ port: server.address().port, agent: false }, (res) => {
      res.on('data', (data) => console.log(String(data))).on('end', () => server.close());
    }));`,
  'named.mjs': `
    import http, { createServer, get } from 'rust-http';
    import { createRequire } from 'node:module';
    const { version } = createRequire(import.meta.url)('rust-http/package.json');
    const server = createServer((req, res) => res.end('version ' + version));
    server.listen(0, () => get({ port: server.address().port, agent: false }, (res) => {
      res.on('data', (data) => console.log(String(data), server instanceof http.Server))
        .on('end', () => server.close());
    }));`,
  'registered.cjs': `
    const server = require('http').createServer((req, res) => res.end('registered'));
    server.listen(0, () => require('http').get({ port: server.address().port, agent: false }, (res) => {
      res.on('data', (data) => console.log(String(data),
        server instanceof require('rust-http').Server,
        require('https').Agent === require('rust-http/https').Agent)).on('end', () => server.close());
    }));`,
};

/** Runs the programs in a project; what they print. */
function output(folder) {
  const { version } = require('../../package.json');
  for (const [name, text] of Object.entries(programs))
    fs.writeFileSync(path.join(folder, name), text);
  const print = (...args) => {
    const { stdout, stderr } = run(process.execPath, args, { cwd: folder });
    return stdout + stderr;
  };
  assert.strictEqual(print('hello.cjs'), 'Hello from Rust\n');
  assert.strictEqual(print('named.mjs'), `version ${version} true\n`);
  for (const flag of ['-r', '--import'])
    assert.strictEqual(
      print(flag, 'rust-http/register', 'registered.cjs'),
      'registered true true\n',
    );
}

test('it holds the package and nothing else', limit, (t) => {
  const { files, size } = pack(root, folderOf(t));
  const others = files.filter((name) => !allowed.some((pattern) => pattern.test(name)));
  assert.deepStrictEqual(others, []);
  for (const name of [
    'index.js',
    'index.d.ts',
    'https.js',
    'https.d.ts',
    'lib/register.js',
    'lib/register.d.ts',
    'lib/bundle/core.js',
    'lib/bundle/later.js',
    'lib/wire/binding.js',
    'scripts/build.mjs',
    'src/lib.rs',
    'Cargo.lock',
    'LICENSE',
  ]) {
    assert.ok(files.includes(name), name);
  }
  assert.ok(size < 3_000_000, `${size} bytes`);
});

test('installed in an empty project it runs, and nothing is built', limit, (t) => {
  const { file } = pack(root, folderOf(t));
  const { folder, status, stderr } = project(t, [file]);
  assert.strictEqual(status, 0, stderr);
  assert.deepStrictEqual(
    fs.readdirSync(path.join(folder, 'node_modules')).filter((name) => !name.startsWith('.')),
    ['rust-http'],
  );
  output(folder);
});

test('what is in it is all that cargo needs', limit, (t) => {
  const { status: hasCargo } = spawnCargo(['--version'], root);
  if (hasCargo !== 0) return t.skip('no cargo here');
  const { unpacked } = repacked(t, () => {});
  const { status, stderr } = spawnCargo(
    ['metadata', '--no-deps', '--offline', '--locked', '--format-version', '1'],
    unpacked,
  );
  assert.strictEqual(status, 0, stderr);
  const modules = fs.readFileSync(path.join(unpacked, 'src', 'lib.rs'), 'utf8');
  for (const [, name] of modules.matchAll(/^(?:pub )?mod (\w+);/gm))
    assert.ok(fs.existsSync(path.join(unpacked, 'src', name, 'mod.rs')), name);
});

function spawnCargo(args, cwd) {
  try {
    return run('cargo', args, { cwd });
  } catch (error) {
    return { status: 1, stderr: error.message };
  }
}

test('the binary comes from the package of the platform', limit, (t) => {
  const main = repacked(t, (folder) => fs.rmSync(path.join(folder, 'lib', 'wire', binary)));
  assert.ok(!main.files.some(isBinary));
  // As @napi-rs/cli makes it on release.
  const made = folderOf(t);
  fs.copyFileSync(path.join(root, 'package.json'), path.join(made, 'package.json'));
  const cli = path.join(root, 'node_modules', '@napi-rs', 'cli', 'dist', 'cli.js');
  const { status: created, stderr: reason } = run(process.execPath, [cli, 'create-npm-dirs'], {
    cwd: made,
  });
  if (created !== 0) return t.skip(`@napi-rs/cli does not run here: ${reason.split('\n')[0]}`);
  const names = fs.readdirSync(path.join(made, 'npm'));
  assert.deepStrictEqual(names.sort(), [
    'darwin-arm64',
    'darwin-x64',
    'linux-arm64-gnu',
    'linux-arm64-musl',
    'linux-x64-gnu',
    'linux-x64-musl',
    'win32-arm64-msvc',
    'win32-x64-msvc',
  ]);
  if (!names.includes(platform)) return t.skip(`no package for ${platform}`);
  const own = path.join(made, 'npm', platform);
  fs.copyFileSync(path.join(root, 'lib', 'wire', binary), path.join(own, binary));
  const {
    name,
    os,
    cpu,
    main: file,
  } = JSON.parse(fs.readFileSync(path.join(own, 'package.json'), 'utf8'));
  assert.deepStrictEqual(
    [name, os, cpu, file],
    [`rust-http-${platform}`, [process.platform], [process.arch], binary],
  );
  const { folder, status, stderr } = project(t, [main.file, pack(own, made).file]);
  assert.strictEqual(status, 0, stderr);
  output(folder);
});

test('the workflow builds a binary for each platform that the package names', limit, () => {
  const workflow = fs.readFileSync(path.join(root, '.github', 'workflows', 'build.yml'), 'utf8');
  const built = [...workflow.matchAll(/^ +- target: (\S+)$/gm)].map(([, target]) => target);
  assert.deepStrictEqual(built.sort(), require('../../package.json').napi.targets.sort());
});

test('workflows name what they use by its commit', limit, () => {
  const folder = path.join(root, '.github', 'workflows');
  for (const name of fs.readdirSync(folder)) {
    const workflow = fs.readFileSync(path.join(folder, name), 'utf8');
    for (const [, used] of workflow.matchAll(/^ +(?:- )?uses: (.+)$/gm))
      assert.match(used, /^(\.\/.+|[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+)$/, name);
  }
});

test('without a binary and without cargo, npm says what is missing', limit, (t) => {
  const { file } = repacked(t, (folder) => {
    fs.rmSync(path.join(folder, 'lib', 'wire', binary));
  });
  // Nothing but Node and npm on the path.
  const bin = folderOf(t);
  const env = { ...process.env, PATH: bin, RUST_HTTP_SKIP_BUILD: '' };
  if (process.platform === 'win32') return t.skip('the path of npm.cmd is not known');
  for (const name of ['node', 'sh', 'npm']) {
    const found = process.env.PATH.split(path.delimiter)
      .map((folder) => path.join(folder, name))
      .find((candidate) => fs.existsSync(candidate));
    if (found) fs.symlinkSync(name === 'node' ? process.execPath : found, path.join(bin, name));
  }
  const failed = project(t, [file], { env });
  assert.notStrictEqual(failed.status, 0);
  assert.match(failed.stderr, /needs Rust \d+\.\d+ or newer, but cargo was not found/);
  assert.match(failed.stderr, /https:\/\/rustup\.rs/);
  assert.ok(failed.stderr.includes(`rust-http-${platform}`), failed.stderr);

  // Where scripts do not run, the loader says so.
  const { folder, status } = project(t, [file], { flags: ['--ignore-scripts'] });
  assert.strictEqual(status, 0);
  const { stderr } = run(process.execPath, ['-e', "require('rust-http')"], { cwd: folder });
  assert.match(stderr, /Cannot find (native binding|module)/);
});
