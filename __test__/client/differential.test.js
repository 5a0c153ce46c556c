'use strict';
// Made-up exchanges, played with Node's own client and with ours: the same events in the same order,
// the same messages, the same pool afterwards.
// @timeout 600
const assert = require('node:assert');
const nodeHttp = require('node:http');
const { test } = require('node:test');
const http = require('../support/subject');
const { play, scenarioOf } = require('./scenarios');

const BLOCK = 20;
const BLOCKS = 15;

/** How long nothing has to happen; longer only where a difference was seen. */
const PATIENCE = [1, 10, 40, 200, 800];

async function compare(seed) {
  const scenario = scenarioOf(seed);
  let expected;
  let seen;
  for (const patience of PATIENCE) {
    expected = await play(nodeHttp, scenario, patience);
    seen = await play(http, scenario, patience);
    if (seen === expected) return;
  }
  assert.strictEqual(seen, expected, `exchange ${seed}: ${JSON.stringify(scenario)}`);
}

for (let block = 0; block < BLOCKS; block++) {
  const first = block * BLOCK;
  test(`exchanges ${first} to ${first + BLOCK - 1}`, { timeout: 120_000 }, async () => {
    const different = [];
    for (let seed = first; seed < first + BLOCK; seed++) {
      await compare(seed).catch((error) => different.push(error));
    }
    if (different.length > 0) throw different[0];
  });
}
