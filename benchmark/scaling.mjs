/**
 * `npm run bench:scaling`: what a request costs one thread, threads on one port, and the processes of a
 * cluster, in the same minutes, with ours and with Node's http, as a table for docs/scaling.md.
 *
 *   --seconds N  of each measurement (2)     --rounds N  in turns, of which the median counts (3)
 *   --count N    threads or processes (2)
 */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { pickLoadGenerator } from './load.mjs';
import { startProgram } from './program.mjs';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '3' },
    count: { type: 'string', default: '2' },
  },
});
const load = { connections: 64, pipeline: 1, method: 'GET', headers: {}, body: '' };
const program = fileURLToPath(new URL('scaling-server.cjs', import.meta.url));
const modules = {
  'rust-http': fileURLToPath(new URL('../index.js', import.meta.url)),
  Node: 'http',
};
const ways = {
  one: 'one thread',
  threads: `${values.count} threads, \`reusePort\``,
  cluster: `${values.count} processes, \`SCHED_RR\``,
  shared: `${values.count} processes, \`SCHED_NONE\``,
};

if (!canSharePort()) {
  console.log('threads cannot share a port here (Linux, Node 22.12 or 23.1 and newer): left out');
  delete ways.threads;
}

const generator = pickLoadGenerator();
const subjects = Object.keys(ways).flatMap((way) =>
  Object.keys(modules).map((name) => ({ way, name, runs: [] })),
);
for (let round = 0; round < Number(values.rounds); round++)
  for (const subject of subjects) subject.runs.push(await measure(subject));
print();

/** What `reusePort` needs: a system that deals connections among listeners, and a Node that asks it to. */
function canSharePort() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const isNew = major > 23 || (major === 23 && minor >= 1) || (major === 22 && minor >= 12);
  return process.platform === 'linux' && isNew;
}

async function measure({ way, name }) {
  const server = await startProgram([process.execPath, program, modules[name], way, values.count]);
  try {
    await generator.run(server.url, load, 1);
    const before = server.usageOfTree();
    const { requests, seconds } = await generator.run(server.url, load, Number(values.seconds));
    return {
      rps: requests / seconds,
      micros: ((server.usageOfTree().seconds - before.seconds) * 1e6) / requests,
    };
  } finally {
    await server.stop();
  }
}

function print() {
  const cell = ({ runs }, key) => Math.round(median(runs.map((run) => run[key])) * 10) / 10;
  console.log(
    '| | module | requests/s | processor time a request, µs |\n| --- | --- | --- | --- |',
  );
  for (const subject of subjects)
    console.log(
      `| ${ways[subject.way]} | ${subject.name} | ${Math.round(cell(subject, 'rps')).toLocaleString('en')} | ${cell(subject, 'micros')} |`,
    );
}

function median(numbers) {
  return numbers.sort((a, b) => a - b)[numbers.length >> 1];
}
