/**
 * Building the addon from source: for a clone, a git dependency, a tarball on a system that its
 * binary does not fit, and the test runner; never for a release (its binaries are packages of their
 * own). Needs no package.
 *
 *   node scripts/build.mjs --bootstrap   install packages, build when missing or stale
 *   node scripts/build.mjs --prepare     build when missing or stale; without cargo, say so and pass
 *   node scripts/build.mjs --install     build when no binary loads; without cargo, say so and
 *                                             fail, but pass in a clone
 *   node scripts/build.mjs --check       build nothing; fail when missing or stale
 *   node scripts/build.mjs --force       build in any case (with --debug: unoptimised)
 *
 * RUST_HTTP_SKIP_BUILD=1 turns building off (packaging, distributions).
 */
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureInstalled, root } from './install.mjs';

const outputDir = join(root, 'lib', 'wire');
const loader = join(outputDir, 'binding.js');
const bundler = join(root, 'scripts', 'bundle.mjs');
const addon = join(outputDir, `rust-http.${platformName()}.node`);
const sources = ['src', 'Cargo.toml', 'Cargo.lock', 'build.rs'];
const isDependency = root.split(/[\\/]/).includes('node_modules');
const napiCli = join(root, 'node_modules', '@napi-rs', 'cli', 'dist', 'cli.js');

/** A reason that the user can act on; shown without a stack. */
export class BuildError extends Error {}

/** 'fresh', 'stale' (older than a source) or 'missing'. */
export function addonState() {
  if (!existsSync(addon) || !existsSync(loader)) return 'missing';
  return newest(sources.map((name) => join(root, name))) > mtime(addon) ? 'stale' : 'fresh';
}

/** Packages, addon and bundle as a test run or the example needs them; throws BuildError. */
export function bootstrap() {
  ensureInstalled(root);
  ensureBuilt();
}

/** Builds in release mode if the addon is missing or stale, and bundles; throws BuildError. */
export function ensureBuilt() {
  bundle();
  const state = addonState();
  if (state === 'fresh') return;
  if (buildingIsOff()) {
    if (state === 'stale') return;
    throw new BuildError('the addon is missing and RUST_HTTP_SKIP_BUILD forbids building it');
  }
  build();
}

/** Joins the files of lib to a few, in a clone: a package has those, and not the bundler. */
function bundle() {
  if (existsSync(bundler)) run(process.execPath, [bundler], { stdio: ['ignore', 2, 2] });
}

/** Compiles and puts the addon and its loader into lib/wire, and bundles; throws BuildError. */
export function build({ debug = false } = {}) {
  bundle();
  requireCargo();
  process.stderr.write(`building the addon (${debug ? 'debug' : 'release'} mode)\n`);
  const begun = new Date();
  if (napiCliRuns()) buildWithNapiCli(debug);
  else buildWithCargo(debug);
  // The tool may leave a hard link to cargo's own file, whose time is cargo's business.
  replaceFile(addon, addon);
  // A source changed while the compiler ran must count as newer than the result.
  utimesSync(addon, begun, begun);
  const { status, stderr } = load();
  if (status !== 0) throw new BuildError(`the addon was built but does not load:\n${stderr}`);
}

/** Loads the addon in a process of its own, whose output is its version. */
function load() {
  const program = 'console.log(require(process.argv[1]).version())';
  return spawnSync(process.execPath, ['-e', program, loader], { encoding: 'utf8' });
}

function buildWithNapiCli(debug) {
  const args = ['build', '--platform', '--output-dir', outputDir, '--js', 'binding.js'];
  args.push('--dts', 'binding.d.ts', ...(debug ? [] : ['--release']), '--', '--locked');
  run(process.execPath, [napiCli, ...args], { stdio: ['ignore', 2, 2] });
}

// The road without @napi-rs/cli: a production install, or a Node that the tool does not support.
function buildWithCargo(debug) {
  replaceFile(compileLibrary(debug ? [] : ['--release']), addon);
  rmSync(join(outputDir, 'binding.d.ts'), { force: true });
  writeLoader();
}

/** Compiles the library with cargo alone; returns where cargo has put it. Throws BuildError. */
export function compileLibrary(args, options) {
  const all = ['build', '--lib', '--locked', '--message-format=json-render-diagnostics', ...args];
  const { stdout } = run('cargo', all, {
    stdio: ['ignore', 'pipe', 2],
    maxBuffer: 1 << 28,
    ...options,
  });
  const library = String(stdout)
    .split('\n')
    .filter((line) => line.includes('"cdylib"') && line.includes('"compiler-artifact"'))
    .flatMap((line) => JSON.parse(line).filenames)
    .find((file) => /\.(so|dylib|dll)$/.test(file));
  if (!library) throw new BuildError('cargo named no library among its results');
  return library;
}

