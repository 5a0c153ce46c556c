'use strict';
// A hostile neighbourhood for some seconds: see `chaos/chaos.js`, and `npm run test:chaos` for longer.
// @timeout 400
// @alone
const { test } = require('node:test');
const { onNodeHttp } = require('../support/mode');
const { patient } = require('../support/sanitizer');
const { Chaos, modes } = require('./chaos/chaos');

const SECONDS = 3;
const linux = process.platform !== 'linux' && 'descriptors and waiting are read from /proc';

for (const mode of Object.keys(modes))
  test(`chaos: ${mode}`, { skip: linux, timeout: patient(120_000) }, async (t) => {
    const seed = Date.now() % 1_000_000;
    t.diagnostic(`npm run test:chaos -- --mode ${mode} --seed ${seed}`);
    const report = (figures) => t.diagnostic(JSON.stringify(figures));
    await new Chaos(t, { mode, seed, isNode: onNodeHttp, report }).run(SECONDS);
  });
