/** Results of a run: their compact form, which is kept in `results/`, and tables of them. */

/**
 * `{ node, tree, subject, areas }`: of each area how many tests there were, and the names of those
 * that did not pass.
 */
export function resultOf(tests, { runtime, tree }, subject) {
  const areas = {};
  for (const { name, area, verdict } of tests) {
    const counts = (areas[area] ??= { tests: 0, failed: [], skipped: [] });
    counts.tests += 1;
    counts[verdict.outcome]?.push(name);
  }
  return { node: runtime, tree, subject, areas };
}

/** Passed, failed and skipped by area, for a terminal. */
export function areaTable({ areas }) {
  const rows = Object.entries(areas).map(([area, counts]) => [area, ...numbersOf(counts)]);
  const total = [1, 2, 3].map((i) => rows.reduce((sum, row) => sum + row[i], 0));
  const all = [['area', 'passed', 'failed', 'skipped'], ...rows, ['all', ...total]];
  const width = Math.max(...all.map(([area]) => area.length));
  return all
    .map(([area, ...cells]) =>
      [area.padEnd(width), ...cells.map((cell) => String(cell).padStart(8))].join(''),
    )
    .join('\n');
}

function numbersOf({ tests, failed, skipped }) {
  return [tests - failed.length - skipped.length, failed.length, skipped.length];
}
