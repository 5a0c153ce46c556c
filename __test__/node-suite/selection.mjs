/** Which tests of a tree are about http, the area of each, and what its first lines ask for. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The tests under `folder` that one of the areas' patterns names: `{ name, area, flags, env }`, in
 * the order of their names. `areas` maps an area to patterns (`*` stands for anything but a slash);
 * the first area that matches has the test. `only` is a piece of a name.
 */
export function selectTests(folder, areas, only = '') {
  const matchers = Object.entries(areas).map(([area, patterns]) => [area, matcher(patterns)]);
  return foldersOf(areas)
    .flatMap((part) => namesIn(folder, part))
    .filter((name) => name.includes(only))
    .map((name) => ({ name, area: matchers.find(([, match]) => match.test(name))?.[0] }))
    .filter(({ area }) => area !== undefined)
    .map((test) => ({ ...test, ...wishesOf(readFileSync(join(folder, test.name), 'utf8')) }));
}

function matcher(patterns) {
  const sources = patterns.map((pattern) =>
    pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '[^/]*'),
  );
  return new RegExp(`^(?:${sources.join('|')})$`);
}

function foldersOf(areas) {
  const patterns = Object.values(areas).flat();
  return [...new Set(patterns.map((pattern) => pattern.slice(0, pattern.indexOf('/'))))].sort();
}

function namesIn(folder, part) {
  const path = join(folder, part);
  if (!existsSync(path)) return [];
  return readdirSync(path)
    .filter((file) => /^test-.*\.m?js$/.test(file))
    .sort()
    .map((file) => `${part}/${file}`);
}

/** A test says in comments which options and variables its process needs. */
function wishesOf(source) {
  const words = (name) =>
    (new RegExp(`^// ${name}: +(.*)$`, 'm').exec(source)?.[1] ?? '').split(/\s+/).filter(Boolean);
  return {
    flags: words('Flags'),
    env: Object.fromEntries(words('Env').map((pair) => pair.split(/=(.*)/s).slice(0, 2))),
  };
}
