/**
 * A reporter for one test file: shows failures with their stack and skips with their reason, and
 * notes each test in the file named by RUST_HTTP_TEST_RECORD, so that counts survive a crash.
 */
import { appendFileSync } from 'node:fs';
import { inspect } from 'node:util';

const recordFile = process.env.RUST_HTTP_TEST_RECORD;

export default async function* report(source) {
  // The names of the tests around the current one: a start is announced before its children.
  const path = [];
  for await (const { type, data } of source) {
    if (type === 'test:start') {
      path.length = data.nesting;
      path.push(data.name);
    } else if (type === 'test:pass' || type === 'test:fail') {
      const name = [...path.slice(0, data.nesting), data.name].join(' > ').replace(/\s+/g, ' ');
      yield verdict(type, data, name);
    } else if (type === 'test:diagnostic' && data.nesting > 0) {
      yield `     ${data.message}\n`;
    } else if (type === 'test:stdout' || type === 'test:stderr') {
      yield data.message;
    }
  }
  note('end');
}

function verdict(type, data, name) {
  // A suite only groups; its tests are counted. One that fails outside of them still has to show.
  const isSuite = data.details?.type === 'suite';
  const skip = data.skip ?? data.todo;
  if (skip !== undefined) {
    if (!isSuite || data.skip !== undefined) note(`skipped ${name}`);
    return `skip ${name}${typeof skip === 'string' && skip ? `  # ${skip}` : ''}\n`;
  }
  if (type === 'test:pass') {
    if (!isSuite) note(`passed ${name}`);
    return '';
  }
  const error = data.details?.error;
  const bySubtest = error?.failureType === 'subtestsFailed';
  if (isSuite && bySubtest) return '';
  note(`failed ${name}`);
  if (bySubtest) return '';
  const text = inspect(error?.cause ?? error, { depth: 4 }).replace(/^/gm, '       ');
  return `FAIL ${name}\n${text}\n`;
}

function note(line) {
  if (recordFile) appendFileSync(recordFile, `${line}\n`);
}
