/** The results as text: one block for each workload, the base first. */

const columns = [
  ['', (result) => result.contestant],
  ['requests/s', ({ rps }) => grouped(rps.median)],
  [
    'ratio (min–max)',
    ({ ratio }) => `${times(ratio.median)} (${times(ratio.min)}–${times(ratio.max)})`,
  ],
  ['CPU/request', ({ cpuMicros }) => (cpuMicros ? `${cpuMicros.median.toFixed(1)} µs` : '–')],
  ['CPU ratio', ({ cpuRatio }) => (cpuRatio ? times(cpuRatio.median) : '–')],
  ['p50', ({ p50Micros }) => millis(p50Micros.median)],
  ['p99', ({ p99Micros }) => millis(p99Micros.median)],
  ['RSS', ({ rss }) => (rss ? `${Math.round(rss.median / 2 ** 20)} MiB` : '–')],
  ['load', ({ loadBusy }) => (loadBusy ? `${Math.round(loadBusy.median * 100)} %` : '–')],
  ['errors', ({ errors }) => String(errors)],
];

export function renderTable({ machine, rounds, seconds, workloads }) {
  const lines = [
    '',
    `${machine.cpu}, ${machine.cores} cores, ${machine.system}; Node ${machine.node}; ${machine.loadGenerator}`,
    `medians of ${rounds} interleaved rounds of ${seconds} s`,
    `load: the share of a core that ${machine.loadGenerator} itself took; near 100 % it is what was measured`,
  ];
  for (const { name, title, results } of workloads) {
    lines.push('', `${name}: ${title}`, ...block(results));
  }
  return `${lines.join('\n')}\n\n`;
}

function block(results) {
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

function grouped(number) {
  return Math.round(number).toLocaleString('en');
}

function times(ratio) {
  return `${ratio.toFixed(2)}x`;
}

function millis(micros) {
  return `${(micros / 1000).toFixed(2)} ms`;
}
