/** The results as the table in README.md, between its two marks. */
import { readFileSync, writeFileSync } from 'node:fs';

const file = new URL('../README.md', import.meta.url);
const begin = '<!-- bench -->';
const end = '<!-- /bench -->';

export function writeReadme(results) {
  const text = readFileSync(file, 'utf8');
  const from = text.indexOf(begin) + begin.length;
  const to = text.indexOf(end);
  if (from < begin.length || to < from)
    throw new Error('README.md has lost the marks of its table');
  writeFileSync(file, `${text.slice(0, from)}\n\n${renderMarkdown(results)}\n\n${text.slice(to)}`);
}

/** A row for each workload: throughput, processor time and median latency against the base. */
export function renderMarkdown({ machine, rounds, seconds, workloads }) {
  const rows = workloads.map(({ title, results }) => {
    const ours = results.find(({ contestant }) => contestant === 'rust-http');
    const [base] = results;
    const others = results.filter((result) => result !== ours && result !== base);
    return `| ${[
      title,
      `**${times(ours.ratio.median)}**`,
      ours.cpuRatio ? times(ours.cpuRatio.median) : '–',
      `${millis(ours.p50Micros.median)} / ${millis(base.p50Micros.median)}`,
      others.map(({ contestant, ratio }) => `${contestant} ${times(ratio.median)}`).join(', '),
    ].join(' | ')} |`;
  });
  return [
    '| workload | requests/s | CPU/request | p50, ours / Node | beside it |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
    '',
    `Against Node ${machine.node}'s \`http\` in the same run; medians of ${rounds} interleaved rounds of ${seconds} s on ${machine.cores} cores (${machine.cpu}), load by ${machine.loadGenerator}, ${machine.date}. \`limit\` is a server without any JavaScript: the most there is to win.`,
  ].join('\n');
}

function times(ratio) {
  return `${ratio.toFixed(2)}x`;
}

function millis(micros) {
  return `${(micros / 1000).toFixed(2)} ms`;
}
