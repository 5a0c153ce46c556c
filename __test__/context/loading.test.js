'use strict';
// Loading the module leaves nothing to do for later: tools that watch async resources see no tick, timer
// or immediate of its making.
const assert = require('node:assert');
const { execFileSync } = require('node:child_process');
const path = require('node:path');
const { test } = require('node:test');
const { onNodeHttp } = require('../support/mode');

const text = `
  const { createHook } = require('node:async_hooks');
  const { writeSync } = require('node:fs');
  const http = require('node:http');
  new http.Server(); // loads what Node loads late
  const seen = [];
  createHook({ init: (_id, type) => seen.push(type) }).enable();
  require(${JSON.stringify(path.join(__dirname, '../..'))});
  writeSync(1, JSON.stringify(seen));`;

test('loading queues no tick, timer or immediate', {
  skip: onNodeHttp && 'concerns loading this module',
}, () => {
  const seen = JSON.parse(execFileSync(process.execPath, ['-e', text], { encoding: 'utf8' }));
  const later = /^(TickObject|Timeout|Immediate|PROMISE|Microtask)$/;
  assert.deepStrictEqual(
    seen.filter((type) => later.test(type)),
    [],
  );
});
