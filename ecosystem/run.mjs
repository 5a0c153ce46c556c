/**
 * `npm run ecosystem`: packages with Node's http and with ours registered. Each program tells what it saw,
 * which has to be right and the same. Needs nothing but npm's registry; what the system does not have
 * (nginx, HAProxy) is skipped and named.
 *
 *   npm run ecosystem -- vite got   only entries whose name contains one of the words
 *   --runtime N   the Node to run on (26, 24, 22), installed if need be; `current` by default
 *
 * A whole run keeps its results in `results/` and writes the table of docs/compatibility.md. One of some
 * entries renews theirs, if the others are of the same day and the same Node.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runProcess } from '../__test__/runner/process.mjs';
import { runOn } from '../benchmark/runtime.mjs';
import { bootstrap } from '../scripts/build.mjs';
import { ensureInstalled } from '../scripts/install.mjs';
import { frameworks, listEntries } from './entries.mjs';
import { compareRuns, parseSeen, reasonIn, renewed } from './outcome.mjs';

const LIMIT = 180_000;
const here = fileURLToPath(new URL('.', import.meta.url));
const register = join(here, '..', 'lib', 'register.js');
const startOrigin = createRequire(import.meta.url)('../__test__/frameworks/origin.js');

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { runtime: { type: 'string', default: 'current' } },
});

process.exitCode = runOn(values.runtime) ?? (await main(positionals));

async function main(words) {
  bootstrap();
  for (const folder of [frameworks, here]) ensureInstalled(folder);
  const entries = listEntries().filter(
    ({ name }) => words.length === 0 || words.some((word) => name.includes(word)),
  );
  const rows = [];
  for (const entry of entries) {
    const outcome = entry.kind === 'test' ? await runTest(entry) : await runBoth(entry);
    const { name, does, packages } = entry;
    rows.push({ name, does, packages, ...outcome });
    const detail = outcome.detail ? `: ${outcome.detail}` : '';
    process.stdout.write(`${outcome.result.padEnd(9)} ${name}${detail.slice(0, 500)}\n`);
  }
  keep(rows, words.length === 0);
  return rows.some(({ result }) => result === 'different') ? 1 : 0;
}

/** A program, with Node's http and with ours. */
async function runBoth(entry) {
  return compareRuns(await runOnce(entry, 'node'), await runOnce(entry, 'registered'));
}

async function runOnce({ kind, name, path }, mode) {
  const ends = [];
  const { log, ...urls } =
    kind === 'client' ? await startOrigin({ after: (end) => ends.push(end) }) : {};
  const program = join(frameworks, kind === 'client' ? 'ask.js' : 'program.js');
  const what = kind === 'client' ? [name, mode, JSON.stringify(urls)] : [path, mode];
  const result = await runNode([
    ...(mode === 'node' ? [] : ['--require', register]),
    program,
    ...what,
  ]);
  for (const end of ends) end();
  let text = result.stdout;
  if (urls.base) text = text.replaceAll(urls.base, '(base)').replaceAll(urls.secure, '(secure)');
  const seen = parseSeen(text);
  if (result.code !== 0 || seen === undefined) {
    return { code: result.code || 1, reason: reasonIn(result.stderr || result.stdout) };
  }
  return { code: 0, seen: log ? { ...seen, log } : seen };
}

/** A test that compares by itself. */
async function runTest({ path }) {
  const { code, stdout, stderr } = await runNode(['--test-reporter=tap', path]);
  if (code === 0) return { result: 'same' };
  const failed = stdout.match(/^ *not ok .*/gm)?.map((line) => line.trim()) ?? [];
  return { result: 'different', detail: failed.join('; ') || reasonIn(stderr) };
}

async function runNode(args) {
  const output = { stdout: '', stderr: '' };
  const env = { ...process.env, NODE_NO_WARNINGS: '1', NODE_TEST_CONTEXT: undefined };
  const { code, timedOut } = await runProcess(process.execPath, args, {
    env,
    limit: LIMIT,
    write: (chunk, stream) => {
      output[stream] += chunk;
    },
  });
  if (timedOut) output.stderr = `Error: ended after ${LIMIT / 1000} s\n${output.stderr}`;
  return { code: timedOut ? 1 : code, ...output };
}

function keep(rows, isWhole) {
  const { node } = process.versions;
  const date = new Date().toISOString().slice(0, 10);
  const folder = join(here, 'results');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `node${node.split('.')[0]}.json`);
  const kept = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
  if (!isWhole && (kept?.node !== node || kept.date !== date)) return;
  const all = isWhole ? rows : renewed(kept.rows, rows);
  writeFileSync(file, `${JSON.stringify({ node, date, rows: all }, null, 2)}\n`);
  const compat = join(here, '..', '__test__', 'node-suite', 'compat.mjs');
  spawnSync(process.execPath, [compat], { stdio: 'inherit' });
}
