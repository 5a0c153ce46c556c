'use strict';
// The measured process of loading.mjs: loads one contestant's module and says what it took.
const { readFileSync } = require('node:fs');

const [, , contestant] = process.argv;
const path = { node: 'node:http', 'rust-http': '../index.js' }[contestant];

const before = memory();
const begin = process.hrtime.bigint();
require(path);
const end = process.hrtime.bigint();
const after = memory();
process.stdout.write(
  JSON.stringify({
    millis: Number(end - begin) / 1e6,
    rss: after.rss - before.rss,
    // Without the pages of files, which the system has anyway and shares; known on Linux.
    ownBytes: after.own - before.own,
  }),
);

function memory() {
  return { rss: process.memoryUsage.rss(), own: anonymousBytes() };
}

function anonymousBytes() {
  try {
    const status = readFileSync('/proc/self/status', 'latin1');
    return Number(/^RssAnon:\s+(\d+) kB/m.exec(status)[1]) * 1024;
  } catch {
    return undefined;
  }
}
