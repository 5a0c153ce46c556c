/**
 * `npm run bench:mine -- APP.js`: an application of one's own on Node's http and, by `rust-http/register`, on ours, in
 * turns and under the same load.
 *
 *   --path /            --method GET     --header 'Name: value' (repeatable)     --body TEXT
 *   --connections 64    --seconds 3      --rounds 3
 *   --port N            where the application listens, if its first server is not the one to ask
 *
 * What follows `--` is given to the application. It is started for each round, with PORT=0 unless PORT is set, and
 * ended by SIGTERM.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bootstrap } from '../scripts/build.mjs';
import { pickLoadGenerator } from './load.mjs';
import { usageOfTree } from './processor.mjs';

const PATIENCE = 20_000;
const text = (value) => ({ type: 'string', default: value });
const separator = process.argv.indexOf('--', 2);
const [own, given] =
  separator < 0
    ? [process.argv.slice(2), []]
    : [process.argv.slice(2, separator), process.argv.slice(separator + 1)];
const { values, positionals } = parseArgs({
  args: own,
  allowPositionals: true,
  options: {
    path: text('/'),
    method: text('GET'),
    header: { type: 'string', multiple: true, default: [] },
    body: text(''),
    connections: text('64'),
    seconds: text('3'),
    rounds: text('3'),
    port: { type: 'string' },
  },
});
const [app] = positionals;
if (app === undefined) {
  process.stderr.write('say which application: npm run bench:mine -- app.js\n');
  process.exit(1);
}

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const contestants = {
  "Node's http": [],
  'rust-http': ['--require', here('../lib/register.js')],
};
const load = {
  connections: Number(values.connections),
  pipeline: 1,
  method: values.method,
  headers: Object.fromEntries(values.header.map((line) => line.split(/:\s*(.*)/s).slice(0, 2))),
  body: values.body,
};

bootstrap();
const generator = pickLoadGenerator();
const runs = { "Node's http": [], 'rust-http': [] };
for (let round = 1; round <= Number(values.rounds); round++)
  for (const name of Object.keys(contestants)) {
    const run = await measure(contestants[name]);
    runs[name].push(run);
    process.stderr.write(`round ${round}, ${name}: ${Math.round(run.rps)} requests/s\n`);
  }
print();

async function measure(flags) {
  const folder = mkdtempSync(join(tmpdir(), 'rust-http-mine-'));
  const told = join(folder, 'listening');
  const args = ['--require', here('mine-listening.cjs'), ...flags, resolve(app), ...given];
  const env = { PORT: '0', ...process.env, RUST_HTTP_BENCH_LISTENING: told };
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'ignore', 'inherit'] });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  try {
    const url = await listening(told, child);
    await generator.run(url, load, 1);
    const before = usageOfTree(child.pid);
    const done = await generator.run(url, load, Number(values.seconds));
    const after = usageOfTree(child.pid);
    if (done.requests === 0) throw new Error(`no request was answered, ${done.errors} errors`);
    const micros = (what) => ((after[what] - before[what]) * 1e6) / done.requests;
    return {
      ...done,
      rps: done.requests / done.seconds,
      cpu: micros('seconds'),
      main: micros('mainSeconds'),
      rss: after.rss,
    };
  } finally {
    child.kill();
    const timer = setTimeout(() => child.kill('SIGKILL'), 5000);
    await ended;
    clearTimeout(timer);
    rmSync(folder, { recursive: true });
  }
}

/** The URL to ask, once the application listens. */
async function listening(told, child) {
  const limit = Date.now() + PATIENCE;
  while (Date.now() < limit && child.exitCode === null) {
    await delay(20);
    try {
      const { port, secure } = JSON.parse(readFileSync(told, 'utf8'));
      return `http${secure ? 's' : ''}://127.0.0.1:${values.port ?? port}${values.path}`;
    } catch {} // not yet
  }
  const reason = child.exitCode === null ? '' : `: it ended with ${child.exitCode}`;
  throw new Error(`${app} does not listen${reason}`);
}

function print() {
  const rows = [
    ['requests/s', ({ rps }) => rps, 0],
    ['processor time a request, µs', ({ cpu }) => cpu, 1],
    ["of it the JavaScript thread's", ({ main }) => main, 1],
    ['p50, ms', ({ p50Micros }) => p50Micros / 1000, 2],
    ['p99, ms', ({ p99Micros }) => p99Micros / 1000, 2],
    ['memory, MB', ({ rss }) => rss / 1e6, 0],
    ['failed requests', ({ errors }) => errors, 0],
  ];
  const names = Object.keys(contestants);
  console.log(
    `${load.method} ${values.path}, ${load.connections} connections by ${generator.name}, medians of ` +
      `${values.rounds} rounds of ${values.seconds} s, Node ${process.versions.node}, ${availableParallelism()} cores`,
  );
  const width = Math.max(...rows.map(([what]) => what.length));
  const line = (cells) => console.log(cells.join('  '));
  line(['', ...names, 'ratio'].map((cell, at) => (at ? cell.padStart(12) : cell.padEnd(width))));
  for (const [what, read, digits] of rows) {
    const [node, ours] = names.map((name) => median(runs[name].map(read)));
    const shown = [node, ours].map((value) => format(value, digits));
    const ratio = node > 0 ? (ours / node).toFixed(2) : '';
    line([what.padEnd(width), ...[...shown, ratio].map((cell) => cell.padStart(12))]);
  }
  const busy = Math.max(...Object.values(runs).flatMap((all) => all.map((run) => run.busy ?? 0)));
  if (busy > 0.9)
    console.log('The load took a whole core: requests/s are its own; processor time still counts.');
}

function format(value, digits) {
  return Number.isNaN(value) ? '–' : value.toLocaleString('en', { maximumFractionDigits: digits });
}

function median(numbers) {
  return numbers.sort((a, b) => a - b)[numbers.length >> 1];
}
