/** Runs one file of Node's suite in a process of its own. */
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runProcess } from '../runner/process.mjs';

const preload = fileURLToPath(new URL('preload.cjs', import.meta.url));
/** Of the output this much is kept. */
const KEPT = 64 * 1024;
/** What would reach the tests from the shell that the runner was started in. */
const FOREIGN = /^(NODE_|RUST_HTTP|(https?|no|all)_proxy$|npm_)/i;

/**
 * Runs `test`; a second time when it fails unexpectedly, because a busy machine is no finding. `options`:
 * `node`, `folder` (of the tests), `scratch`, `slot` (a number that no test has at the same time),
 * `ownHttp`, `limit` in milliseconds. Resolves to `{ outcome, output, ms, again }`.
 */
export async function runTest(test, options) {
  const first = await runOnce(test, options);
  if (first.outcome !== 'failed' || test.expectation?.result === 'fail') return first;
  return { ...(await runOnce(test, options)), again: true };
}

async function runOnce(test, { node, folder, scratch, slot, ownHttp, limit }) {
  let output = '';
  const result = await runProcess(node, [...test.flags, join(folder, test.name)], {
    cwd: dirname(folder),
    env: environment(test, { scratch, slot, ownHttp }),
    limit,
    write: (chunk) => {
      output = (output + chunk).slice(-KEPT);
    },
  });
  if (result.timedOut) output += `\nended after ${limit / 1000} s`;
  return { outcome: outcomeOf(result, output), output, ms: result.ms };
}

function outcomeOf({ code, timedOut }, output) {
  if (timedOut || code !== 0) return 'failed';
  return /^1\.\.0 # Skipped/m.test(output) ? 'skipped' : 'passed';
}

/** The variables that the tests' `common` module reads, and the preload. */
function environment(test, { scratch, slot, ownHttp }) {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !FOREIGN.test(name)),
  );
  const folder = join(scratch, String(slot));
  mkdirSync(folder, { recursive: true });
  Object.assign(env, {
    NODE_OPTIONS: `--require="${preload}"`,
    NODE_TEST_DIR: folder,
    TEST_THREAD_ID: String(slot),
  });
  if (ownHttp) env.RUST_HTTP = 'off';
  if (mayRunBesideOthers(test)) env.TEST_PARALLEL = '1';
  // Below the ports that kernels give away.
  else env.NODE_COMMON_PORT = String(15_000 + (process.pid % 1500) * 10);
  return { ...env, ...test.env };
}

/** The other folders' tests share ports, or measure. */
export function mayRunBesideOthers({ name }) {
  return /^(parallel|client-proxy)\//.test(name);
}
