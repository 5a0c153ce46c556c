/** vitest: requests under its fake timers and after module resets, in threads, processes and contexts. */
'use strict';

const path = require('node:path');
const { binOf, startScript } = require('../tools');

module.exports = async function run({ mode }) {
  const project = path.join(__dirname, '..', 'projects', 'vitest');
  const subject =
    mode === 'registered' ? path.join(__dirname, '..', '..', 'index.js') : 'node:http';
  const seen = {};
  for (const pool of ['threads', 'forks', 'vmThreads', 'vmForks']) {
    const args = [binOf('vitest'), 'run', '--root', project, '--pool', pool, '--reporter', 'json'];
    const child = startScript(mode, args, { cwd: project, env: { SUBJECT: subject } });
    const { code, stdout, stderr } = await child.finished;
    if (!stdout.includes('{')) throw new Error(stderr);
    const result = JSON.parse(stdout.slice(stdout.indexOf('{')));
    const tests = result.testResults.flatMap(({ assertionResults }) => assertionResults);
    seen[pool] = {
      code,
      tests: tests.map(({ fullName, status }) => `${fullName}: ${status}`).sort(),
      failures: tests.flatMap(({ failureMessages }) => failureMessages),
    };
  }
  return seen;
};
