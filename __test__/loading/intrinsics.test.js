'use strict';
// Programs, polyfills, mocks and sandboxes replace what the language has. Node's http goes on, because it has kept
// what it uses; so does the module.
const assert = require('node:assert');
const { spawnSync } = require('node:child_process');
const path = require('node:path');
const { test } = require('node:test');
const { READABLE } = require('./programs/readable');

const program = path.join(__dirname, 'programs', 'intrinsics.js');

/** What `programs/intrinsics.js` prints. `source`: value of RUST_HTTP_BUNDLE. */
function run(subject, source = '') {
  const { NODE_TEST_CONTEXT, ...env } = { ...process.env, RUST_HTTP_BUNDLE: source };
  const options = { encoding: 'utf8', timeout: 60_000, env };
  const { status, stderr, stdout } = spawnSync(process.execPath, [program, subject], options);
  assert.strictEqual(status, 0, stderr);
  return JSON.parse(stdout);
}

/** What Node's http saw in the same world, and what that called. */
const node = run('node');

for (const [name, source] of [
  ['its files', 'off'],
  ['the bundle', ''],
])
  test(`loaded from ${name}, used when the program has replaced what the language has`, () => {
    const { error, reached, seen } = run('module', source);
    const wrong = Object.entries(reached).filter(([called]) => !READABLE.includes(called));
    assert.deepStrictEqual(wrong, []);
    assert.strictEqual(error, undefined);
    assert.deepStrictEqual(seen, node.seen);
  });

test("Node's http calls of the program's all that the module may call", () => {
  assert.strictEqual(node.error, undefined);
  assert.deepStrictEqual(
    READABLE.filter((called) => !Object.hasOwn(node.reached, called)),
    [],
  );
});
