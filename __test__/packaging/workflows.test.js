'use strict';

// What a release is made with has one version each, and no secret is kept for it
// (docs/CONTRIBUTING.md, "Pinned versions").

const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');

const github = path.join(__dirname, '..', '..', '.github');
const read = (...names) => fs.readFileSync(path.join(github, ...names), 'utf8');
const workflows = fs.readdirSync(path.join(github, 'workflows'));

for (const name of workflows) {
  test(`${name} takes no tool in whatever version is the newest`, () => {
    const text = read('workflows', name);
    assert.doesNotMatch(text, /@latest|\b(?:stable|beta)\b|nightly(?!-\d{4}-\d\d-\d\d|\.yml|$)/m);
    for (const [line] of text.matchAll(/npm install --global .*/g))
      assert.match(line, / [\w/@-]+@\d+\.\d+\.\d+$/);
    for (const [command] of text.matchAll(/pip install[^:]*/g))
      assert.match(command, /--require-hashes/);
    for (const [command] of text.matchAll(/cargo install .*/g))
      assert.match(command, /--locked --version =?\d/);
  });

  test(`${name} keeps no secret`, () => assert.doesNotMatch(read('workflows', name), /secrets\./));
}

test('the compiler has a version', () => {
  assert.match(read('actions', 'rust', 'action.yml'), /default: \d+\.\d+\.\d+$/m);
});

test('only tests run on a line of Node', () => {
  for (const name of workflows.filter((name) => name !== 'ci.yml'))
    for (const [, version] of read('workflows', name).matchAll(/node-version: (.+)/g))
      assert.match(version, /^\d+\.\d+\.\d+$/, name);
});
