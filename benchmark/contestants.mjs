/** Who takes part, and whether what they need is there. */
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { BuildError, ensureBuilt } from '../scripts/build.mjs';
import { ensureInstalled } from '../scripts/install.mjs';
import { moduleNames } from './modules.mjs';
import { prepareNeutral } from './neutral.mjs';
import { installedVersion } from './packages.mjs';
import { peerNames, peerVersion, preparePeer } from './peers.mjs';

const folder = fileURLToPath(new URL('.', import.meta.url));
const require = createRequire(import.meta.url);

const known = [...moduleNames, 'limit', 'undici'];
const everyone = ['node', 'rust-http', 'limit', 'undici', 'bun', 'deno'];
const indispensable = ['node', 'rust-http'];

/** Who takes part in a workload, the base first. */
export function contestantsOf(workload, names) {
  return names.filter((name) => takesPart(name, workload));
}

/** undici is a client; other runtimes serve; the floor knows one answer. TLS is Node's. */
function takesPart(name, { kind, floor, secure }) {
  if (name === 'undici') return kind === 'client' && !secure;
  if (name === 'limit') return floor === true;
  if (!peerNames.includes(name)) return true;
  return (kind === 'server' && !secure) || kind === 'idle';
}

/**
 * Checks names and what they need before anything is measured. Without `asked` everyone takes part
 * who can be had, and `leftOut` tells of the others; who is asked for by name has to be there.
 */
export function prepareContestants(asked) {
  const names = asked ?? everyone;
  const unknown = names.find((name) => !known.includes(name));
  if (unknown) throw new BuildError(`no contestant ${unknown}; known: ${known.join(', ')}`);
  if (names.length < 2) throw new BuildError('a comparison takes two contestants or more');
  const leftOut = [];
  for (const name of names) {
    const reason = whyAbsent(name);
    if (reason && (asked || indispensable.includes(name))) throw new BuildError(reason);
    if (reason) leftOut.push({ name, reason });
  }
  const absent = leftOut.map(({ name }) => name);
  return { contestants: names.filter((name) => !absent.includes(name)), leftOut };
}

/** The version of one that came from npm; undefined for the rest. */
export function contestantVersion(name) {
  return name === 'undici' ? installedVersion(folder, name) : peerVersion(name);
}

function whyAbsent(name) {
  try {
    prepare(name);
    return undefined;
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    return error.message;
  }
}

function prepare(name) {
  if (name === 'rust-http') requireReleaseBuild();
  else if (name === 'limit') prepareNeutral();
  else if (peerNames.includes(name)) preparePeer(name);
  else if (name === 'undici' && !ensureInstalled(folder))
    throw new BuildError('undici is not installed; run `npm ci --prefix benchmark`');
}

function requireReleaseBuild() {
  ensureBuilt();
  const profile = require('../lib/wire/binding.js').profile?.();
  if (profile === 'release') return;
  throw new BuildError(
    `the addon is a ${profile} build, which says nothing about speed; run \`npm run build\``,
  );
}
