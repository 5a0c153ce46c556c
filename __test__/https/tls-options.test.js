'use strict';
// All options that the runtime's own TLS reads of a client's are known here: one that a release of Node brings must not
// be passed by.
const assert = require('node:assert');
const { test } = require('node:test');
const { NODES, SAME } = require('../../lib/https/client-tls');

/** The text of a module of Node's own; undefined where it cannot be had. */
function textOf(name) {
  const { noDeprecation } = process;
  process.noDeprecation = true;
  try {
    return process.binding('natives')[name];
  } catch {
    return undefined;
  } finally {
    process.noDeprecation = noDeprecation;
  }
}

const WRAP = textOf('internal/tls/wrap') ?? textOf('_tls_wrap');
const CONTEXT = textOf('internal/tls/secure-context');
const COMMON = textOf('internal/tls/common') ?? textOf('_tls_common');
/** Not of TLS: what `net` reads, and names of a server's own. */
const OTHERS = [
  ...['host', 'hints', 'localAddress', 'path', 'port', 'lookup', 'family', 'agent', 'method'],
  ...['ticketKeys', 'newSessionTimeout'],
];

test('options of TLS are known', { skip: !WRAP && 'the runtime does not show its sources' }, () => {
  const names = new Set();
  for (const text of [WRAP, CONTEXT, COMMON])
    for (const [, name] of (text ?? '').matchAll(/\b(?:[oO]ptions|opts|tlsOptions)\??\.(\w+)/g))
      names.add(name);
  assert.ok(names.size > 20, 'they are found');
  const known = [...NODES, ...SAME, ...OTHERS];
  assert.deepStrictEqual(
    [...names].filter((name) => !known.includes(name)),
    [],
  );
});
