/** The parts of `npm run ecosystem` that need no package. */
import assert from 'node:assert';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { firstComment, listEntries, packagesIn } from '../../ecosystem/entries.mjs';
import { compareRuns, parseSeen, reasonIn, renewed } from '../../ecosystem/outcome.mjs';
import { packagesTable } from '../../ecosystem/table.mjs';

test('each entry has a name of its own, a file, and says what it does', () => {
  const entries = listEntries();
  assert.ok(entries.length > 30);
  assert.strictEqual(new Set(entries.map(({ name }) => name)).size, entries.length);
  for (const { does, name, path } of entries) {
    assert.ok(existsSync(path));
    assert.ok(does.length > 10, name);
  }
});

test('packages are found however they are taken', () => {
  const text = `const a = require('one'); await import('@two/three/four');
    binOf('five'); import six from 'six'; require('node:http'); require('./seven');`;
  const known = ['one', '@two/three', 'five', 'six', 'seven', 'on'];
  assert.deepStrictEqual(packagesIn(text, known), ['one', '@two/three', 'five', 'six']);
});

test('the first comment, in one line', () => {
  assert.strictEqual(firstComment('/** One. */\n/** Two. */'), 'One.');
  assert.strictEqual(firstComment('/**\n * One\n * and two.\n */\ncode'), 'One and two.');
  assert.strictEqual(firstComment('code /** One. */'), '');
});

test('two runs are the same, differ, or are skipped', () => {
  const run = (seen) => ({ code: 0, seen });
  const failed = { code: 1, reason: 'Error: no' };
  assert.strictEqual(compareRuns(run({ a: [1] }), run({ a: [1] })).result, 'same');
  const { result, detail } = compareRuns(run({ a: { b: 1, c: 2 } }), run({ a: { b: 1, c: 3 } }));
  assert.strictEqual(result, 'different');
  assert.strictEqual(detail, "a.c: 2 with Node's, 3 with ours");
  assert.deepStrictEqual(compareRuns(run({}), failed).result, 'different');
  assert.deepStrictEqual(compareRuns(failed, run({})).result, 'skipped');
  assert.deepStrictEqual(compareRuns(run({ skipped: 'not here' }), run({})), {
    result: 'skipped',
    detail: 'not here',
  });
});

test('what a program says is its last line, and why it failed the first error', () => {
  assert.deepStrictEqual(parseSeen('noise\n{"a":1}\n'), { a: 1 });
  assert.strictEqual(parseSeen('noise'), undefined);
  assert.strictEqual(reasonIn('at x\n  TypeError: no\n at y'), 'TypeError: no');
  assert.strictEqual(reasonIn(''), 'no output');
});

test('a run of some entries renews theirs', () => {
  const rows = [{ name: 'a' }, { name: 'b' }];
  const newer = [{ name: 'b', result: 'same' }, { name: 'c' }];
  assert.deepStrictEqual(renewed(rows, newer), [{ name: 'a' }, { name: 'b', result: 'same' }]);
});

test('the table has a row for each program and a column for each runtime', () => {
  const row = (name, result, more) => ({ name, does: 'It | runs.', packages: {}, result, ...more });
  const results = [
    { node: '22.1.0', date: '2026-01-01', rows: [row('b', 'same'), row('a', 'same')] },
    {
      node: '26.1.0',
      date: '2026-01-02',
      rows: [row('b', 'different', { detail: 'x|y', packages: { b: '1.2.3' } })],
    },
  ];
  assert.deepStrictEqual(packagesTable(results).split('\n'), [
    '| packages | what is run | Node 22.1.0, 2026-01-01 | Node 26.1.0, 2026-01-02 |',
    '| --- | --- | --- | --- |',
    '| a | It \\| runs. | same |  |',
    '| b 1.2.3 | It \\| runs. | same | different: x\\|y |',
  ]);
});
