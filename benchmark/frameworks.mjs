/**
 * The frameworks that workloads name: those of __test__/frameworks, which is a package of its own,
 * so that what is measured is what is tested.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { ensureInstalled, root } from '../scripts/install.mjs';
import { installedVersion } from './packages.mjs';

const folder = join(root, '__test__', 'frameworks');
const require = createRequire(join(folder, 'package.json'));

let tried = false;

/** Why a framework cannot be measured; undefined when it can. */
export function whyMissing(name) {
  if (frameworkVersion(name)) return undefined;
  if (!tried) ensureInstalled(folder);
  tried = true;
  if (frameworkVersion(name)) return undefined;
  return `${name} is not installed; run \`npm ci --ignore-scripts --prefix __test__/frameworks\``;
}

export function loadFramework(name) {
  return require(name);
}

export function frameworkVersion(name) {
  return installedVersion(folder, name);
}
