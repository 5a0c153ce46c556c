'use strict';
// Every way in which a socket of http leaves it: to other processes, into TLS or HTTP/2, to a command,
// onto another net.Socket. What comes of it is what comes of it with Node's http in the same run.
// @timeout 400
const assert = require('node:assert');
const path = require('node:path');
const { test } = require('node:test');
const { startNode } = require('../support/child');
const { patient } = require('../support/sanitizer');
const { sideBySide } = require('../support/side-by-side');
const ways = require('./programs/sending');

const limit = { timeout: 60_000 };
const file = path.join(__dirname, 'programs', 'sending.js');
/** A way that hangs is ended by then. */
const PATIENCE = patient(10_000);

async function outcome(t, way, mode) {
  const child = startNode(t, [file, way], { env: { RUST_HTTP_TEST_MODE: mode } });
  const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE);
  const { code, signal, stdout, stderr } = await child.finished;
  clearTimeout(timer);
  assert.deepStrictEqual([code, signal], [0, null], `${signal ?? code}: ${stderr}`);
  return JSON.parse(stdout);
}

/** What may be otherwise than with Node. */
const exceptions = {
  // Node throws a TypeError that tells of its own insides. Sending it, or another error, is as good.
  "a client's response, to a child": ({ thrown, text }) => thrown || text === 'from the child',
  // From Node 26 on a socket may be transferred before it is read, and the error says so.
  'to a thread, transferred': ({ thrown, text }) =>
    Array.isArray(thrown) && text.endsWith('still here'),
};

sideBySide('ways out of http', () => {
  for (const way of ways)
    test(way, limit, async (t) => {
      const wanted = await outcome(t, way, 'http');
      const got = await outcome(t, way, process.env.RUST_HTTP_TEST_MODE);
      const isAllowed = exceptions[way];
      if (isAllowed) assert.ok(isAllowed(got), JSON.stringify(got));
      else assert.deepStrictEqual(got, wanted);
      if (!isAllowed) assert.notStrictEqual(wanted.text, '');
    });
});
