/**
 * `npm run test:asan [-- WORD...]`: the Rust tests below the bridge and what the addon does with the
 * memory of JavaScript, sockets and threads, under the address sanitizer. Ends in one line of counts,
 * as `npm test` does; a report of the sanitizer in any process is a failure.
 *
 *   WORD...      only the JavaScript files whose path contains one of the words, and no Rust tests
 *   --jobs N     JavaScript files at a time (default: half the cores)
 *   --limit M    minutes for the whole run (default 100)
 *
 * Needs a nightly compiler, `cc` and `ar`, on Linux. With the compiler's component rust-src the
 * standard library is instrumented, too.
 */
import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { BuildError } from '../../scripts/build.mjs';
import { ensureInstalled, root } from '../../scripts/install.mjs';
import { runCargo } from '../runner/cargo.mjs';
import { findNightly, hasSource, leaveOut } from '../runner/nightly.mjs';
import { runNode } from '../runner/node.mjs';
import { Tally } from '../runner/tally.mjs';
import { buildAddon, buildFault, buildRuntime, settings } from './build.mjs';
import { FAULT, headline, isFault, Reports } from './reports.mjs';

/** Where memory, descriptors and threads are given away, kept, shared or ended. */
const WORDS = [
  'edge/',
  'workers/',
  'server/upgrade',
  'server/sockets',
  'client/handover',
  'client/sockets',
  'https/native',
];
/** How many times as long a file may take. */
const PATIENCE = 3;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    jobs: { type: 'string', default: String(Math.max(1, availableParallelism() >> 1)) },
    limit: { type: 'string', default: '100' },
  },
});
const deadline = Date.now() + Number(values.limit) * 60_000;
const tally = new Tally();
const reports = new Reports();

try {
  const nightly = process.platform === 'linux' && findNightly();
  if (nightly) await run(nightly);
  else if (process.platform !== 'linux') leaveOut(tally, 'the address sanitizer', 'only on Linux');
  else leaveOut(tally, 'the address sanitizer', 'there is no nightly compiler');
} finally {
  reports.remove();
}
process.stdout.write(tally.report());
process.exitCode = tally.failed > 0 || tally.total === 0 ? 1 : 0;

async function run(nightly) {
  const withStd = hasSource(nightly);
  process.stdout.write(`== ${nightly.version}, address sanitizer\n`);
  if (!withStd) process.stdout.write('no rust-src: the standard library is not instrumented\n');
  const { args, env } = settings(nightly, { withStd });
  if (positionals.length === 0) {
    const options = { ASAN_OPTIONS: reports.options('cargo test', { leaks: true }) };
    const of = ['pure rooms', 'with io'];
    await runCargo({ tally, deadline, of, args, env: { ...env, ...options } });
    judge();
  }
  try {
    ensureInstalled(root);
    const under = underSanitizer(buildRuntime(nightly), buildAddon({ args, env }));
    assertFound(buildFault(nightly), under);
    assertLoaded(under);
    await runNode({
      tally,
      deadline,
      words: positionals.length > 0 ? positionals : WORDS,
      jobs: Number(values.jobs),
      timeout: 240_000,
      patience: PATIENCE,
      env: under,
    });
    judge();
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    tally.fail('the addon', error.message);
  }
}

/** The environment of a Node that loads the addon, for what is run under `name`. */
function underSanitizer(runtime, addon) {
  return (name) => ({
    LD_PRELOAD: runtime,
    NAPI_RS_NATIVE_LIBRARY_PATH: addon,
    // V8 frees nothing at a process's end.
    ASAN_OPTIONS: reports.options(name),
    RUST_HTTP_SANITIZER: 'address',
  });
}

/** Every report that is there is a failure. */
function judge() {
  for (const report of reports.take()) {
    process.stdout.write(`\n${report.name}:\n${report.text}\n`);
    if (isFault(report)) tally.fail(report.name, headline(report));
  }
}

/** Else the silence of all others says nothing. */
function assertFound(fault, under) {
  const { status, stderr } = node(`require(${JSON.stringify(fault)})`, under('fault'));
  const found = reports.take().some((report) => /heap-use-after-free/.test(headline(report)));
  if (status === FAULT && found) tally.add({ passed: 1 });
  else tally.fail('a planted fault', `not found: the process ended with ${status}\n${stderr}`);
}

/** The addon that was built here, and not one that was there before. */
function assertLoaded(under) {
  const { NAPI_RS_NATIVE_LIBRARY_PATH: addon } = under('loaded');
  const program = `require(${JSON.stringify(root)});
    console.log(process.report.getReport().sharedObjects.join('\\n'))`;
  const { stdout, stderr } = node(program, under('loaded'));
  if (stdout.split('\n').includes(addon)) tally.add({ passed: 1 });
  else tally.fail('the addon', `another one was loaded, or none\n${stderr}`);
}

function node(program, env) {
  const options = { cwd: root, env: { ...process.env, ...env }, encoding: 'utf8' };
  return spawnSync(process.execPath, ['-e', program], options);
}
