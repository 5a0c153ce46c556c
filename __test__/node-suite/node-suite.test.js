'use strict';
// The runner of Node's own suite, on a small tree that is made like it.
const assert = require('node:assert');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { test } = require('node:test');
const { startNode } = require('../support/child');
const { onNodeHttp } = require('../support/mode');

const limit = { timeout: 60_000, skip: onNodeHttp && 'this is about the runner, not about http' };
const tree = path.join(__dirname, 'fake-tree');
const runner = path.join(__dirname, 'run.mjs');

/** Runs the runner on the tree, with the tree's expectations or those given. */
async function run(t, args, expectations = path.join(tree, 'expectations.json')) {
  const words = [runner, '--tree', '3.0.0', '--expectations', expectations, ...args];
  return await startNode(t, words).finished;
}

/** A file of expectations that says `entries`, in the tree's areas. */
function expecting(t, entries) {
  const { areas } = JSON.parse(fs.readFileSync(path.join(tree, 'expectations.json'), 'utf8'));
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'rust-http-'));
  t.after(() => fs.rmSync(folder, { recursive: true, force: true }));
  const file = path.join(folder, 'expectations.json');
  fs.writeFileSync(file, JSON.stringify({ areas, expectations: entries }));
  return { file, folder };
}

test('it says what is missing', limit, async (t) => {
  const cases = [
    [[], /where are the tests\?/],
    [[path.join(tree, 'nowhere')], /no folder .*nowhere/],
    [[path.join(tree, 'parallel')], /holds no tests of Node/],
  ];
  for (const [args, message] of cases) {
    const { code, stderr, stdout } = await run(t, args);
    assert.strictEqual(code, 2);
    assert.match(stderr, message);
    assert.match(stderr, /usage: npm run test:node-suite -- PATH/);
    assert.strictEqual(stdout, '');
  }
  const nothing = await run(t, [tree, '--only', 'no-such-test']);
  assert.strictEqual(nothing.code, 2);
});

test('a run in which everything is as expected', limit, async (t) => {
  const { folder } = expecting(t, {});
  const json = path.join(folder, 'result.json');
  const { code, stderr, stdout } = await run(t, [tree, '--json', json]);
  assert.strictEqual(code, 0, stdout + stderr);
  assert.match(stdout, /^7 tests of 3\.0\.0, rust-http on Node /);
  assert.match(stdout, /FAIL parallel\/test-http-fails\.js .*# it is meant to/);
  assert.match(stdout, /skip parallel\/test-http-hangs\.js {2}# it hangs/);
  assert.match(stdout, /^starting others +1 +0 +0$/m);
  assert.match(stdout, /^the rest +3 +1 +2$/m);
  assert.match(stdout, /^all +4 +1 +2$/m);
  assert.deepStrictEqual(JSON.parse(fs.readFileSync(json, 'utf8')), {
    node: process.versions.node,
    tree: '3.0.0',
    subject: 'rust-http',
    areas: {
      'starting others': { tests: 1, failed: [], skipped: [] },
      'the rest': {
        tests: 6,
        failed: ['parallel/test-http-fails.js'],
        skipped: ['parallel/test-http-hangs.js', 'parallel/test-http-skips.js'],
      },
    },
  });
});

test('an unexpected failure is told, with its output', limit, async (t) => {
  const { file } = expecting(t, {});
  const { code, stdout } = await run(t, [tree, '--only', 'fails'], file);
  assert.strictEqual(code, 1);
  assert.match(stdout, /Error: this test fails/);
  assert.match(stdout, /^unexpected: parallel\/test-http-fails\.js failed$/m);
});

test('an unexpected pass is told, too', limit, async (t) => {
  const { file } = expecting(t, {
    'parallel/test-http-passes.js': { result: 'fail', reason: 'it did' },
  });
  const { code, stdout } = await run(t, [tree, '--only', 'passes'], file);
  assert.strictEqual(code, 1);
  assert.match(stdout, /^unexpected: parallel\/test-http-passes\.js passed$/m);
});

test('expectations of other versions do not count', limit, async (t) => {
  const { file } = expecting(t, {
    'parallel/test-http-fails.js': { result: 'fail', runtime: '<4', reason: 'long ago' },
  });
  assert.strictEqual((await run(t, [tree, '--only', 'fails'], file)).code, 1);
});

test('a test that does not end is ended, and what it started', limit, async (t) => {
  const { file } = expecting(t, {});
  const { code, stdout } = await run(t, [tree, '--only', 'hangs', '--limit', '1'], file);
  assert.strictEqual(code, 1);
  assert.match(stdout, /ended after 1 s/);
});

test("--own-http leaves Node's in place, and expects nothing", limit, async (t) => {
  const { code, stdout } = await run(t, [tree, '--own-http', '--limit', '5']);
  assert.strictEqual(code, 0, stdout);
  assert.match(stdout, /^7 tests of 3\.0\.0, Node's own http on Node /);
  assert.match(stdout, /^all +4 +2 +1$/m);
});

test('another runtime, and several tests at a time', limit, async (t) => {
  const args = [tree, '--node', process.execPath, '--jobs', '2', '--only', 'test-http-'];
  const { code, stdout } = await run(t, args);
  assert.strictEqual(code, 0, stdout);
});

test('the compatibility page is what the results make it', limit, async (t) => {
  const { code, stderr } = await startNode(t, [path.join(__dirname, 'compat.mjs'), '--check'])
    .finished;
  assert.strictEqual(stderr, '');
  assert.strictEqual(code, 0);
});
