/** A garbage collection on demand, in each runtime that is measured. */
import { setTimeout as delay } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

// The runtimes give pages back to the system behind the collection, in threads of their own.
const settleMillis = 200;

/** Twice: what a first collection finalises, a second one frees. */
export async function collectGarbage() {
  const collect = findCollector();
  for (let i = 0; i < 2; i++) {
    collect();
    await delay(settleMillis);
  }
}

function findCollector() {
  if (globalThis.Bun) return () => globalThis.Bun.gc(true);
  if (globalThis.gc) return globalThis.gc;
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc');
}
