'use strict';
// Goes before each test of Node's suite (`--require`, by NODE_OPTIONS): puts this module in the
// place of `http`, in the test and in every process and thread that it starts.
const childProcess = require('node:child_process');
const { syncBuiltinESMExports } = require('node:module');
const util = require('node:util');
const workerThreads = require('node:worker_threads');

const option = `--require="${__filename}"`;

// RUST_HTTP=off leaves Node's own http in place: that is how the runner asks what Node passes.
require('../../lib/register.js');

// The `common` module of newer trees wants this from its Node; older ones do not have it.
util.getCallSites ??= function getCallSites() {
  const lines = new Error().stack.split('\n').slice(2);
  return lines.map((line) => {
    const match = /\(?([^\s()]+):(\d+):(\d+)\)?$/.exec(line) ?? [];
    return { scriptName: match[1], lineNumber: Number(match[2]), column: Number(match[3]) };
  });
};

/** `env` with what makes this file a preload of the process that gets it. */
function withPreload(env) {
  const options = env.NODE_OPTIONS ?? '';
  if (options.includes(option)) return env;
  const added = { ...env, NODE_OPTIONS: `${option} ${options}`.trim() };
  if (process.env.RUST_HTTP !== undefined) added.RUST_HTTP ??= process.env.RUST_HTTP;
  return added;
}

// spawn, exec, execFile, fork and cluster end here, with the environment as a list.
const { spawn } = childProcess.ChildProcess.prototype;
childProcess.ChildProcess.prototype.spawn = function (options) {
  if (Array.isArray(options?.envPairs)) {
    const pairs = options.envPairs.map((pair) => pair.split(/=(.*)/s).slice(0, 2));
    const env = withPreload(Object.fromEntries(pairs));
    options.envPairs = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  }
  return Reflect.apply(spawn, this, [options]);
};

// An environment that is not given is inherited, and has it already.
for (const name of ['spawnSync', 'execFileSync', 'execSync']) {
  const original = childProcess[name];
  childProcess[name] = (...args) => {
    const at = args.findIndex((value) => value?.env && typeof value.env === 'object');
    if (at >= 0) args[at] = { ...args[at], env: withPreload(args[at].env) };
    return original(...args);
  };
}
workerThreads.Worker = new Proxy(workerThreads.Worker, {
  construct(target, [file, options], newTarget) {
    const { env } = options ?? {};
    const changed =
      env && typeof env === 'object' ? { ...options, env: withPreload(env) } : options;
    return Reflect.construct(target, [file, changed], newTarget);
  },
});
syncBuiltinESMExports();
