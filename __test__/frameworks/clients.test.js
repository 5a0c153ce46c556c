/**
 * Packages that make requests, unmodified: each tells what it saw on Node's http and with ours
 * registered, and that must be the same.
 */
'use strict';

const assert = require('node:assert');
const { readdirSync } = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { startNode } = require('../support/child');
const { required } = require('../support/registered');
const startOrigin = require('./origin');

const limit = { timeout: 60_000 };
const clients = readdirSync(path.join(__dirname, 'clients')).map((file) => path.parse(file).name);

/** Runs the program of `client` against servers of its own. */
async function ask(t, client, mode) {
  const { log, ...urls } = await startOrigin(t);
  const execArgv = mode === 'registered' ? required : [];
  const program = path.join(__dirname, 'ask.js');
  const child = startNode(t, [...execArgv, program, client, mode, JSON.stringify(urls)], {
    env: { NODE_NO_WARNINGS: '1' },
  });
  const { code, stdout, stderr } = await child.finished;
  assert.strictEqual(code, 0, `${client} on ${mode}: ${stderr}`);
  const seen = stdout.replaceAll(urls.base, '(base)').replaceAll(urls.secure, '(secure)');
  return { ...JSON.parse(seen), log };
}

for (const client of clients) {
  test(`${client} sees with ours registered what it sees on Node`, limit, async (t) => {
    const expected = await ask(t, client, 'node');
    const seen = await ask(t, client, 'registered');
    assert.deepStrictEqual(seen, expected);
    assert.ok(Object.keys(seen).length > 1);
  });
}
