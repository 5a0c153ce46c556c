/** Who takes part: a name and the module that stands for `http` in a workload's server. */
import { createRequire } from 'node:module';
import { BuildError, ensureBuilt } from '../lib/internal/build.mjs';

const require = createRequire(import.meta.url);

const modules = {
  node: () => require('node:http'),
  'rust-http': () => require('../index.js'),
};

export function loadContestant(name) {
  return modules[name]();
}

/** Checks the names and what they need before anything is measured. */
export function prepareContestants(names) {
  const unknown = names.find((name) => !(name in modules));
  if (unknown)
    throw new BuildError(`no contestant ${unknown}; known: ${Object.keys(modules).join(', ')}`);
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
