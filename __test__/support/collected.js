'use strict';
// Whether objects are garbage once they are over.
const assert = require('node:assert');
const v8 = require('node:v8');
const vm = require('node:vm');
const { turn } = require('./events');

v8.setFlagsFromString('--expose-gc');
const gc = vm.runInNewContext('gc');

/** Collections after which what is alive is taken for kept. */
const ROUNDS = 100;
/** So many may be in somebody's hands still: a stack frame, a list of spare parsers. */
const SPARE = 2;

/**
 * Calls `make(watch)` several times, one after the other, and asserts that what it gave to
 * `watch(name, object)` is collected afterwards.
 */
async function assertCollected(make, times = 10) {
  const watched = new Map();
  const watch = (name, object) => {
    if (!watched.has(name)) watched.set(name, []);
    watched.get(name).push(new WeakRef(object));
    return object;
  };
  for (let i = 0; i < times; i++) await make(watch);
  assert.ok(watched.size > 0, 'nothing is watched');
  for (const [name, refs] of watched)
    assert.ok(refs.length >= times, `${refs.length} of ${name} are watched`);
  let kept;
  for (let round = 0; round < ROUNDS; round++) {
    await turn();
    gc();
    kept = [...watched]
      .map(([name, refs]) => [name, refs.filter((ref) => ref.deref()).length, refs.length])
      .filter(([, alive]) => alive > SPARE);
    if (kept.length === 0) return;
  }
  assert.fail(kept.map(([name, alive, all]) => `${name}: ${alive} of ${all} are kept`).join(', '));
}

module.exports = { assertCollected };
