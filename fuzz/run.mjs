/**
 * `npm run fuzz [-- [--seconds N] [TARGET...]]`: lets libFuzzer run on each parser, on TLS of either
 * side, and on certificates, a minute unless said otherwise. New inputs stay in fuzz/target; what breaks one in fuzz/artifacts. The seeds
 * of fuzz/corpus are run by `cargo test`, too, without a fuzzer.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));
const targets = [
  ...['request_head', 'response_head', 'chunked', 'connection'],
  ...['tls_client', 'tls_server', 'certificates'],
];

const { values, positionals } = parseArgs({
  options: { seconds: { type: 'string', default: '60' } },
  allowPositionals: true,
});
const seconds = Number(values.seconds);
const unknown = positionals.filter((name) => !targets.includes(name));
if (unknown.length > 0)
  stop(`no such target: ${unknown.join(', ')}; there are ${targets.join(', ')}`);
if (!(seconds > 0)) stop('--seconds wants a number above 0');

if (cargo(['fuzz', '--version'], 'ignore') !== 0) {
  console.log('cargo-fuzz is missing: getting it from crates.io, once');
  const install = ['install', '--locked', '--version', '=0.13.2', 'cargo-fuzz'];
  if (cargo(install, 'inherit') !== 0)
    stop(`it could not be installed: try \`cargo ${install.join(' ')}\` yourself`);
}

const failed = (positionals.length > 0 ? positionals : targets).filter((name) => !fuzz(name));
if (failed.length > 0) stop(`found something: ${failed.join(', ')}; see fuzz/artifacts`);

function fuzz(target) {
  console.log(`\n== ${target}, ${seconds} s`);
  // The first folder takes what is found, so that the seeds stay few.
  const found = `fuzz/target/corpus/${target}`;
  mkdirSync(`${root}/${found}`, { recursive: true });
  const folders = [found, `fuzz/corpus/${target}`];
  const options = [
    `-max_total_time=${seconds}`,
    '-max_len=4096',
    '-timeout=10',
    '-rss_limit_mb=1024',
    '-verbosity=0',
    '-print_final_stats=1',
  ];
  return cargo(['fuzz', 'run', target, ...folders, '--', ...options], 'inherit') === 0;
}

/** The sanitizers are for nightly compilers, which a stable one becomes when it is told so. */
function cargo(args, stdio) {
  const env = { ...process.env, RUSTC_BOOTSTRAP: '1' };
  const { error, status } = spawnSync('cargo', args, { cwd: root, env, stdio });
  if (error) stop(`cargo cannot be run: ${error.message}`);
  return status;
}

function stop(message) {
  console.error(message);
  process.exit(1);
}
