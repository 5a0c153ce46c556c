'use strict';
// Programs in processes of their own, for what a process does as a whole.
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const path = require('node:path');

const subject = path.join(__dirname, 'subject.js');

/**
 * Runs `program` (its text; `http` is the module under test) until it exits. `options`: `env`,
 * `execArgv`, `args`. Resolves to { code, signal, stdout, stderr }.
 */
async function runProgram(t, program, options) {
  const child = startProgram(t, program, options);
  return await child.finished;
}

/** The same without waiting: the child process, with `finished` and `line(match)`. */
function startProgram(t, program, { env, execArgv = [], args = [], ...options } = {}) {
  const text = `const http = require(${JSON.stringify(subject)});\n${program}`;
  return startNode(t, [...execArgv, '-e', text, '--', ...args], { env, ...options });
}

function startNode(t, args, { env, ...options } = {}) {
  const child = spawn(process.execPath, args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, NODE_TEST_CONTEXT: undefined, ...env },
    ...options,
  });
  t.after(() => child.kill('SIGKILL'));
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) {
    child[name].setEncoding('utf8');
    child[name].on('data', (text) => {
      output[name] += text;
      child.emit('output', name);
    });
  }
  child.output = output;
  child.finished = once(child, 'close').then(([code, signal]) => ({ code, signal, ...output }));
  child.line = async (match) => {
    for (;;) {
      const found = match.exec(output.stdout);
      if (found) return found;
      if (child.exitCode !== null || child.signalCode !== null) {
        throw new Error(`the program ended without ${match}: ${JSON.stringify(output)}`);
      }
      await Promise.race([once(child, 'output'), once(child, 'exit')]);
    }
  };
  return child;
}

module.exports = { runProgram, startNode, startProgram, subject };
