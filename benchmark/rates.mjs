/**
 * Requests per second and their cost: a process for each contestant, all alive throughout, measured
 * in turns.
 */
import http from 'node:http';
import https from 'node:https';
import {
  randomGenerator,
  resumedGenerator,
  secureGenerator,
  secureRandomGenerator,
} from './load.mjs';
import { startNeutral, startSecureNeutral } from './neutral.mjs';
import { attempt, summarise, takeTurns } from './rounds.mjs';
import { startClient, startPair, startServer } from './subject.mjs';
import { within } from './within.mjs';

const warmUpSeconds = 1;
const answerLimit = 10;

const figures = [
  'rps',
  'cpuMicros',
  'mainMicros',
  'switches',
  'p50Micros',
  'p99Micros',
  'rss',
  'loadBusy',
];
const ratios = {
  ratio: { of: 'rps' },
  cpuRatio: { of: 'cpuMicros' },
  mainRatio: { of: 'mainMicros' },
  p50Ratio: { of: 'p50Micros' },
  ofFloor: { of: 'rps', to: 'limit' },
};

export async function measureRates(options) {
  const { workload, contestants, rounds, seconds, progress } = options;
  const neutral = await startPeer(workload);
  const subjects = [];
  try {
    for (const contestant of contestants)
      subjects.push(await attempt(() => prepareSubject(contestant, options, neutral)));
    const runs = await takeTurns({
      contestants,
      rounds,
      measure: (i) => measureOnce(subjects[i], seconds),
      describe: ({ rps }) => `${Math.round(rps).toLocaleString('en')}/s`,
      progress,
    });
    return { rounds, results: summarise({ contestants, runs, figures, ratios }) };
  } finally {
    for (const subject of subjects) await subject.stop?.();
    await neutral?.stop();
  }
}

/** Whom a client asks. */
async function startPeer({ kind, secure }) {
  if (kind !== 'client') return undefined;
  return secure ? await startSecureNeutral() : await startNeutral();
}

async function startSubject(contestant, workload, generator, neutral) {
  if (workload.kind === 'pair') return await startPair(contestant, workload);
  if (neutral) return await startClient(contestant, workload, neutral.url);
  return await startServer(contestant, workload, generatorOf(workload, generator));
}

function generatorOf({ https, secure, load }, usual) {
  if (load.isResumed) return resumedGenerator;
  if (secure && load.rate !== undefined) return secureRandomGenerator;
  // One in JavaScript takes more of the machine than an https server: wrk, where it is installed.
  if (secure && !(https && usual.name === 'wrk')) return secureGenerator;
  return load.rate === undefined ? usual : randomGenerator;
}

/** Started, checked and warm. */
async function prepareSubject(contestant, { workload, generator }, neutral) {
  const subject = await startSubject(contestant, workload, generator, neutral);
  try {
    if (workload.kind === 'server')
      await within(answerLimit, checkAnswer(subject.url, workload), 'an answer');
    await subject.run(warmUpSeconds);
    return subject;
  } catch (error) {
    await subject.stop();
    throw error;
  }
}

async function measureOnce(subject, seconds) {
  if (subject.failed) throw new Error(subject.failed);
  const before = subject.usage();
  const load = await subject.run(seconds);
  const after = subject.usage();
  if (load.requests === 0) throw new Error(`no request was answered, ${load.errors} errors`);
  return {
    rps: load.requests / load.seconds,
    cpuMicros: ((after.seconds - before.seconds) * 1e6) / load.requests,
    mainMicros: ((after.mainSeconds - before.mainSeconds) * 1e6) / load.requests,
    switches: (after.switches - before.switches) / load.requests,
    p50Micros: load.p50Micros,
    p99Micros: load.p99Micros,
    rss: subject.rss(),
    loadBusy: load.busy,
    errors: load.errors,
  };
}

/** The right answer comes first: speed without it means nothing. */
async function checkAnswer(url, { load, answer, secure }) {
  const got = await new Promise((resolve, reject) => {
    const request = (secure ? https : http).request(
      url,
      { method: load.method, headers: load.headers, agent: false, rejectUnauthorized: false },
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
  throw new Error(`answered with ${JSON.stringify(got)}, not ${JSON.stringify(answer)}`);
}
