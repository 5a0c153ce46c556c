'use strict';
// Watching what emitters say.

/** Notes the names of events in the order in which they come, with `prefix` before each. */
function logEvents(emitter, names, log = [], prefix = '') {
  for (const name of names) emitter.on(name, () => log.push(prefix + name));
  return log;
}

/** The whole content of a request as a Buffer. */
async function contentOf(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** A promise with its functions. */
function deferred() {
  const result = {};
  result.promise = new Promise((resolve, reject) => Object.assign(result, { resolve, reject }));
  return result;
}

/** A turn of the event loop: everything that was ready has been handled. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

/**
 * Waits until what `seen` returns has stayed the same, for three times `patience` milliseconds: until nothing happens. What is read on another thread comes when it comes;
 * what must not come has to be waited for in any case.
 */
async function settle(seen, patience) {
  let before = -1;
  for (let still = 0; still < 3; ) {
    await new Promise((resolve) => setTimeout(resolve, patience));
    await turn();
    const now = seen();
    still = now === before ? still + 1 : 0;
    before = now;
  }
}

/** Bytes that do not repeat in step with any buffer size. */
function pattern(length, seed = 1) {
  const bytes = Buffer.allocUnsafe(length);
  let state = seed >>> 0 || 1;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}

module.exports = { contentOf, deferred, logEvents, pattern, settle, turn };
