/** What went wrong in a run, a line each: shown beside every form of the results. */
import { shownName } from './format.mjs';

/** Contestants and workloads that did not take part, failed rounds, and requests without an answer. */
export function problemLines({ leftOut, workloads }) {
  const absent = leftOut.map(({ reason }) => `left out: ${reason}`);
  return [...absent, ...workloads.flatMap(linesOf)];
}

/** Whether a round of somebody failed. Absent contestants are no failure. */
export function anyFailed({ workloads }) {
  return workloads.some(({ results }) => results.some(({ failures }) => failures.length > 0));
}

function linesOf({ name, rounds, results }) {
  return results.flatMap((result) => {
    const who = `${name}, ${shownName(result.contestant)}`;
    const lines = [];
    if (result.failures.length > 0)
      lines.push(
        `${who}: ${result.failures.length} of ${rounds} rounds failed (${reasons(result)})`,
      );
    if (result.errors > 0) lines.push(`${who}: ${result.errors} requests without a good answer`);
    return lines;
  });
}

function reasons({ failures }) {
  return [...new Set(failures.map(({ reason }) => reason))].join('; ');
}
