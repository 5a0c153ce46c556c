/** Time and memory of loading the module: in a fresh process each time. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { summarise, takeTurns } from './rounds.mjs';

const script = fileURLToPath(new URL('load-module.cjs', import.meta.url));
// One takes a few hundredths of a second, so there can be enough of them to tell small differences.
const leastRounds = 21;
const limit = 30_000;

const figures = ['millis', 'rss', 'ownBytes'];

const execute = promisify(execFile);

export async function measureLoading({ contestants, rounds: wanted, progress }) {
  const rounds = Math.max(wanted, leastRounds);
  // The first one reads the files from the disk.
  for (const contestant of contestants) await loadOnce(contestant).catch(() => {});
  const runs = await takeTurns({
    contestants,
    rounds,
    measure: (i) => loadOnce(contestants[i]),
    describe: ({ millis }) => `${millis.toFixed(1)} ms`,
    progress,
  });
  const ratios = {
    ratio: { of: 'millis' },
    rssRatio: { of: 'rss' },
    ownRatio: { of: 'ownBytes' },
  };
  const results = summarise({ contestants, runs, figures, ratios });
  return { rounds, results };
}

async function loadOnce(contestant) {
  const { stdout } = await execute(process.execPath, [script, contestant], { timeout: limit });
  return JSON.parse(stdout);
}
