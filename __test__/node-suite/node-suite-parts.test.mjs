// The parts of the runner of Node's own suite that decide something.
import assert from 'node:assert';
import { test } from 'node:test';
import { expectationOf, inRange, judge } from './expectations.mjs';
import { compareRuns, page } from './page.mjs';

const limit = { timeout: 5_000 };

test('ranges of versions', limit, () => {
  const inside = ['>=20', '<20.11.2', '>=20.11.1', '>=18 <21', undefined];
  for (const range of inside) assert.ok(inRange('20.11.1', range), range);
  for (const range of ['<20', '<20.11.1', '>=20.12', '>=18 <20'])
    assert.ok(!inRange('20.11.1', range), range);
  assert.ok(inRange(undefined, '<1'));
  assert.throws(() => inRange('20.0.0', '20'), /not a range/);
});

test('the first expectation that fits', limit, () => {
  const old = { result: 'fail', runtime: '<22', reason: 'old' };
  const newTree = { result: 'skip', tree: '>=24', reason: 'new' };
  const expectations = { a: [old, newTree], b: old };
  const of = (name, runtime, tree) => expectationOf(expectations, name, { runtime, tree });
  assert.strictEqual(of('a', '20.1.0', '24.0.0'), old);
  assert.strictEqual(of('a', '22.1.0', '24.0.0'), newTree);
  assert.strictEqual(of('a', '22.1.0', '22.0.0'), undefined);
  assert.strictEqual(of('b', '20.1.0', '20.0.0'), old);
  assert.strictEqual(of('c', '20.1.0', '20.0.0'), undefined);
});

test('what is expected', limit, () => {
  const fail = { result: 'fail' };
  const flaky = { result: 'flaky' };
  const expected = (...args) => judge(...args).expected;
  assert.deepStrictEqual([expected('passed'), expected('failed')], [true, false]);
  assert.deepStrictEqual([expected('passed', fail), expected('failed', fail)], [false, true]);
  assert.deepStrictEqual([expected('passed', flaky), expected('failed', flaky)], [true, true]);
  assert.deepStrictEqual([expected('skipped'), expected('skipped', fail)], [true, true]);
});

test('the page', limit, () => {
  const area = (tests, failed, skipped = []) => ({ tests, failed, skipped });
  const result = (node, subject, areas) => ({ node, tree: '24.1.0', subject, areas });
  const runs = compareRuns([
    result('22.0.0', 'rust-http', { agent: area(4, ['a']), client: area(2, []) }),
    result('20.0.0', 'node', { agent: area(4, ['a', 'b']), client: area(2, [], ['c']) }),
    result('20.0.0', 'rust-http', { agent: area(4, ['a', 'd']), client: area(2, [], ['c']) }),
  ]);
  assert.deepStrictEqual(
    runs.map(({ node, own }) => [node, own?.node]),
    [
      ['20.0.0', '20.0.0'],
      ['22.0.0', undefined],
    ],
  );
  const expectations = {
    a: { result: 'fail', kind: 'internals', line: 3, reason: 'looks inside' },
    d: { result: 'fail', kind: 'runtime', runtime: '<22', reason: 'is new' },
  };
  const markers =
    'Text.\n\n<!-- runs -->\n\n<!-- areas -->\n\n<!-- internals -->\n<!-- other -->\n';
  const lines = page(markers, runs, expectations).split('\n');
  assert.ok(lines.includes('| 20.0.0 | 24.1.0 | 6 | 1 | 3 | 2 | 3 | 1 |'), lines.join('\n'));
  assert.ok(lines.includes('| 22.0.0 | 24.1.0 | 6 | 0 |  |  | 5 |  |'));
  assert.ok(lines.includes('| agent | 2 of 4 | 3 of 4 |'));
  assert.ok(lines.includes('| client | 1 of 1 | 2 of 2 |'));
  assert.ok(lines.includes('| `a` | 3 | looks inside |'));
  assert.ok(lines.includes('<!-- other -->'));
  assert.strictEqual(lines[0], 'Text.');
});
