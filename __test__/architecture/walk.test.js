'use strict';
// How many functions one small request runs through: the two walks of docs/architecture.md stay short.
const assert = require('node:assert');
const { execFile } = require('node:child_process');
const path = require('node:path');
const { test } = require('node:test');
const { promisify } = require('node:util');

const script = path.join(__dirname, '..', '..', 'scripts', 'walk.mjs');
/** Before Node 22, the constructors of Node's messages leave two fields to us, in a function of one more file. */
const older = Number(process.versions.node.split('.')[0]) < 22 ? 1 : 0;

test('the walk of one small request is short', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [script, '--list']);
  const sums = [...stdout.matchAll(/^(in|out): (\d+) functions in (\d+) files$/gm)];
  assert.deepStrictEqual(
    sums.map(([, name]) => name),
    ['in', 'out'],
  );
  const most = { in: [20 + older, 7 + older], out: [40, 10] };
  for (const [, name, functions, files] of sums) {
    const [mostFunctions, mostFiles] = most[name];
    assert.ok(Number(functions) <= mostFunctions && Number(files) <= mostFiles, stdout);
  }
});
