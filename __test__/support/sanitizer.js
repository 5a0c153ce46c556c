'use strict';
// What a run under a sanitizer changes (`npm run test:asan`), in one place: it takes longer, and has
// memory of its own.
const { test } = require('node:test');

/** `RUST_HTTP_SANITIZER`: its name. */
const sanitizer = process.env.RUST_HTTP_SANITIZER || undefined;
/** How many times as long as usual something may take. */
const SLOWNESS = sanitizer ? 10 : 1;

/** A limit in milliseconds, as it is here. */
const patient = (milliseconds) => SLOWNESS * milliseconds;

/**
 * Whether figures of the process's memory are compared. If not, the file that asks has a test more,
 * which is skipped and says so.
 */
function comparesMemory() {
  if (!sanitizer) return true;
  const skip = `most of it is the ${sanitizer} sanitizer's own`;
  test('how much memory the process has', { skip }, () => {});
  return false;
}

module.exports = { comparesMemory, patient };
