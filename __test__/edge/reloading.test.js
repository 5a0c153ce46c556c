'use strict';
// However often the module is loaded in an environment, it has one native instance there, which ends
// a second after its last user: threads, descriptors and memory stay as they are.
// @timeout 400
// @alone
const assert = require('node:assert');
const path = require('node:path');
const { test } = require('node:test');
const { onNodeHttp } = require('../support/mode');
const { sideBySide } = require('../support/side-by-side');
const { Program, until } = require('./program');

const limit = { timeout: 100_000 };
const file = path.join(__dirname, 'programs', 'reloading.js');
const WAYS = ['cache', 'context', 'a registry'];
const FIRST = 10;
const TIMES = 40;
const MIB = 1024 * 1024;
/** What a copy that nobody gets rid of would take is 0.5 MiB. */
const HEAP = TIMES * 0.35 * MIB;
/** Node's own http has no thread of its own. */
const threadsOf = (count) => (onNodeHttp ? 0 : count);

async function start(t, threads = 1) {
  const program = await Program.start(t, file, {
    execArgv: ['--expose-gc'],
    env: { RUST_HTTP_IO_THREADS: threads },
  });
  program.before = await settled(program);
  return program;
}

/** What is in use when nothing of ours is: no thread, and no descriptor but those there were. */
async function settled(program) {
  await program.until('ioThreads', (count) => count === 0);
  return await program.ask('usage');
}

async function assertGone(program) {
  const { descriptors } = await settled(program);
  await until(
    () => program.descriptors(),
    (count) => count <= program.before.descriptors,
    { patience: 5000, what: `descriptors, ${program.before.descriptors} before,` },
  );
  return descriptors;
}

sideBySide('loads of the module', () => {
  for (const way of WAYS) {
    test(`loaded again and again, by ${way}`, limit, async (t) => {
      const program = await start(t);
      await program.ask('run', { way, times: FIRST });
      const before = await program.ask('usage');
      const rested = await settled(program);
      assert.strictEqual(await program.ask('run', { way, times: TIMES }), threadsOf(1));
      const after = await program.ask('usage');
      assert.ok(
        after.threads.length <= before.threads.length,
        `${before.threads} threads, then ${after.threads}`,
      );
      assert.ok(
        after.descriptors <= before.descriptors,
        `${before.descriptors} descriptors, then ${after.descriptors}`,
      );
      await assertGone(program);
      // Now that timers of up to a second, as that for the Date field, are over, too.
      const grown = (await settled(program)).heapUsed - rested.heapUsed;
      t.diagnostic(`${(grown / MIB).toFixed(1)} MiB more heap`);
      assert.ok(grown < HEAP, `${(grown / MIB).toFixed(1)} MiB of heap for ${TIMES} loads`);
    });

    for (const threads of [1, 3])
      test(`many copies in use at a time, by ${way}, ${threads} threads`, limit, async (t) => {
        const program = await start(t, threads);
        await program.ask('keep', { way, times: FIRST });
        assert.strictEqual(await program.ask('ioThreads'), threadsOf(threads));
        await program.ask('let');
        await assertGone(program);
        // And again, from nothing.
        assert.strictEqual(await program.ask('run', { way, times: 2 }), threadsOf(threads));
        await assertGone(program);
      });
  }

  test('the threads stay as long as one of the copies is in use', limit, async (t) => {
    const program = await start(t);
    await program.ask('keep', { way: 'cache', times: 1 });
    await program.ask('run', { way: 'cache', times: FIRST });
    const end = Date.now() + 2500; // more than they stay unused
    while (Date.now() < end) assert.strictEqual(await program.ask('ioThreads'), threadsOf(1));
    await program.ask('let');
    await assertGone(program);
  });

  test('workers that end at once behind their last server', limit, async (t) => {
    const program = await start(t);
    const outcomes = await program.ask('worker', FIRST);
    assert.deepStrictEqual(outcomes, Array(FIRST).fill(['done', 0]));
    await assertGone(program);
  });
});
