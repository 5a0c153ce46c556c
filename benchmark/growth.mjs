/**
 * `npm run bench:growth`: how the cost of a request grows with connections, fields, content and
 * I/O threads, on Node's http and on rust-http in turns. Writes benchmark/growth.json and
 * docs/growth.svg.
 *
 *   --rounds N     measurements of each point (default 3)
 *   --seconds S    length of one (default 2)
 *   --only NAME    one series
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { prepareContestants } from './contestants.mjs';
import { drawGrowth } from './growth-chart.mjs';
import { pickLoadGenerator } from './load.mjs';
import { describeMachine } from './machine.mjs';
import { spread } from './spread.mjs';
import { startServer } from './subject.mjs';
import { loadWorkload } from './workloads.mjs';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '2' },
    only: { type: 'string' },
  },
});

const fields = (count) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`X-Field-${i}`, `value ${i}`]));
const content = (bytes) => ({ method: bytes === 0 ? 'GET' : 'POST', body: 'x'.repeat(bytes) });

const series = [
  {
    name: 'connections',
    title: 'connections, a small answer each',
    workload: 'hello',
    points: [1, 64, 1000, 10_000].map((x) => ({ x, load: { connections: x } })),
  },
  {
    name: 'fields',
    title: 'fields in the request, 64 connections',
    workload: 'hello',
    points: [1, 4, 16, 64].map((x) => ({ x, load: { headers: fields(x) } })),
  },
  {
    name: 'content',
    title: 'bytes of content, 16 connections',
    workload: 'upload',
    points: [0, 1 << 10, 1 << 16, 1 << 20, 1 << 24].map((x) => ({
      x,
      load: { connections: 16, ...content(x) },
    })),
  },
  {
    name: 'threads',
    title: 'I/O threads, 64 connections',
    workload: 'hello',
    points: [1, 2, 4].map((x) => ({ x, load: {}, env: { RUST_HTTP_IO_THREADS: String(x) } })),
  },
];

const { contestants } = prepareContestants(['node', 'rust-http']);
const generator = pickLoadGenerator();
const rounds = Number(values.rounds);
const seconds = Number(values.seconds);
const results = { machine: describeMachine(generator.name), rounds, seconds, series: [] };
for (const { name, title, workload, points } of series) {
  if (values.only && values.only !== name) continue;
  const measured = [];
  for (const point of points) {
    measured.push({ x: point.x, ...(await measurePoint(workload, point)) });
    process.stderr.write(`${name} ${point.x}: ${line(measured.at(-1))}\n`);
  }
  results.series.push({ name, title, points: measured });
}
if (!values.only) {
  writeFileSync(new URL('growth.json', import.meta.url), `${JSON.stringify(results, null, 2)}\n`);
  writeFileSync(new URL('../docs/growth.svg', import.meta.url), drawGrowth(results));
}

/** Medians of requests per second and of processor time per request, for each contestant. */
async function measurePoint(name, { load, env }) {
  const base = await loadWorkload(name);
  const workload = { ...base, load: { ...base.load, ...load } };
  const runs = contestants.map(() => []);
  const servers = [];
  try {
    for (const contestant of contestants)
      servers.push(await startServer(contestant, workload, generator, env));
    for (const server of servers) await server.run(1);
    for (let round = 0; round < rounds; round++) {
      for (const [i, server] of servers.entries()) {
        const before = server.usage().seconds;
        const { requests, seconds: took } = await server.run(seconds);
        const cpuMicros = ((server.usage().seconds - before) * 1e6) / requests;
        runs[i].push({ rps: requests / took, cpuMicros });
      }
    }
  } finally {
    for (const server of servers) await server.stop();
  }
  const median = (i, key) => spread(runs[i].map((run) => run[key])).median;
  return Object.fromEntries(
    contestants.map((contestant, i) => [
      contestant,
      { rps: median(i, 'rps'), cpuMicros: median(i, 'cpuMicros') },
    ]),
  );
}

function line(point) {
  return contestants
    .map(
      (name) => `${name} ${Math.round(point[name].rps)}/s ${point[name].cpuMicros.toFixed(1)} µs`,
    )
    .join(', ');
}
