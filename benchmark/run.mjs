/**
 * `npm run bench`: the same servers on Node's http and on rust-http, side by side in one run.
 *
 *   npm run bench                        every workload; writes benchmark/results.json,
 *                                        docs/bench.svg and the table in README.md
 *   npm run bench -- hello json          only these; nothing is written unless --save is given
 *   --rounds N        measurements of each contestant per workload (default 7)
 *   --seconds S       length of one measurement (default 3)
 *   --contestants L   names from contestants.mjs, the first is the base (default
 *                     node,rust-http,undici; undici is a client only); `limit` is the floor, a
 *                     server without JavaScript; `bun` and `deno` are installed from npm;
 *                     `node,node` shows the machine's own noise
 *   --json            results as JSON on stdout instead of the table
 *   --save            write results and chart after a partial run too
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { BuildError } from '../lib/internal/build.mjs';
import { drawChart } from './chart.mjs';
import { contestantsOf, prepareContestants } from './contestants.mjs';
import { pickLoadGenerator } from './load.mjs';
import { describeMachine } from './machine.mjs';
import { measureWorkload } from './measure.mjs';
import { writeReadme } from './readme.mjs';
import { renderTable } from './table.mjs';
import { loadWorkloads } from './workloads.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '7' },
    seconds: { type: 'string', default: '3' },
    contestants: { type: 'string', default: 'node,rust-http,undici' },
    json: { type: 'boolean', default: false },
    save: { type: 'boolean', default: false },
  },
});

try {
  await main();
} catch (error) {
  if (!(error instanceof BuildError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}

async function main() {
  const rounds = numberOption('rounds');
  const seconds = numberOption('seconds');
  const workloads = await loadWorkloads(positionals);
  const contestants = prepareContestants(values.contestants.split(','));
  const generator = pickLoadGenerator();
  const machine = describeMachine(generator.name);

  const results = { machine, rounds, seconds, contestants, workloads: [] };
  for (const workload of workloads) {
    process.stderr.write(`${workload.name}: ${workload.title}\n`);
    const progress = (line) => process.stderr.write(`  ${line}\n`);
    const measured = await measureWorkload({
      workload,
      contestants: contestantsOf(workload, contestants),
      generator,
      rounds,
      seconds,
      progress,
    });
    results.workloads.push({ name: workload.name, title: workload.title, ...measured });
  }
  process.stdout.write(
    values.json ? `${JSON.stringify(results, null, 2)}\n` : renderTable(results),
  );

  if (positionals.length > 0 && !values.save) return;
  writeFileSync(new URL('results.json', import.meta.url), `${JSON.stringify(results, null, 2)}\n`);
  writeFileSync(new URL('../docs/bench.svg', import.meta.url), drawChart(results));
  if (positionals.length === 0) writeReadme(results);
  process.stderr.write('wrote benchmark/results.json, docs/bench.svg and the table in README.md\n');
}

function numberOption(name) {
  const number = Number(values[name]);
  if (!(number > 0)) throw new BuildError(`--${name} wants a number above 0`);
  return number;
}
