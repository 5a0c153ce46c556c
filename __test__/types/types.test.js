// @timeout 240
'use strict';
// index.d.ts and https.d.ts: the programs beside this file compile against them, and each name says
// what it is.
const assert = require('node:assert');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');

const limit = { timeout: 110_000 };
const compiler = require.resolve('typescript/lib/tsc.js');
const root = path.join(__dirname, '..', '..');

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

for (const [declarations, least] of [
  ['index.d.ts', 40],
  ['https.d.ts', 15],
]) {
  test(`${declarations}: every declaration and member has a comment`, limit, () => {
    const ts = require('typescript');
    const file = ts.createSourceFile(
      declarations,
      fs.readFileSync(path.join(root, declarations), 'utf8'),
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
      if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement))
        check(statement);
    }
    assert.ok(seen > least, `${seen} declarations`);
    assert.deepStrictEqual(bare, []);
  });
}
