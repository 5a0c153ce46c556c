'use strict';
// Several processes and threads: what each of them sees, how it ends, and that it ends, with Node's http and ours.
// @timeout 400
const assert = require('node:assert');
const path = require('node:path');
const { test } = require('node:test');
const { startNode } = require('../support/child');
const { patient } = require('../support/sanitizer');
const { sideBySide } = require('../support/side-by-side');
const table = require('./table');

const limit = { timeout: 240_000 };
const program = path.join(__dirname, 'play.js');
/** A scenario that hangs is ended by then. */
const PATIENCE = patient(90_000);

/** What each role has logged. Between processes there is no order. */
function byRole(text) {
  const seen = {};
  for (const line of text.trim().split('\n')) {
    const [, role, rest] = /^(\w+): (.*)$/.exec(line) ?? [undefined, 'other', line];
    seen[role] = [...(seen[role] ?? []), rest];
  }
  return seen;
}

async function play(t, scenario, mode) {
  const child = startNode(t, [program, scenario], { env: { RUST_HTTP_TEST_MODE: mode } });
  const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE);
  const { code, signal, stdout, stderr } = await child.finished;
  clearTimeout(timer);
  assert.deepStrictEqual([code, signal], [0, null], `${mode}: ${stdout}${stderr}`);
  return byRole(stdout);
}

sideBySide('processes and threads', () => {
  for (const scenario of Object.keys(table))
    test(scenario, limit, async (t) => {
      const wanted = await play(t, scenario, 'http');
      assert.notDeepStrictEqual(wanted, {});
      assert.deepStrictEqual(await play(t, scenario, process.env.RUST_HTTP_TEST_MODE), wanted);
    });
});
