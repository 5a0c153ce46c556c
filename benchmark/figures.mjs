/** The results as the tables in docs/figures.md. The few in README.md are in `readme`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { problemLines } from './failures.mjs';
import {
  isRated,
  kibibytes,
  latency,
  mebibytes,
  milliseconds,
  missing,
  share,
  shownName,
  times,
} from './format.mjs';

/** All tables of a run, in docs/figures.md; `mark`: the name of the comments between which they stand. */
export function writeFigures(results, mark) {
  putBetween(new URL('../docs/figures.md', import.meta.url), mark, renderMarkdown(results));
}

/** Writes `text` between the two comments of that name in a page. */
export function putBetween(file, mark, text) {
  const begin = `<!-- ${mark} -->`;
  const end = `<!-- /${mark} -->`;
  const page = readFileSync(file, 'utf8');
  const from = page.indexOf(begin) + begin.length;
  const to = page.indexOf(end);
  if (from < begin.length || to < from)
    throw new Error(`${file.pathname} has lost the marks of ${mark}`);
  writeFileSync(file, `${page.slice(0, from)}\n\n${text}\n\n${page.slice(to)}`);
}

/** What is measured in requests, what is not, on what, and what went wrong. */
export function renderMarkdown(results) {
  const problems = problemLines(results).map((line) => `- ${line}`);
  return [
    ...renderRates(results),
    '',
    ...renderCosts(results),
    '',
    describeRun(results),
    ...(problems.length > 0 ? ['', ...problems] : []),
  ].join('\n');
}

/** A row for each workload: throughput, processor time and latency against the base. */
function renderRates({ contestants, workloads }) {
  const rated = workloads.filter(isRated);
  const others = ['undici', 'bun', 'deno'].filter((name) => contestants.includes(name));
  const floor = contestants.includes('limit');
  const head = ['workload', 'requests/s', 'CPU', 'JS thread', 'p50, ms', 'p99, ms'];
  if (floor) head.push('of the floor');
  head.push(...others.map(shownName));
  const rows = rated.map((workload) => {
    const { ours, base, of } = partsOf(workload);
    const cells = [
      `\`${workload.name}\` ${workload.title}`,
      // Where so many requests come whatever the server does, it is its cost that counts.
      workload.isPaced ? missing : `**${times(ours.ratio)}**`,
      workload.isPaced ? `**${times(ours.cpuRatio)}**` : times(ours.cpuRatio),
      times(ours.mainRatio),
      latencies(ours.p50Micros, base.p50Micros),
      latencies(ours.p99Micros, base.p99Micros),
    ];
    if (floor) cells.push(of('limit') && !workload.isPaced ? share(ours.ofFloor) : '');
    return [
      ...cells,
      ...others.map((name) => (of(name) && !workload.isPaced ? times(of(name).ratio) : '')),
    ];
  });
  return markdownTable(head, rows);
}

/** What a connection and the module itself cost: figures and their ratio. */
function renderCosts({ contestants, workloads }) {
  const others = ['bun', 'deno'].filter((name) => contestants.includes(name));
  const rows = workloads.flatMap((workload) => costRows(workload, others));
  return markdownTable(['cost', 'rust-http', 'Node', 'ratio', ...others.map(shownName)], rows);
}

function costRows(workload, others) {
  const { ours, base, of } = partsOf(workload);
  const row = (title, form, figure, ratio) => [
    `\`${workload.name}\` ${title}`,
    `**${form(ours[figure])}**`,
    form(base[figure]),
    times(ours[ratio]),
    ...others.map((name) => (of(name) ? form(of(name)[figure]) : '')),
  ];
  if (workload.kind === 'idle') return [row(workload.title, kibibytes, 'bytes', 'ratio')];
  if (workload.kind !== 'loading') return [];
  return [
    row('time, in a fresh process', milliseconds, 'millis', 'ratio'),
    row('memory of its own', mebibytes, 'ownBytes', 'ownRatio'),
    row('memory with the pages of files', mebibytes, 'rss', 'rssRatio'),
  ];
}

/** `ours` without a figure where we did not take part. */
export function partsOf({ results }) {
  const of = (name) => results.find(({ contestant }) => contestant === name);
  return { ours: of('rust-http') ?? {}, base: results[0], of };
}

function latencies(ours, base) {
  return ours && base ? `${latency(ours)} / ${latency(base)}` : latency();
}

export function markdownTable(head, rows) {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
}

function describeRun({ machine, rounds, seconds, contestants, versions }) {
  const sentences = [
    `Requests/s, processor time per request (CPU) and what of it is the JavaScript thread's against Node ${machine.node}'s \`http\` in the same run, latencies as rust-http / Node; medians of ${rounds} interleaved rounds of ${seconds} s on ${machine.cores} cores (${machine.cpu}), load by ${machine.loadGenerator}, ${machine.date}.`,
  ];
  if (contestants.includes('limit'))
    sentences.push(
      'The floor is a server without any JavaScript, the most there is to win: our share of its requests/s.',
    );
  if (versions.express ?? versions.fastify)
    sentences.push('The frameworks run unmodified behind `rust-http/register`.');
  const named = Object.entries(versions).map(([name, version]) => `${shownName(name)} ${version}`);
  if (named.length > 0) sentences.push(`${named.join(', ')}.`);
  return sentences.join(' ');
}
