/**
 * One workload: a process for each contestant, all alive throughout, measured in turns. The order
 * turns round from one round to the next (A B, B A, …), so that a drift of the machine, a growing
 * heat or a neighbour, falls on all alike; ratios are taken within a round.
 */
import http from 'node:http';
import { startNeutral } from './neutral.mjs';
import { spread } from './spread.mjs';
import { startClient, startServer } from './subject.mjs';

const warmUpSeconds = 1;

export async function measureWorkload({
  workload,
  contestants,
  generator,
  rounds,
  seconds,
  progress,
}) {
  const subjects = [];
  const neutral = workload.client ? await startNeutral() : undefined;
  try {
    for (const contestant of contestants) {
      const subject = neutral
        ? await startClient(contestant, workload, neutral.url)
        : await startServer(contestant, workload, generator);
      subjects.push(subject);
      if (!neutral) await checkAnswer(subject.url, workload, contestant);
      await subject.run(warmUpSeconds);
    }
    const runs = contestants.map(() => []);
    for (let round = 0; round < rounds; round++) {
      const order = contestants.map((_, i) => (round % 2 === 0 ? i : contestants.length - 1 - i));
      for (const i of order) {
        runs[i].push(await measureOnce(subjects[i], workload, seconds));
      }
      progress(roundLine(round, contestants, runs));
    }
    return summarise(contestants, runs);
  } finally {
    for (const subject of subjects) await subject.stop();
    await neutral?.stop();
  }
}

async function measureOnce(subject, workload, seconds) {
  const before = subject.cpuSeconds();
  const load = await subject.run(seconds);
  const after = subject.cpuSeconds();
  if (load.requests === 0) throw new Error(`no request of ${workload.name} was answered`);
  return {
    rps: load.requests / load.seconds,
    cpuMicros: before === undefined ? undefined : ((after - before) * 1e6) / load.requests,
    p50Micros: load.p50Micros,
    p99Micros: load.p99Micros,
    rss: subject.rss(),
    loadBusy: load.busy,
    errors: load.errors,
  };
}

/** The right answer comes first: speed without it means nothing. */
async function checkAnswer(url, { name, load, answer }, contestant) {
  const got = await new Promise((resolve, reject) => {
    const request = http.request(
      url,
      { method: load.method, headers: load.headers, agent: false },
      (res) => {
        let bytes = 0;
        res.on('data', (chunk) => {
          bytes += chunk.length;
        });
        res.on('end', () => resolve({ status: res.statusCode, bytes }));
        res.on('error', reject);
      },
    );
    request.on('error', reject);
    request.end(load.body);
  });
  if (got.status === answer.status && got.bytes === answer.bytes) return;
  throw new Error(
    `${contestant} answers ${name} with ${JSON.stringify(got)}, not ${JSON.stringify(answer)}`,
  );
}

function summarise(contestants, runs) {
  return {
    results: contestants.map((contestant, i) => ({
      contestant,
      rps: spread(runs[i].map((run) => run.rps)),
      cpuMicros: spread(runs[i].map((run) => run.cpuMicros)),
      p50Micros: spread(runs[i].map((run) => run.p50Micros)),
      p99Micros: spread(runs[i].map((run) => run.p99Micros)),
      rss: spread(runs[i].map((run) => run.rss)),
      loadBusy: spread(runs[i].map((run) => run.loadBusy)),
      errors: runs[i].reduce((sum, run) => sum + run.errors, 0),
      // Against the first contestant's measurement of the same round.
      ratio: spread(runs[i].map((run, round) => run.rps / runs[0][round].rps)),
      cpuRatio: spread(runs[i].map((run, round) => run.cpuMicros / runs[0][round].cpuMicros)),
    })),
  };
}

function roundLine(round, contestants, runs) {
  const parts = contestants.map(
    (name, i) => `${name} ${Math.round(runs[i][round].rps).toLocaleString('en')}/s`,
  );
  return `round ${round + 1}: ${parts.join(', ')}`;
}
