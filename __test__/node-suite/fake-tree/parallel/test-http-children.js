'use strict';
// Children and threads get the module even where their environment is not inherited.
const common = require('../common');
const assert = require('node:assert');
const { execFileSync, fork, spawnSync } = require('node:child_process');
const { Worker, isMainThread } = require('node:worker_threads');

common.check(require('node:http'));
if (isMainThread && process.argv[2] !== 'child') {
  const env = { PATH: process.env.PATH };
  assert.strictEqual(spawnSync(process.execPath, [__filename, 'child'], { env }).status, 0);
  execFileSync(process.execPath, [__filename, 'child'], { env });
  fork(__filename, ['child'], { env }).on('exit', (code) => assert.strictEqual(code, 0));
  new Worker(__filename, { env }).on('error', assert.ifError);
}
