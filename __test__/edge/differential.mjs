/**
 * `npm run differential`: gives Node's own http and ours the bytes of the tables in `inputs`, and prints by class
 * where they differ: on purpose, as the table names it, or not, which ends with code 1.
 *
 *   npm run differential -- framing chunks   only tables whose name contains one of the words; keeps nothing
 *
 * A whole run keeps its classes in `differences/`, from which `npm run compat` makes the list in
 * docs/compatibility.md: a column for each Node that it was run on.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const { Answering, askBoth } = require('./client-exchange');
const { difference, isBeside, isSame, isToDiffer } = require('./compare');
const { Servers } = require('./exchange');

const topics = [
  'request-lines',
  'fields',
  'framing',
  'chunks',
  'connections',
  'limits',
  'responses',
];
const words = process.argv.slice(2);
const classes = new Map();
const wrong = [];

for (const topic of topics.filter(
  (name) => words.length === 0 || words.some((word) => name.includes(word)),
)) {
  const rows = require(`./inputs/${topic}`);
  const counts = { same: 0, differ: 0, beside: 0, wrong: wrong.length };
  await (topic === 'responses' ? answers(rows, counts) : requests(rows, counts));
  counts.wrong = wrong.length - counts.wrong;
  const told = `${counts.same} the same, ${counts.differ} differ on purpose, ${counts.wrong} otherwise`;
  const beside = counts.beside > 0 ? `, ${counts.beside} are about newer Nodes` : '';
  console.log(`${topic}: of ${rows.length} inputs ${told}${beside}`);
}
console.log('\nDifferent on purpose:');
for (const { what, here, inputs, example } of classes.values())
  console.log(`  ${inputs} × ${what}: ${here}\n      such as ${example}`);
console.log(
  wrong.length > 0 ? `\nNot on purpose:\n${wrong.join('\n\n')}` : '\nNothing else differs.',
);
if (wrong.length > 0) process.exitCode = 1;
else if (words.length === 0) keep();

/** What servers make of requests. */
async function requests(rows, counts) {
  const servers = new Servers(true);
  for (const row of rows)
    if (isBeside(row)) counts.beside += 1;
    else judge(row, counts, ...(await servers.exchange(row)));
  servers.close();
}

/** What clients make of the answers of servers that stay and of servers that end. */
async function answers(rows, counts) {
  for (const row of rows) {
    const listed = [false, ...(row.stays ? [] : [true])].map((ends) => ({ ...row, ends }));
    if (isBeside(row)) counts.beside += 1;
    else await compareAnswers(listed, row, counts);
  }
}

async function compareAnswers(listed, row, counts) {
  const closing = [];
  const answering = await new Answering(listed).listen({ after: (close) => closing.push(close) });
  // A difference that shows only while the connection is open, or only when it ends, is one.
  let seen;
  for (const each of listed) {
    seen = await askBoth(answering, each);
    if (!isSame(...seen)) break;
  }
  judge(row, counts, ...seen);
  for (const close of closing) close();
}

function judge(row, counts, wanted, got) {
  if (isSame(wanted, got) === isToDiffer(row)) wrong.push(difference(row, wanted, got));
  else if (!isToDiffer(row)) counts.same += 1;
  else {
    counts.differ += 1;
    const [, what, example] = /^(.*?): (.*)$/.exec(row.title);
    const key = `${what}: ${row.differs}`;
    const known = classes.get(key) ?? { what, here: row.differs, inputs: 0, example };
    known.inputs += 1;
    classes.set(key, known);
  }
}

function keep() {
  const folder = fileURLToPath(new URL('differences/', import.meta.url));
  mkdirSync(folder, { recursive: true });
  const node = process.versions.node;
  const result = {
    node,
    date: new Date().toISOString().slice(0, 10),
    classes: [...classes.values()],
  };
  writeFileSync(`${folder}node${node.split('.')[0]}.json`, `${JSON.stringify(result, null, 2)}\n`);
}
