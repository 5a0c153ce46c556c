/** node:test: requests under its mock timers, with a faked clock, side by side. */
'use strict';

const path = require('node:path');
const { startScript } = require('../tools');

module.exports = async function run({ mode }) {
  const project = path.join(__dirname, '..', 'projects', 'node-test');
  const subject = mode === 'registered' ? path.join(__dirname, '..', '..') : 'node:http';
  const args = ['--test', '--test-reporter=tap', path.join(project, 'http.mjs')];
  const env = { SUBJECT: subject, NODE_TEST_CONTEXT: undefined };
  const { code, stdout } = await startScript(mode, args, { env }).finished;
  return {
    code,
    tests: stdout.match(/^ *(not )?ok \d+ - .*/gm).map((line) => line.trim()),
    counts: stdout.match(/^# (pass|fail) \d+/gm),
  };
};
