/**
 * The JavaScript half: each `*.test.js` under __test__ in a process of its own, ended when it takes
 * too long. Files are listed here because `node --test` knows globs only from Node 21 on.
 */
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { ensureInstalled, root } from '../../scripts/install.mjs';
import { runProcess } from './process.mjs';

const testRoot = fileURLToPath(new URL('..', import.meta.url));
// A URL, because a Windows path is no specifier of a module.
const reporter = pathToFileURL(join(testRoot, 'runner', 'reporter.mjs')).href;

/**
 * `env(name)`: what the process of a file has in its environment beside what is there; `patience`: how
 * many times as long as it says it may take.
 */
export async function runNode({ words, jobs, ...options }) {
  const files = listTests(testRoot).filter(
    (file) => words.length === 0 || words.some((word) => nameOf(file).includes(word)),
  );
  if (files.length === 0) {
    options.tally.fail('the JavaScript suite', `no test file matches ${words.join(' ')}`);
    return;
  }
  installPackagesOf(files);
  process.stdout.write(`\n== node:test, ${files.length} files, Node ${process.versions.node}\n`);
  const scratch = mkdtempSync(join(tmpdir(), 'rust-http-tests-'));
  // A file that measures has the machine for itself, when the others are through.
  const alone = files.filter((file) => headOf(file).includes('@alone'));
  const beside = files.filter((file) => !alone.includes(file));
  for (const [queue, count] of [
    [beside, jobs],
    [alone, 1],
  ]) {
    const worker = async () => {
      for (let file = queue.shift(); file; file = queue.shift()) {
        await runFile(file, { ...options, scratch, together: count > 1 });
      }
    };
    await Promise.all(Array.from({ length: count }, worker));
  }
  rmSync(scratch, { recursive: true, force: true });
}

async function runFile(file, options) {
  const { tally, deadline, timeout, scratch, together, env = () => ({}), patience = 1 } = options;
  const name = nameOf(file);
  const left = deadline - Date.now();
  if (left <= 0) {
    tally.fail(name, 'not started: the time for the whole run is over');
    return;
  }
  const held = [];
  const show = (chunk) => process.stdout.write(chunk);
  const record = join(scratch, `${name.replaceAll('/', '+')}.record`);
  const args = [`--test-reporter=${reporter}`, '--test-reporter-destination=stdout', file];
  const result = await runProcess(process.execPath, args, {
    cwd: root,
    env: { ...process.env, RUST_HTTP_TEST_RECORD: record, ...env(name) },
    limit: Math.min(left, patience * (timeoutOf(file) ?? timeout)),
    write: together ? (chunk) => held.push(chunk) : show,
  });
  held.forEach(show);
  const counts = readRecord(record);
  tally.add(counts);
  for (const test of counts.failures) tally.note(name, test);
  const seconds = (result.ms / 1000).toFixed(1);
  if (result.timedOut) tally.fail(name, `ended after ${seconds} s`);
  else if (!counts.complete || (result.code !== 0 && counts.failed === 0)) {
    tally.fail(name, `ended early with ${result.signal ?? `code ${result.code}`}`);
  } else {
    const numbers = `${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`;
    show(`${counts.failed > 0 ? 'FAIL' : ' ok '} ${name}  ${numbers}  (${seconds} s)\n`);
  }
}

/** The lines that the reporter left: one per test, `end` when the file came to its end. */
function readRecord(record) {
  const lines = existsSync(record) ? readFileSync(record, 'utf8').split('\n') : [];
  const starting = (word) => lines.filter((line) => line === word || line.startsWith(`${word} `));
  const failures = starting('failed').map((line) => line.slice('failed '.length));
  return {
    passed: starting('passed').length,
    failed: failures.length,
    skipped: starting('skipped').length,
    failures,
    complete: lines.includes('end'),
  };
}

function listTests(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.name !== 'node_modules')
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return listTests(path);
      return /\.test\.(js|mjs)$/.test(entry.name) ? [path] : [];
    })
    .sort();
}

/** Frameworks live in a folder with its own lock file, so that the root's stays small. */
function installPackagesOf(files) {
  const folders = new Set();
  for (const file of files) {
    for (
      let folder = dirname(file);
      folder.startsWith(testRoot.slice(0, -1));
      folder = dirname(folder)
    ) {
      if (existsSync(join(folder, 'package-lock.json'))) folders.add(folder);
    }
  }
  for (const folder of folders) ensureInstalled(folder);
}

/** `// @timeout 300` in the first lines of a file: its own limit, in seconds. */
function timeoutOf(file) {
  const match = /@timeout (\d+)/.exec(headOf(file));
  return match ? Number(match[1]) * 1000 : undefined;
}

/** The first lines of a file, which may say `// @timeout SECONDS` and `// @alone`. */
function headOf(file) {
  const head = Buffer.alloc(2048);
  const fd = openSync(file, 'r');
  const size = readSync(fd, head, 0, head.length, 0);
  closeSync(fd);
  return head.toString('utf8', 0, size);
}

function nameOf(file) {
  return relative(testRoot, file).split(sep).join('/');
}
