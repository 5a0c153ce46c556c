/**
 * The table in README.md: what most people want to know, on the two newest LTS versions of Node, from the
 * saved results of both. `node benchmark/readme.mjs` writes it again.
 */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { markdownTable, partsOf, putBetween } from './figures.mjs';
import { missing, times } from './format.mjs';

const names = [
  'light-1000',
  'light-4000',
  'single',
  'hello',
  'headers',
  'json',
  'express',
  'fastify',
  'upload',
  'download',
  'client-single',
  'client',
  'https',
  'https-churn',
];
const files = ['results.json', 'results-24.json'];

export function writeReadme() {
  const runs = files
    .map((name) => new URL(name, import.meta.url))
    .filter((file) => existsSync(file))
    .map((file) => JSON.parse(readFileSync(file, 'utf8')));
  putBetween(new URL('../README.md', import.meta.url), 'bench', render(runs));
}

function render(runs) {
  const head = ["against Node's own `http`"];
  for (const { machine } of runs) {
    const version = machine.node.split('.')[0];
    head.push(`Node ${version}: requests/s`, 'processor time', 'of the JavaScript thread');
  }
  const rows = names.map((name) => {
    const found = runs.map(({ workloads }) => workloads.find((one) => one.name === name));
    const title = found.find(Boolean)?.title ?? '';
    return [`\`${name}\`: ${title}`, ...found.flatMap(cellsOf)];
  });
  const { machine, rounds, seconds } = runs[0];
  const run = `Medians of ${rounds} rounds of ${seconds} s, contestants by turns, ${machine.cores} cores (${machine.cpu}), load by ${machine.loadGenerator} on the same machine, Node ${runs.map((one) => one.machine.node).join(' and ')}, ${machine.date}. Processor time is that of all threads, a request.`;
  return [...markdownTable(head, rows), '', run].join('\n');
}

/** Where so many requests come whatever the server does, it is its cost that counts. */
function cellsOf(workload) {
  if (workload === undefined) return [missing, missing, missing];
  const { ours } = partsOf(workload);
  const rate = workload.isPaced ? 'as many as come' : `**${times(ours.ratio)}**`;
  return [rate, times(ours.cpuRatio), times(ours.mainRatio)];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeReadme();
