/** What the programs share that start others: tools of the packages, and servers of the system. */
'use strict';

const { spawn, spawnSync } = require('node:child_process');
const { once } = require('node:events');
const { existsSync, mkdtempSync, readFileSync, rmSync } = require('node:fs');
const { createRequire } = require('node:module');
const net = require('node:net');
const { tmpdir } = require('node:os');
const path = require('node:path');

const register = path.join(__dirname, '..', 'lib', 'register.js');

/** The file that `package_` has npm run as `name`. */
function binOf(package_, name = package_) {
  const file = packageFile(package_);
  const { bin } = JSON.parse(readFileSync(file, 'utf8'));
  return path.join(path.dirname(file), typeof bin === 'string' ? bin : bin[name]);
}

/** The package.json of `package_`, which it need not export. */
function packageFile(package_) {
  const folders = createRequire(__filename).resolve.paths(package_);
  return folders.map((folder) => path.join(folder, package_, 'package.json')).find(existsSync);
}

/**
 * Starts a script of Node's with ours registered in it and in all that it starts, if that is the mode.
 * `finished` resolves to { code, stdout, stderr }. It ends with this process.
 */
function startScript(mode, args, { env, ...options } = {}) {
  const preload = mode === 'registered' ? `--require ${JSON.stringify(register)}` : '';
  return start(process.execPath, args, {
    ...options,
    env: { ...process.env, CI: '1', NO_COLOR: '1', NODE_OPTIONS: preload, ...env },
  });
}

function start(command, args, options) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
  process.on('exit', () => child.kill('SIGKILL'));
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) {
    child[name].setEncoding('utf8').on('data', (text) => {
      output[name] += text;
      child.emit('output');
    });
  }
  child.finished = once(child, 'close').then(([code]) => ({ code, ...output }));
  /** Resolves to the match when the output has it. */
  child.says = async (pattern) => {
    for (;;) {
      const found = pattern.exec(output.stdout + output.stderr);
      if (found) return found;
      if (child.exitCode !== null) throw new Error(`it ended: ${JSON.stringify(output)}`);
      await Promise.race([once(child, 'output'), once(child, 'close')]);
    }
  };
  return child;
}

/** Ends a child and waits for its end. */
async function end(child) {
  child.kill('SIGTERM');
  await child.finished;
}

/** What `command` says of its version; null if the system does not have it. */
function versionOf(command, ...args) {
  const { error, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  return error ? null : `${stdout}${stderr}`.match(/\d+(\.\d+)+/)[0];
}

/** A folder that goes with this process. */
function scratchFolder() {
  const folder = mkdtempSync(path.join(tmpdir(), 'rust-http-ecosystem-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A port that was free a moment ago. */
async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Resolves when somebody accepts connections at the port. */
async function whenListening(port) {
  for (;;) {
    const socket = net.connect(port, '127.0.0.1');
    const isThere = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (isThere) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

module.exports = {
  binOf,
  end,
  freePort,
  packageFile,
  scratchFolder,
  start,
  startScript,
  versionOf,
  whenListening,
};
