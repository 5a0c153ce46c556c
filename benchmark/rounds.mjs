/**
 * Measuring in turns: the order turns round from one round to the next (A B, B A, …), so that a drift
 * of the machine, a growing heat or a neighbour, falls on all alike. Ratios are taken within a round.
 */
import { BuildError } from '../scripts/build.mjs';
import { spread } from './spread.mjs';

/**
 * `measure(i)` for each contestant in each round, as [contestant][round]. A measurement that throws
 * counts as failed for its contestant, and the others go on.
 */
export async function takeTurns({ contestants, rounds, measure, describe, progress }) {
  const runs = contestants.map(() => []);
  for (let round = 0; round < rounds; round++) {
    const order = contestants.map((_, i) => (round % 2 === 0 ? i : contestants.length - 1 - i));
    for (const i of order) runs[i].push(await attempt(() => measure(i)));
    const parts = contestants.map((name, i) => `${name} ${describeRun(runs[i][round], describe)}`);
    progress(`round ${round + 1}: ${parts.join(', ')}`);
  }
  return runs;
}

/** The value, or { failed } with the reason. What stops everybody is no contestant's failure. */
export async function attempt(work) {
  try {
    return await work();
  } catch (error) {
    if (error instanceof BuildError) throw error;
    // On one line, as it is shown in tables.
    return { failed: error.message.replace(/\s+/g, ' ') };
  }
}

function describeRun(run, describe) {
  return run.failed ? `FAILED (${run.failed})` : describe(run);
}

/**
 * For each contestant the spread of each of `figures` over its good rounds, each of `ratios`
 * ({ name: { of, to } }: figure `of` against that of contestant `to` in the same round; the first
 * unless said), and what failed.
 */
export function summarise({ contestants, runs, figures, ratios }) {
  return contestants.map((contestant, i) => {
    const good = runs[i].filter(({ failed }) => !failed);
    const result = { contestant };
    for (const name of figures) result[name] = spread(good.map((run) => run[name]));
    for (const [name, { of, to = contestants[0] }] of Object.entries(ratios))
      result[name] = pairedRatio(runs[i], runs[contestants.indexOf(to)], of);
    result.errors = good.reduce((sum, { errors = 0 }) => sum + errors, 0);
    result.failures = failuresOf(runs[i]);
    return result;
  });
}

/** Only rounds in which both were measured can be compared; no ratio without a second one. */
function pairedRatio(runs, others, figure) {
  if (!others) return undefined;
  const pairs = runs.map((run, round) => [run, others[round]]);
  const good = pairs.filter(([run, other]) => !run.failed && !other.failed);
  return spread(good.map(([run, other]) => run[figure] / other[figure]));
}

function failuresOf(runs) {
  return runs.flatMap(({ failed }, i) => (failed ? [{ round: i + 1, reason: failed }] : []));
}
