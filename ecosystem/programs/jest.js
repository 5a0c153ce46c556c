/** Jest: requests under modern and legacy fake timers, after module resets, and --detectOpenHandles. */
'use strict';

const path = require('node:path');
const { binOf, startScript } = require('../tools');

module.exports = async function run({ mode }) {
  const project = path.join(__dirname, '..', 'projects', 'jest');
  const subject = mode === 'registered' ? path.join(__dirname, '..', '..') : 'node:http';
  const args = [binOf('jest'), '--rootDir', project, '--json', '--detectOpenHandles', '--no-cache'];
  const child = startScript(mode, args, { cwd: project, env: { SUBJECT: subject } });
  const { stdout, stderr } = await child.finished;
  const result = JSON.parse(stdout);
  const tests = result.testResults.flatMap(({ assertionResults }) => assertionResults);
  return {
    success: result.success,
    tests: tests.map(({ fullName, status }) => `${fullName}: ${status}`).sort(),
    failures: tests.flatMap(({ failureMessages }) => failureMessages),
    openHandles: result.openHandles.length,
    warnings: /did not exit|open handle/.test(stderr),
  };
};
