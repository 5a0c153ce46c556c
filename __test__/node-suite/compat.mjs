/**
 * `npm run compat -- [RESULT.json ...]`: keeps results of `npm run test:node-suite` (its `--json`) in
 * `results/` and writes docs/compatibility.md from all that are kept there, the expectations, and
 * `compatibility.md` beside this file, which holds what is written by hand.
 *
 *   --check   writes nothing; the exit status is 1 when the page is not what would be written
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { keptResults, packagesTable } from '../../ecosystem/table.mjs';
import { differencesTable } from '../edge/differences.mjs';
import { loadExpectations } from './expectations.mjs';
import { compareRuns, page } from './page.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const kept = here('results');
const target = here('../../docs/compatibility.md');

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { check: { type: 'boolean', default: false } },
});

for (const file of positionals) {
  const result = JSON.parse(readFileSync(file, 'utf8'));
  if (!result.tree) throw new Error(`${file} does not tell the version of the tests: use --tree`);
  writeFileSync(join(kept, nameOf(result)), `${format(result)}\n`);
}

const runs = compareRuns(
  readdirSync(kept)
    .filter((file) => file.endsWith('.json'))
    .map((file) => JSON.parse(readFileSync(join(kept, file), 'utf8'))),
);
const { expectations } = loadExpectations(here('expectations.json'));
const text = page(readFileSync(here('compatibility.md'), 'utf8'), runs, expectations, {
  packages: () => packagesTable(keptResults()),
  differences: differencesTable,
});

if (!values.check) {
  writeFileSync(target, text);
} else if (readFileSync(target, 'utf8') !== text) {
  process.stderr.write('docs/compatibility.md is not what `npm run compat` writes\n');
  process.exitCode = 1;
}

function nameOf({ node, subject, tree }) {
  const own = subject === 'node' ? '-own-http' : '';
  return `node${node.split('.')[0]}-tests${tree}${own}.json`;
}

/** JSON as the project's formatter has it: lists on one line where they fit into its 100 columns. */
function format(result) {
  return JSON.stringify(result, null, 2).replace(
    /^( *)(".*?": )\[[^\]]+\]/gm,
    (list, indent, key) => {
      const line = `${indent}${key}[${[...list.matchAll(/^ +(".*"),?$/gm)].map(([, name]) => name).join(', ')}]`;
      return line.length < 100 ? line : list;
    },
  );
}
