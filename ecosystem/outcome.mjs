/** What two runs of an entry say together. */
import { isDeepStrictEqual } from 'node:util';

/**
 * `node` and `ours` are { code, seen }: the exit code, and what the program printed. The outcome is
 * { result, detail, version }, where the result is `same`, `different`, or `skipped`.
 */
export function compareRuns(node, ours) {
  if (node.seen?.skipped) return { result: 'skipped', detail: node.seen.skipped };
  const version = node.seen?.version;
  if (node.code !== 0)
    return { result: 'skipped', detail: `fails with Node's http: ${node.reason}` };
  if (ours.code !== 0) return { result: 'different', detail: ours.reason, version };
  const differing = differences(node.seen, ours.seen);
  if (differing.length === 0) return { result: 'same', version };
  return { result: 'different', detail: differing.join('; '), version };
}

/** `path: with Node's, with ours` of what is not equal. */
function differences(one, other, path = '') {
  if (isDeepStrictEqual(one, other)) return [];
  if (!isObject(one) || !isObject(other)) {
    return [`${path}: ${JSON.stringify(one)} with Node's, ${JSON.stringify(other)} with ours`];
  }
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...keys].flatMap((key) =>
    differences(one[key], other[key], path ? `${path}.${key}` : key),
  );
}

const isObject = (value) => typeof value === 'object' && value !== null;

/** What a program printed last, as JSON; undefined if that is none. */
export function parseSeen(stdout) {
  try {
    return JSON.parse(stdout.trim().split('\n').at(-1));
  } catch {
    return undefined;
  }
}

/** The line of an output that says why it failed. */
export function reasonIn(output) {
  const lines = output.split('\n').map((line) => line.trim());
  return (
    lines.find((line) => /Error\b.*:|^not ok/.test(line)) ??
    lines.find((line) => line) ??
    'no output'
  );
}

/** `rows` with those that `newer` has, too, in its state. */
export function renewed(rows, newer) {
  return rows.map((row) => newer.find(({ name }) => name === row.name) ?? row);
}
