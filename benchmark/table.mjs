/** The results as text: one block for each workload, the base first. */
import { problemLines } from './failures.mjs';
import {
  decimal,
  grouped,
  kibibytes,
  latency,
  mebibytes,
  micros,
  milliseconds,
  missing,
  percent,
  share,
  times,
  timesWithSpread,
} from './format.mjs';

const name = ['', ({ contestant }) => contestant];
const failed = ['failed', ({ failures }) => String(failures.length)];

const rates = [
  name,
  ['requests/s', ({ rps }) => grouped(rps)],
  ['ratio (min–max)', ({ ratio }) => timesWithSpread(ratio)],
  ['of floor', ({ ofFloor }) => share(ofFloor)],
  ['CPU/request', ({ cpuMicros }) => micros(cpuMicros)],
  ['CPU ratio', ({ cpuRatio }) => times(cpuRatio)],
  ['JS thread', ({ mainMicros }) => micros(mainMicros)],
  ['its ratio', ({ mainRatio }) => times(mainRatio)],
  ['switches', ({ switches }) => decimal(switches)],
  ['p50 ms', ({ p50Micros }) => latency(p50Micros)],
  ['p50 ratio', ({ p50Ratio }) => times(p50Ratio)],
  ['p99 ms', ({ p99Micros }) => latency(p99Micros)],
  ['RSS', ({ rss }) => mebibytes(rss)],
  ['load', ({ loadBusy }) => percent(loadBusy)],
  ['errors', ({ errors }) => String(errors)],
  failed,
];

const columnsOf = {
  server: rates,
  client: rates,
  pair: rates,
  idle: [
    name,
    ['each', ({ bytes }) => kibibytes(bytes)],
    ['ratio (min–max)', ({ ratio }) => timesWithSpread(ratio)],
    ['RSS', ({ rss }) => mebibytes(rss)],
    failed,
  ],
  loading: [
    name,
    ['time', ({ millis }) => milliseconds(millis)],
    ['ratio (min–max)', ({ ratio }) => timesWithSpread(ratio)],
    ['RSS', ({ rss }) => mebibytes(rss)],
    ['of its own', ({ ownBytes }) => mebibytes(ownBytes)],
    failed,
  ],
};

export function renderTable(results) {
  const { machine, rounds, seconds, workloads } = results;
  const lines = [
    '',
    `${machine.cpu}, ${machine.cores} cores, ${machine.system}; Node ${machine.node}; ${machine.loadGenerator}`,
    `medians of ${rounds} interleaved rounds of ${seconds} s`,
    `load: the share of a core that ${machine.loadGenerator} itself took; near 100 % it is what was measured`,
  ];
  for (const workload of workloads) {
    const head = `${workload.name}: ${workload.title}`;
    lines.push('', head, ...block(workload.results, columnsOf[workload.kind]));
  }
  const problems = problemLines(results);
  if (problems.length > 0) lines.push('', ...problems);
  return `${lines.join('\n')}\n\n`;
}

function block(results, all) {
  // A column that nobody has a figure for is left out: the floor's, where it does not take part.
  const columns = all.filter(([, cell]) => results.some((result) => cell(result) !== missing));
  const rows = [columns.map(([head]) => head)];
  for (const result of results) rows.push(columns.map(([, cell]) => cell(result)));
  const widths = columns.map((_, i) => Math.max(...rows.map((row) => row[i].length)));
  return rows.map((row) => {
    const cells = row.map((cell, i) =>
      i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]),
    );
    return `  ${cells.join('  ')}`;
  });
}