/** A loader that knows the file beside it, and the variable that the generated one reads. */
function writeLoader() {
  const name = `./rust-http.${platformName()}.node`;
  writeFileSync(
    loader,
    '// Written by build.mjs, which built without @napi-rs/cli.\n' +
      `module.exports = require(process.env.NAPI_RS_NATIVE_LIBRARY_PATH || '${name}');\n`,
  );
}

/** For who brings an addon of their own, by NAPI_RS_NATIVE_LIBRARY_PATH. */
export function ensureLoader() {
  if (!existsSync(loader)) writeLoader();
}

/** Copies, and renames into place: a running process may have the old file mapped. */
function replaceFile(from, to) {
  copyFileSync(from, `${to}.new`);
  renameSync(`${to}.new`, to);
}

function run(command, args, options) {
  const result = spawnSync(command, args, { cwd: root, ...options });
  if (result.error) throw new BuildError(`${command} did not start: ${result.error.message}`);
  if (result.status !== 0) throw new BuildError('the build failed; its output is above');
  return result;
}

function requireCargo() {
  const wanted = /^rust-version\s*=\s*"([\d.]+)"/m.exec(
    readFileSync(join(root, 'Cargo.toml'), 'utf8'),
  )?.[1];
  const { status, stdout } = spawnSync('cargo', ['--version'], { cwd: root, encoding: 'utf8' });
  const found = status === 0 ? /\d+\.\d+(\.\d+)?/.exec(stdout)?.[0] : undefined;
  if (found && !isOlder(found, wanted)) return;
  const verdict = found ? `cargo ${found} is too old` : 'cargo was not found';
  throw new BuildError(
    `rust-http is built from source here and needs Rust ${wanted} or newer, but ${verdict}.\n` +
      'Install it from https://rustup.rs and run the command again.' +
      (isDependency ? ` A release has the binary as package rust-http-${platformName()}.` : ''),
  );
}

function isOlder(found, wanted = '0') {
  const [a, b] = [found, wanted].map((version) => version.split('.').map(Number));
  const at = [0, 1, 2].find((i) => (a[i] ?? 0) !== (b[i] ?? 0));
  return at !== undefined && (a[at] ?? 0) < (b[at] ?? 0);
}

/** The versions of Node that @napi-rs/cli 3 supports; the addon itself runs on older ones. */
function napiCliRuns() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const supported =
    (major === 20 && minor >= 17) ||
    (major === 22 && minor >= 13) ||
    (major === 23 && minor >= 5) ||
    major > 23;
  return supported && existsSync(napiCli);
}

/** Named as the generated loader expects: platform, processor, C library. */
function platformName() {
  const { platform, arch } = process;
  if (platform === 'win32') return `win32-${arch}-msvc`;
  if (platform !== 'linux') return `${platform}-${arch}`;
  const glibc = process.report?.getReport?.().header.glibcVersionRuntime;
  const libc = glibc ? 'gnu' : 'musl';
  return `linux-${arch}-${arch === 'arm' ? `${libc}eabihf` : libc}`;
}

function buildingIsOff() {
  return !['', '0', undefined].includes(process.env.RUST_HTTP_SKIP_BUILD);
}

function newest(paths) {
  return Math.max(...paths.map((path) => (isFolder(path) ? newestIn(path) : mtime(path))));
}

function newestIn(folder) {
  // The folder's own time counts too: a deleted file leaves no other trace.
  return Math.max(mtime(folder), newest(readdirSync(folder).map((name) => join(folder, name))));
}

function isFolder(path) {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function mtime(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function prepare() {
  bundle();
  if (buildingIsOff() || addonState() === 'fresh') return;
  try {
    requireCargo();
  } catch (error) {
    // A clone opened only to be read or edited must install; `npm test` will insist.
    process.stderr.write(`${error.message}\nGoing on without the addon.\n`);
    return;
  }
  build();
}

/**
 * After the package was put into node_modules. The times of its files say nothing there, so what
 * counts is whether a binary loads: the one beside the loader, or a package for this platform.
 */
function install() {
  const { status, stdout } = load();
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  if ((status === 0 && stdout.trim() === version) || buildingIsOff()) return;
  if (!isDependency) return prepare();
  process.stderr.write(`rust-http: no binary for ${platformName()} came with the package\n`);
  build();
  // Hundreds of megabytes, and nobody would build here again.
  rmSync(join(root, 'target'), { recursive: true, force: true });
}

function check() {
  const state = addonState();
  if (state === 'fresh') return;
  requireCargo();
  throw new BuildError(`the addon is ${state}; build it with \`npm run build\``);
}

function main(flags) {
  if (flags.includes('--force')) build({ debug: flags.includes('--debug') });
  else if (flags.includes('--prepare')) prepare();
  else if (flags.includes('--install')) install();
  else if (flags.includes('--check')) check();
  else if (flags.includes('--bootstrap')) bootstrap();
  else throw new BuildError('say one of --bootstrap, --prepare, --install, --check, --force');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  try {
    main(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    process.stderr.write(`\n${error.message}\n`);
    process.exitCode = 1;
  }
}
