/** Starts an example in a process of its own on a free port and finds out its address. */
'use strict';

const { spawn } = require('node:child_process');
const path = require('node:path');

const folder = path.join(__dirname, '..', '..', 'examples');

/** Why a test that stops an example in good order cannot run here; false where it can. */
exports.noSignals = process.platform === 'win32' && 'Windows has no signals that a program hears';

/** Resolves when the example has printed its URL: { url, child, output(), stop(signal) }. */
exports.launch = async function launch(name, { args = [], env = {} } = {}) {
  const child = spawn(process.execPath, [path.join(folder, name), ...args], {
    env: { ...process.env, PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  const ended = new Promise((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal }));
  });
  const url = await new Promise((resolve, reject) => {
    const listen = (chunk) => {
      text += chunk;
      const match = /http:\/\/\S+:(?!0\/)\d+\//.exec(text);
      if (match) resolve(match[0].replace('localhost', '127.0.0.1'));
    };
    child.stdout.setEncoding('utf8').on('data', listen);
    child.stderr.setEncoding('utf8').on('data', listen);
    ended.then(() => reject(new Error(`${name} ended before it printed a URL:\n${text}`)));
  });
  return {
    url,
    child,
    ended,
    output: () => text,
    stop(signal = 'SIGTERM') {
      child.kill(signal);
      return ended;
    },
  };
};
