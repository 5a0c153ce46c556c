/**
 * `npm run test:node-suite -- PATH`: runs Node's own tests of http against this module. PATH is the
 * `test` folder of a checkout of Node's sources, of any version; nothing in it is changed, and no
 * test is kept here.
 *
 *   --node BIN      the runtime (default: the one that runs this)
 *   --only TEXT     only tests whose name contains TEXT
 *   --jobs N        tests at a time, where they may run beside each other (default 2)
 *   --limit S       seconds for one test (default 60)
 *   --json OUT      the result in the form that `npm run compat` reads
 *   --tree VERSION  the version of the tests, where the checkout does not tell
 *   --own-http      leaves Node's http in place: what the runtime itself passes
 *
 * `expectations.json` names the tests, by area, and those that are known to fail, with the reason.
 * The exit status is 1 when a test ends otherwise than expected; one that passes unexpectedly, too.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { expectationOf, judge, loadExpectations } from './expectations.mjs';
import { mayRunBesideOthers, runTest } from './one-test.mjs';
import { areaTable, resultOf } from './report.mjs';
import { selectTests } from './selection.mjs';

const USAGE = 'usage: npm run test:node-suite -- PATH  (the `test` folder of a checkout of Node)';

/** What the arguments ask for, or nothing when they make no sense: then the reason is printed. */
function readArguments() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      node: { type: 'string', default: process.execPath },
      only: { type: 'string', default: '' },
      jobs: { type: 'string', default: '2' },
      limit: { type: 'string', default: '60' },
      json: { type: 'string' },
      tree: { type: 'string' },
      'own-http': { type: 'boolean', default: false },
      expectations: {
        type: 'string',
        default: fileURLToPath(new URL('expectations.json', import.meta.url)),
      },
    },
  });
  const [path] = positionals;
  if (!path) return refuse('where are the tests?');
  const folder = resolve(path);
  if (!existsSync(folder) || !statSync(folder).isDirectory()) return refuse(`no folder ${path}`);
  if (!existsSync(join(folder, 'common'))) {
    return refuse(`${path} holds no tests of Node: its folder \`common\` is missing`);
  }
  return { ...values, folder };
}

function refuse(reason) {
  process.stderr.write(`${reason}\n${USAGE}\n`);
}

/** The version that a checkout's sources are of. */
function treeVersion(folder) {
  const file = join(folder, '..', 'src', 'node_version.h');
  if (!existsSync(file)) return undefined;
  const text = readFileSync(file, 'utf8');
  const parts = ['MAJOR', 'MINOR', 'PATCH'].map((part) =>
    new RegExp(`#define NODE_${part}_VERSION (\\d+)`).exec(text),
  );
  return parts.every(Boolean) ? parts.map((match) => match[1]).join('.') : undefined;
}

async function main() {
  const asked = readArguments();
  if (!asked) return 2;
  const { areas, expectations } = loadExpectations(asked.expectations);
  const versions = {
    runtime: execFileSync(asked.node, ['-p', 'process.versions.node'], { encoding: 'utf8' }).trim(),
    tree: asked.tree ?? treeVersion(asked.folder),
  };
  const tests = selectTests(asked.folder, areas, asked.only);
  if (tests.length === 0) {
    process.stderr.write(`no test of ${asked.folder} is about http and named so\n`);
    return 2;
  }
  const subject = asked['own-http'] ? "Node's own http" : 'rust-http';
  print(
    `${tests.length} tests of ${versions.tree ?? 'unknown version'}, ${subject} on Node ${versions.runtime}`,
  );
  for (const test of tests) test.expectation = expectationOf(expectations, test.name, versions);
  await runAll(tests, asked);
  const result = resultOf(tests, versions, asked['own-http'] ? 'node' : 'rust-http');
  print(`\n${areaTable(result)}`);
  if (asked.json) writeFileSync(asked.json, `${JSON.stringify(result, null, 1)}\n`);
  // Expectations are about this module, not about Node's.
  const surprises = asked['own-http'] ? [] : tests.filter((test) => !test.verdict.expected);
  for (const { name, verdict } of surprises) print(`unexpected: ${name} ${verdict.outcome}`);
  return surprises.length > 0 ? 1 : 0;
}

async function runAll(tests, asked) {
  const scratch = mkdtempSync(join(tmpdir(), 'rust-http-suite-'));
  const options = {
    node: asked.node,
    folder: asked.folder,
    scratch,
    ownHttp: asked['own-http'],
    limit: Number(asked.limit) * 1000,
  };
  const worker = async (queue, slot) => {
    for (let test = queue.shift(); test; test = queue.shift()) await runOne(test, options, slot);
  };
  const beside = tests.filter(mayRunBesideOthers);
  const jobs = Math.max(1, Number(asked.jobs) || 1);
  await Promise.all(Array.from({ length: jobs }, (_, i) => worker(beside, i + 1)));
  await worker(
    tests.filter((test) => !mayRunBesideOthers(test)),
    1,
  );
  rmSync(scratch, { recursive: true, force: true });
}

async function runOne(test, options, slot) {
  const { expectation } = test;
  if (expectation?.result === 'skip' && !options.ownHttp) {
    test.verdict = { outcome: 'skipped', expected: true };
    print(`skip ${test.name}  # ${expectation.reason}`);
    return;
  }
  const { outcome, output, ms, again } = await runTest(test, { ...options, slot });
  test.verdict = judge(outcome, expectation);
  const { expected } = test.verdict;
  if (outcome === 'passed' && expected && !again) return;
  const word = outcome === 'failed' ? 'FAIL' : outcome === 'passed' ? 'pass' : 'skip';
  const note = expectation ? `  # ${expectation.reason}` : again ? '  # at the second try' : '';
  print(`${word} ${test.name} (${ms} ms)${note}`);
  if (outcome === 'failed' && !expected && !options.ownHttp)
    print(output.trim().slice(-3000).replace(/^/gm, '     '));
}

function print(text) {
  process.stdout.write(`${text}\n`);
}

process.exitCode = await main();
