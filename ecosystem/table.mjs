/** The table of packages in docs/compatibility.md. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** All results that are kept, by runtime, the newest last. */
export function keptResults(folder = fileURLToPath(new URL('results/', import.meta.url))) {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')))
    .sort((one, other) => one.node.localeCompare(other.node, 'en', { numeric: true }));
}

/** A row for each program, a column for each runtime. */
export function packagesTable(results) {
  const names = [...new Set(results.flatMap(({ rows }) => rows.map(({ name }) => name)))];
  const rows = names
    .sort((one, other) => one.localeCompare(other, 'en'))
    .map((name) => {
      const found = results.map((result) => result.rows.find((row) => row.name === name));
      const newest = found.findLast((row) => row !== undefined);
      return [versionsIn(newest), escaped(newest.does), ...found.map(cell)];
    });
  const columns = results.map(({ node, date }) => `Node ${node}, ${date}`);
  const line = (cells) => `| ${cells.join(' | ')} |`;
  const head = ['packages', 'what is run', ...columns];
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function versionsIn({ name, packages, version }) {
  const listed = Object.entries(packages);
  if (listed.length === 0) return version ? `${name} ${version}` : name;
  return listed.map(([package_, installed]) => `${package_} ${installed}`).join(', ');
}

function cell(row) {
  if (row === undefined) return '';
  if (row.result === 'same') return 'same';
  return escaped(`${row.result}: ${row.detail}`.slice(0, 300));
}

const escaped = (text) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
