/**
 * Packages that are both ends at once, that make requests without a network, or that watch: each
 * program tells what it saw on Node's http and with ours registered, and that must be the same.
 */
'use strict';

const assert = require('node:assert');
const { readdirSync } = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { startNode } = require('../support/child');
const { required } = require('../support/registered');

const limit = { timeout: 60_000 };
const programs = readdirSync(path.join(__dirname, 'programs')).map((file) => path.parse(file).name);

async function run(t, name, mode) {
  const execArgv = mode === 'registered' ? required : [];
  const child = startNode(t, [...execArgv, path.join(__dirname, 'program.js'), name, mode], {
    env: { NODE_NO_WARNINGS: '1' },
  });
  const { code, stdout, stderr } = await child.finished;
  assert.strictEqual(code, 0, `${name} on ${mode}: ${stderr}`);
  return JSON.parse(stdout);
}

for (const name of programs) {
  test(`${name} sees with ours registered what it sees on Node`, limit, async (t) => {
    const expected = await run(t, name, 'node');
    assert.ok(Object.keys(expected).length > 1);
    assert.deepStrictEqual(await run(t, name, 'registered'), expected);
  });
}
