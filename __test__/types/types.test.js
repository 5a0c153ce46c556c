// @timeout 240
'use strict';
// index.d.ts: the programs beside this file compile against it, and each name in it says what it is.
const assert = require('node:assert');
const { spawnSync } = require('node:child_process');
const path = require('node:path');
const { test } = require('node:test');

const limit = { timeout: 110_000 };
const compiler = require.resolve('typescript/lib/tsc.js');
const declarations = path.join(__dirname, '..', '..', 'index.d.ts');

for (const [project, types] of [
  ['tsconfig.json', 'the newest @types/node'],
  ['tsconfig.old-node.json', 'an old @types/node'],
]) {
  test(`programs compile under ${types}`, limit, () => {
    const args = [compiler, '--project', path.join(__dirname, project)];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    assert.strictEqual(status, 0, stdout + stderr);
  });
}

test('every declaration and member has a comment', limit, () => {
  const ts = require('typescript');
  const file = ts.createSourceFile(
    declarations,
    require('node:fs').readFileSync(declarations, 'utf8'),
    ts.ScriptTarget.Latest,
    true,
  );
  const bare = [];
  let seen = 0;
  const check = (node, owner = '') => {
    const name = owner + (node.name?.getText() ?? 'constructor');
    seen += 1;
    if (ts.getJSDocCommentsAndTags(node).length === 0) bare.push(name);
    for (const member of node.members ?? []) check(member, `${name}.`);
  };
  for (const statement of file.statements) {
    if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) check(statement);
  }
  assert.ok(seen > 40, `${seen} declarations`);
  assert.deepStrictEqual(bare, []);
});
