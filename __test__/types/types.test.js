// @timeout 240
'use strict';
// index.d.ts and https.d.ts: the programs beside this file compile against them, and each name says
// what it is, by what, and what holds where an option is left out.
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
  test(
    `${declarations}: every declaration and member has a comment and a source, every option a default`,
    limit,
    () => {
      const ts = require('typescript');
      const file = ts.createSourceFile(
        declarations,
        fs.readFileSync(path.join(root, declarations), 'utf8'),
        ts.ScriptTarget.Latest,
        true,
      );
      const bare = [];
      const withoutSource = [];
      const withoutDefault = [];
      let seen = 0;
      const sourced = new Set();
      const check = (node, owner = '', ownerHasSource = false) => {
        const name = owner + (node.name?.getText() ?? 'constructor');
        seen += 1;
        const comments = ts.getJSDocCommentsAndTags(node);
        if (comments.length === 0) bare.push(name);
        const text = comments.map((comment) => comment.getText()).join('\n');
        // An overload has that of the first one, a member that of what it is in.
        const hasSource = /@see /.test(text) || ownerHasSource || sourced.has(name);
        if (hasSource) sourced.add(name);
        else withoutSource.push(name);
        const isOption =
          ts.isPropertySignature(node) &&
          node.questionToken &&
          /(Options|Additions)\.$/.test(owner);
        if (isOption && !/@default /.test(text)) withoutDefault.push(name);
        for (const member of node.members ?? []) check(member, `${name}.`, hasSource);
      };
      for (const statement of file.statements) {
        if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement))
          check(statement);
      }
      assert.ok(seen > least, `${seen} declarations`);
      assert.deepStrictEqual(
        { bare, withoutSource, withoutDefault },
        {
          bare: [],
          withoutSource: [],
          withoutDefault: [],
        },
      );
    },
  );
}
