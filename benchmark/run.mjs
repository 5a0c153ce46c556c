/**
 * `npm run bench`: the same servers on Node's http and on rust-http, side by side in one run.
 *
 *   npm run bench                        every workload; writes benchmark/results.json, the charts
 *                                        docs/bench.svg and docs/load.svg, and the tables in
 *                                        docs/figures.md and README.md
 *   npm run bench -- hello json          only these; nothing is written unless --save is given
 *   --rounds N        measurements of each contestant per workload (default 7)
 *   --seconds S       length of one measurement (default 3)
 *   --runtime V       major version of the Node that is measured, from npm (default 26, the newest
 *                     LTS), or `current`. Those of other versions go to benchmark/results-V.json and
 *                     tables of their own
 *   --contestants L   names from contestants.mjs, the first is the base. Default: node, rust-http,
 *                     limit (the floor, a server without JavaScript), undici (a client only), bun and
 *                     deno, of which those are left out that cannot be had; `node,node` shows the
 *                     machine's own noise
 *   --json            results as JSON on stdout instead of the table
 *   --save            write results and chart after a partial run too
 *
 * Ends with code 1 when a round of anybody failed.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { BuildError } from '../scripts/build.mjs';
import { drawChart } from './chart.mjs';
import { contestantsOf, contestantVersion, prepareContestants } from './contestants.mjs';
import { anyFailed } from './failures.mjs';
import { writeFigures } from './figures.mjs';
import { pickLoadGenerator } from './load.mjs';
import { drawLoadChart } from './load-chart.mjs';
import { describeMachine } from './machine.mjs';
import { measureWorkload } from './measure.mjs';
import { writeReadme } from './readme.mjs';
import { runOn } from './runtime.mjs';
import { renderTable } from './table.mjs';
import { frameworkVersions, prepareWorkloads } from './workloads.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '7' },
    seconds: { type: 'string', default: '3' },
    runtime: { type: 'string', default: '26' },
    contestants: { type: 'string' },
    json: { type: 'boolean', default: false },
    save: { type: 'boolean', default: false },
  },
});

try {
  const code = runOn(values.runtime);
  if (code === undefined) await main();
  else process.exitCode = code;
} catch (error) {
  if (!(error instanceof BuildError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}

async function main() {
  const options = { rounds: numberOption('rounds'), seconds: numberOption('seconds') };
  const { workloads, leftOut: withoutFramework } = await prepareWorkloads(positionals);
  const { contestants, leftOut } = prepareContestants(values.contestants?.split(','));
  const generator = pickLoadGenerator();
  const results = {
    machine: describeMachine(generator.name),
    ...options,
    contestants,
    versions: { ...versionsOf(contestants), ...frameworkVersions(workloads) },
    leftOut: [...leftOut, ...withoutFramework],
    workloads: [],
  };
  for (const workload of workloads)
    results.workloads.push(await measure(workload, { ...options, contestants, generator }));

  process.stdout.write(
    values.json ? `${JSON.stringify(results, null, 2)}\n` : renderTable(results),
  );
  if (positionals.length === 0 || values.save) write(results);
  if (anyFailed(results)) process.exitCode = 1;
}

async function measure(workload, options) {
  const { name, title, kind } = workload;
  process.stderr.write(`${name}: ${title}\n`);
  const measured = await measureWorkload({
    ...options,
    workload,
    contestants: contestantsOf(workload, options.contestants),
    progress: (line) => process.stderr.write(`  ${line}\n`),
  });
  return { name, title, kind, isPaced: workload.load.rate !== undefined, ...measured };
}

/** The results of the newest LTS have the chart and the first table, those of another version the second. */
function write(results) {
  const isFirst = values.runtime === '26';
  const file = isFirst ? 'results.json' : `results-${values.runtime}.json`;
  const written = [`benchmark/${file}`];
  writeFileSync(new URL(file, import.meta.url), `${JSON.stringify(results, null, 2)}\n`);
  if (isFirst) {
    writeFileSync(new URL('../docs/bench.svg', import.meta.url), drawChart(results));
    written.push('docs/bench.svg');
    const loads = drawLoadChart(results);
    if (loads !== undefined) {
      writeFileSync(new URL('../docs/load.svg', import.meta.url), loads);
      written.push('docs/load.svg');
    }
  }
  if (positionals.length === 0) {
    writeFigures(results, isFirst ? 'bench' : 'bench-other');
    writeReadme();
    written.push('the tables in docs/figures.md and README.md');
  }
  process.stderr.write(`wrote ${written.join(', ')}\n`);
}

function versionsOf(contestants) {
  const pairs = contestants.map((name) => [name, contestantVersion(name)]);
  return Object.fromEntries(pairs.filter(([, version]) => version));
}

function numberOption(name) {
  const number = Number(values[name]);
  if (!(number > 0)) throw new BuildError(`--${name} wants a number above 0`);
  return number;
}
