/** The compatibility page: the hand-written text with tables in the place of its markers. */

/**
 * Pairs the runs of this module with those of Node's own http: the same runtime, the same tests.
 * Sorted by runtime and tests.
 */
export function compareRuns(results) {
  const isPair = (one, another) => one.node === another.node && one.tree === another.tree;
  return results
    .filter(({ subject }) => subject === 'rust-http')
    .map((ours) => ({
      ...ours,
      own: results.find((other) => other.subject === 'node' && isPair(other, ours)),
    }))
    .sort((a, b) => order(a.node, b.node) || order(a.tree, b.tree));
}

function order(one, another) {
  return one.localeCompare(another, 'en', { numeric: true });
}

/**
 * `template` with `<!-- NAME -->` lines replaced by the tables of that name; `more` are tables of others.
 */
export function page(template, runs, expectations, more = {}) {
  const tables = {
    ...more,
    runs: () => runsTable(runs),
    areas: () => areasTable(runs),
    internals: () => namedTests(expectations, 'internals'),
    strictness: () => namedTests(expectations, 'strictness'),
    gaps: () => namedTests(expectations, 'gap'),
    runtime: () => runtimeTests(expectations),
  };
  return template.replace(/^<!-- (\w+) -->$/gm, (marker, name) => tables[name]?.() ?? marker);
}

function runsTable(runs) {
  const rows = runs.map((run) => {
    const { node, own, tree } = run;
    const tests = totalOf(run);
    const failed = namesOf(run, 'failed');
    const skipped = namesOf(run, 'skipped').length;
    const passed = tests - failed.length - skipped;
    if (!own) return [node, tree, tests, skipped, '', '', passed, ''];
    const hostFailed = new Set(namesOf(own, 'failed'));
    const here = failed.filter((name) => !hostFailed.has(name)).length;
    const hostPassed = totalOf(own) - hostFailed.size - namesOf(own, 'skipped').length;
    const more = passed - (hostPassed - here);
    return [node, tree, tests, skipped, hostPassed, hostPassed - here, passed, more];
  });
  return table(
    [
      'runtime',
      'tests of',
      'tests',
      'skipped by themselves',
      "pass with Node's http",
      'of these pass here',
      'pass here',
      'pass only here',
    ],
    rows,
  );
}

function areasTable(runs) {
  const areas = [...new Set(runs.flatMap((run) => Object.keys(run.areas)))].sort();
  const columns = runs.map(({ node, tree }) => `Node ${node.split('.')[0]}, tests of ${tree}`);
  const rows = areas.map((area) => [area, ...runs.map((run) => areaCell(run, area))]);
  return table(['area', ...columns], rows);
}

/** `passed of tests`, those that skip themselves left out. */
function areaCell({ areas }, area) {
  const counts = areas[area];
  if (!counts) return '';
  const tests = counts.tests - counts.skipped.length;
  return `${tests - counts.failed.length} of ${tests}`;
}

function namedTests(expectations, kind) {
  const named = ofKind(expectations, kind);
  if (named.length === 0) return 'There are none.';
  return table(
    ['test', 'line', 'why'],
    named.map(([name, { line, reason }]) => [`\`${name}\``, line, reason]),
  );
}

function runtimeTests(expectations) {
  return table(
    ['test', 'of version', 'on Node', 'why'],
    ofKind(expectations, 'runtime').map(([name, { reason, runtime, tree }]) => [
      `\`${name}\``,
      range(tree),
      range(runtime),
      reason,
    ]),
  );
}

const range = (versions) => (versions ? `\`${versions}\`` : 'all');

function ofKind(expectations, kind) {
  return Object.entries(expectations)
    .flatMap(([name, entries]) => [entries].flat().map((entry) => [name, entry]))
    .filter(([, entry]) => entry.kind === kind);
}

const totalOf = ({ areas }) => Object.values(areas).reduce((sum, { tests }) => sum + tests, 0);
const namesOf = ({ areas }, outcome) => Object.values(areas).flatMap((area) => area[outcome]);

function table(head, rows) {
  const line = (cells) => `| ${cells.map((cell) => cell ?? '').join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
