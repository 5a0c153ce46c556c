/** What the folders with a package.json of their own hold: said beside every result. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The version of a package in a folder's node_modules; undefined when it is not there. */
export function installedVersion(folder, name) {
  return readJson(join(folder, 'node_modules', name, 'package.json'))?.version;
}

/** The version that a folder's package.json asks for. */
export function wantedVersion(folder, name) {
  return readJson(join(folder, 'package.json'))?.dependencies?.[name];
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}
