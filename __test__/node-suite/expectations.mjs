/** What is expected of a test: to pass, unless the file of expectations says why it does not. */
import { readFileSync } from 'node:fs';

/** `{ areas, expectations }`; see the file itself for what they hold. */
export function loadExpectations(file) {
  const { areas, expectations } = JSON.parse(readFileSync(file, 'utf8'));
  return { areas, expectations };
}

/**
 * The expectation that applies to `name` where `versions` (`{ runtime, tree }`) are under test, or
 * undefined. One entry, or a list of them of which the first that fits counts.
 */
export function expectationOf(expectations, name, versions) {
  return [expectations[name] ?? []]
    .flat()
    .find(
      ({ runtime, tree }) => inRange(versions.runtime, runtime) && inRange(versions.tree, tree),
    );
}

/**
 * What became of a test, given how it ended: `passed`, `skipped`, or `failed`, and whether that was
 * `expected`.
 */
export function judge(outcome, expectation) {
  const expected = expectation?.result ?? 'pass';
  if (outcome === 'skipped') return { outcome, expected: true };
  if (expected === 'flaky') return { outcome, expected: true };
  return { outcome, expected: (outcome === 'passed') === (expected === 'pass') };
}

/** `>=20.3 <22`: every part has to hold. An unknown version is in every range. */
export function inRange(version, range) {
  if (!range || !version) return true;
  return range.split(/\s+/).every((part) => {
    const [, operator, limit] = /^(<|>=)([\d.]+)$/.exec(part) ?? [];
    if (!operator) throw new Error(`not a range of versions: ${range}`);
    const order = compareVersions(version, limit);
    return operator === '<' ? order < 0 : order >= 0;
  });
}

function compareVersions(one, another) {
  const [a, b] = [one, another].map((version) => version.split('.').map(Number));
  for (let i = 0; i < 3; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
