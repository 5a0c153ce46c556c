'use strict';
// Made-up programs on Node's own server and on ours: the same events in the same order, the same errors, and the same
// bytes to the client.
// @timeout 600
const assert = require('node:assert');
const nodeHttp = require('node:http');
const { test } = require('node:test');
const http = require('../support/subject');
const { hostHas } = require('../support/mode');
const { play, programOf } = require('./programs');

const BLOCK = 20;
const BLOCKS = 15;

/** Ours does what newer Nodes do. */
const options = {
  timeout: 120_000,
  skip: !hostHas(24) && "other orders in this version's own http",
};

/** How long nothing has to happen; longer only where a difference was seen. */
const PATIENCE = [1, 10, 40, 200];

async function compare(seed) {
  const program = programOf(seed);
  let expected;
  let seen;
  for (const patience of PATIENCE) {
    expected = await play(nodeHttp, program, patience);
    seen = await play(http, program, patience);
    if (String(seen) === String(expected)) return;
  }
  assert.deepStrictEqual(seen, expected, `program ${seed}: ${JSON.stringify(program)}`);
}

for (let block = 0; block < BLOCKS; block++) {
  const first = block * BLOCK;
  test(`programs ${first} to ${first + BLOCK - 1}`, options, async () => {
    for (let seed = first; seed < first + BLOCK; seed++) await compare(seed);
  });
}
