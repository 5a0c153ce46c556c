'use strict';
// SECURITY.md names the tests that prove what it says: they exist under these names.
const assert = require('node:assert');
const { existsSync, readFileSync, readdirSync } = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');

const root = path.join(__dirname, '../..');
const page = readFileSync(path.join(root, 'SECURITY.md'), 'utf8');
const rows = page
  .split('\n')
  .filter((line) => /^\|.*`(?:edge|tests|server|client|workers)\//.test(line));
const proofs = rows.map((line) => line.split('|').at(-2));

/** The file that `name` stands for. */
function fileOf(name) {
  if (name.startsWith('tests/')) return path.join(root, 'src/protocol', `${name}.rs`);
  const inputs = path.join(root, '__test__', `${name}.js`);
  return existsSync(inputs) ? inputs : path.join(root, '__test__', `${name}.test.js`);
}

test('the table has its rows', () => {
  assert.ok(rows.length >= 25, `${rows.length} rows`);
});

test('each file that is named exists', () => {
  const names = proofs.flatMap((proof) => [...proof.matchAll(/`([a-z]+\/[a-z/-]+)`/g)]);
  assert.ok(names.length > 50, `${names.length} names`);
  const missing = names.map(([, name]) => name).filter((name) => !existsSync(fileOf(name)));
  assert.deepStrictEqual(missing, []);
});

test('each test that is named is in its file', () => {
  const missing = [];
  for (const proof of proofs) {
    for (const part of proof.split(';')) {
      const [files, title] = part.split(': ');
      if (title === undefined) continue;
      const words = title
        .trim()
        .replaceAll('`', '')
        .split(/, (?!\d)/);
      for (const [, name] of files.matchAll(/`([a-z]+\/[a-z/-]+)`/g)) {
        const text = readFileSync(fileOf(name), 'utf8');
        missing.push(...words.filter((word) => !text.includes(word.replace(/…$/, ''))));
      }
    }
  }
  assert.deepStrictEqual(missing, []);
});

test('each Rust test that is named exists', () => {
  const folder = path.join(root, 'src/protocol/tests');
  const text = readdirSync(folder)
    .map((name) => readFileSync(path.join(folder, name), 'utf8'))
    .join('');
  const names = [...page.matchAll(/`(rfc\w+)(…?)`/g)];
  assert.ok(names.length > 8, `${names.length} names`);
  const missing = names
    .filter(([, name, more]) => !new RegExp(`fn ${name}${more ? '' : '\\b'}`).test(text))
    .map(([, name]) => name);
  assert.deepStrictEqual(missing, []);
});
