/**
 * What is run: each program of `programs/` here, and of __test__/frameworks each program, client and test.
 * An entry is { name, kind, path, does, packages }; what it does is the comment at its beginning.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
export const frameworks = join(here, '..', '__test__', 'frameworks');

/** Tests that run others' files, which are entries of their own, and one of what no Node has. */
const NO_ENTRIES = ['clients.test', 'programs.test', 'metrics.test'];

/** All entries by name; `kind`: how it is run. */
export function listEntries() {
  return [
    ...list(join(here, 'programs'), 'program', here),
    ...list(join(frameworks, 'programs'), 'program', frameworks),
    ...list(join(frameworks, 'clients'), 'client', frameworks),
    ...list(frameworks, 'test', frameworks).filter(({ name }) => !NO_ENTRIES.includes(name)),
  ].sort((one, other) => one.name.localeCompare(other.name, 'en'));
}

function list(folder, kind, home) {
  const ending = kind === 'test' ? '.test.js' : '.js';
  const known = dependenciesOf(home);
  return readdirSync(folder)
    .filter((file) => file.endsWith(ending))
    .map((file) => {
      const path = join(folder, file);
      // A package may have a program and a test.
      const name = basename(file, '.js');
      const texts = [readFileSync(path, 'utf8')];
      const app = join(home, 'apps', `${basename(file, ending)}.js`);
      if (kind === 'test' && existsSync(app)) texts.push(readFileSync(app, 'utf8'));
      const packages = packagesIn(texts.join('\n'), known);
      return {
        name,
        kind,
        path,
        does: firstComment(texts[0]),
        packages: versionsOf(packages, home),
      };
    });
}

/** The packages that a text requires, imports, or has run, of those that are known. */
export function packagesIn(text, known) {
  const found = [...text.matchAll(/(?:require|import|binOf|from)\s*\(?\s*'([^'.][^']*)'/g)].map(
    ([, name]) => known.find((one) => name === one || name.startsWith(`${one}/`)),
  );
  return [...new Set(found.filter((name) => name !== undefined))];
}

/** The first comment of a text, in one line. */
export function firstComment(text) {
  const [, comment] = /^\s*\/\*\*([\s\S]*?)\*\//.exec(text) ?? [undefined, ''];
  return comment.replace(/\s*\n\s*\*?\s*/g, ' ').trim();
}

const packageOf = (folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
const dependenciesOf = (folder) => Object.keys(packageOf(folder).devDependencies);

/** The installed version of each package, under its true name; those that are not installed are left out. */
function versionsOf(packages, home) {
  const found = packages
    .map((name) => join(home, 'node_modules', name))
    .filter((folder) => existsSync(folder))
    .map(packageOf);
  return Object.fromEntries(found.map(({ name, version }) => [name, version]));
}
