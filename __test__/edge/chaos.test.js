'use strict';
// A hostile neighbourhood for some seconds: see `chaos/chaos.js`, and `npm run test:chaos` for longer.
// @timeout 400
// @alone
const { before, test } = require('node:test');
const { onNodeHttp } = require('../support/mode');
const { patient } = require('../support/sanitizer');
const { Chaos, modes } = require('./chaos/chaos');

const SECONDS = 3;
const linux = process.platform !== 'linux' && 'descriptors and waiting are read from /proc';

/**
 * Node 20 can wait for ever, as it tears the process down, for a socket of its TLS whose connection was reset.
 * Registered when the tests run, so behind what the test runner does at the end.
 */
function endWithoutTearingDown() {
  process.on('exit', () => process.exit());
}

before(endWithoutTearingDown);

for (const mode of Object.keys(modes))
  test(`chaos: ${mode}`, { skip: linux, timeout: patient(120_000) }, async (t) => {
    const seed = Date.now() % 1_000_000;
    t.diagnostic(`npm run test:chaos -- --mode ${mode} --seed ${seed}`);
    const report = (figures) => t.diagnostic(JSON.stringify(figures));
    await new Chaos(t, { mode, seed, isNode: onNodeHttp, report }).run(SECONDS);
  });
