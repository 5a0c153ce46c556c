/**
 * The Rust half: `cargo test` at each feature level, from the pure rooms up, so that a lower room
 * that reaches upward fails to compile. A test that runs at several levels is counted once.
 */
import { root } from '../../scripts/install.mjs';
import { runProcess } from './process.mjs';

export const levels = {
  'pure rooms': ['--no-default-features'],
  'with io': ['--no-default-features', '--features', 'io'],
  everything: [],
};

/** Which levels (their names), by which `command` of cargo, with which other arguments. */
export async function runCargo({
  tally,
  deadline,
  of = Object.keys(levels),
  command = ['test'],
  args = [],
  env = {},
}) {
  const verdicts = new Map();
  for (const name of of) {
    const flags = [...levels[name], ...args];
    process.stdout.write(`\n== cargo ${command.join(' ')}, ${name}\n`);
    const ofLevel = new Map();
    const result = await runLevel([...command, '--locked', '--no-fail-fast', ...flags], {
      env: { ...process.env, ...env },
      limit: deadline - Date.now(),
      verdicts: ofLevel,
    });
    for (const [test, verdict] of ofLevel) keepWorst(verdicts, test, verdict);
    const where = ['cargo', ...command, ...flags].join(' ');
    if (result.timedOut) tally.fail(where, `not done after ${Math.round(result.ms / 1000)} s`);
    else if (result.code !== 0 && count(ofLevel, 'FAILED') === 0) {
      tally.fail(where, 'failed outside of a test: see its output above');
    }
  }
  for (const [test, verdict] of verdicts) {
    if (verdict === 'FAILED') tally.note('cargo test', test);
  }
  tally.add({
    passed: count(verdicts, 'ok'),
    failed: count(verdicts, 'FAILED'),
    skipped: count(verdicts, 'ignored'),
  });
}

async function runLevel(args, { env, limit, verdicts }) {
  let rest = '';
  return await runProcess('cargo', args, {
    cwd: root,
    env,
    limit,
    write(chunk, stream) {
      if (stream === 'stderr') process.stderr.write(chunk);
      else rest = readLines(rest + chunk, verdicts);
    },
  });
}

/** Shows all but the lines of passing tests; returns the piece of a line still to be completed. */
function readLines(text, verdicts) {
  const lines = text.split('\n');
  const rest = lines.pop();
  for (const line of lines) {
    const match = /^test (.+?)(?: - should panic)? \.\.\. (ok|FAILED|ignored)/.exec(line);
    if (match) keepWorst(verdicts, match[1], match[2]);
    if (match?.[2] !== 'ok' && line.trim() !== '') process.stdout.write(`${line}\n`);
  }
  return rest;
}

function keepWorst(verdicts, test, verdict) {
  const rank = ['ignored', 'ok', 'FAILED'];
  const before = verdicts.get(test) ?? 'ignored';
  verdicts.set(test, rank.indexOf(verdict) > rank.indexOf(before) ? verdict : before);
}

function count(verdicts, wanted) {
  return [...verdicts.values()].filter((verdict) => verdict === wanted).length;
}
