/** The list of differences in docs/compatibility.md, from what runs of `npm run differential` have kept. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('differences/', import.meta.url));

/** A row for each class, a column for each Node. */
export function differencesTable() {
  const results = readdirSync(folder)
    .map((file) => JSON.parse(readFileSync(folder + file, 'utf8')))
    .sort((one, other) => one.node.localeCompare(other.node, 'en', { numeric: true }));
  const rows = new Map();
  for (const [column, { classes }] of results.entries())
    for (const { what, here, inputs, example } of classes) {
      const key = `${what}: ${here}`;
      const row = rows.get(key) ?? [`${what}, such as \`${shown(example)}\``, here];
      rows.set(key, row);
      row[2 + column] = inputs;
    }
  const head = ['input', 'here', ...results.map(({ node }) => `Node ${node}`)];
  const line = (cells) => `| ${Array.from(head, (_, at) => cells[at] ?? '–').join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...[...rows.values()].map(line)].join('\n');
}

/** As JSON has it between its quotes, with the ends of lines as one sign. */
function shown(example) {
  return example.replaceAll('"', '').replaceAll('\\r\\n', '⏎').replaceAll('|', '\\|');
}
