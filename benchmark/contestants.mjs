/** Who takes part: a name and the module that stands for `http` in a workload's server. */
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { BuildError, ensureBuilt } from '../lib/internal/build.mjs';
import { ensureInstalled } from '../lib/internal/install.mjs';
import { sendWithHttp, sendWithUndici } from './clients.mjs';
import { peerNames, preparePeer } from './peers.mjs';

const folder = fileURLToPath(new URL('.', import.meta.url));
const require = createRequire(import.meta.url);

const modules = {
  node: () => require('node:http'),
  'rust-http': () => require('../index.js'),
  // These are runtimes of their own, and bring it along.
  bun: () => require('node:http'),
  deno: () => require('node:http'),
};

export function loadContestant(name) {
  return modules[name]();
}

/** The contestant's way to send requests; see clients.mjs. */
export async function loadClient(name, client, url) {
  if (name !== 'undici') return sendWithHttp(loadContestant(name), client, url);
  return sendWithUndici(await import('undici'), client, url);
}

/** Who takes part in a workload, the base first. */
export function contestantsOf(workload, names) {
  return names.filter((name) => takesPart(name, workload));
}

/** undici is a client; other runtimes serve; the floor knows one answer. */
function takesPart(name, { client, answer }) {
  if (name === 'undici') return client !== undefined;
  if (name === 'limit') return answer?.bytes === 13;
  return client === undefined || !peerNames.includes(name);
}

/** Checks the names and what they need before anything is measured. */
export function prepareContestants(names) {
  const known = [...Object.keys(modules), 'undici', 'limit'];
  const unknown = names.find((name) => !known.includes(name));
  if (unknown) throw new BuildError(`no contestant ${unknown}; known: ${known.join(', ')}`);
  if (names.includes('undici') && !ensureInstalled(folder))
    throw new BuildError('undici is missing: let npm reach its registry');
  for (const name of names) if (peerNames.includes(name)) preparePeer(name);
  if (names.length < 2) throw new BuildError('a comparison takes two contestants or more');
  if (names.includes('rust-http')) requireReleaseBuild();
  return names;
}

function requireReleaseBuild() {
  ensureBuilt();
  const profile = require('../lib/internal/binding.js').profile?.();
  if (profile === 'release') return;
  throw new BuildError(
    `the addon is a ${profile} build, which says nothing about speed; run \`npm run build\``,
  );
}
