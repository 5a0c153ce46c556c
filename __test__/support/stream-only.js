'use strict';
// Preloaded (`node --require`), it makes this system one without descriptors to share, as Windows
// is: handles have no `fd`, the binding has no I/O side, and the package takes itself to be on
// Windows. Every connection then goes through the stream transport. The package is loaded from its files,
// which can be told so one by one.
const fs = require('node:fs');
const Module = require('node:module');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');
const { threadId } = require('node:worker_threads');

/** Whether `file` is this one of the package's own, in whichever copy of it. */
function isOurs(file, ...names) {
  if (!file.endsWith(path.join('lib', ...names))) return false;
  const manifest = `${file.slice(0, -path.join('lib', ...names).length)}package.json`;
  return fs.existsSync(manifest) && require(manifest).name === 'rust-http';
}

/** Calls `load` while `process.platform` says that this is Windows. */
function onWindows(load) {
  const descriptor = Object.getOwnPropertyDescriptor(process, 'platform');
  Object.defineProperty(process, 'platform', { ...descriptor, value: 'win32' });
  try {
    return load();
  } finally {
    Object.defineProperty(process, 'platform', descriptor);
  }
}

function withoutIo({ Io, ...binding }) {
  return binding;
}

process.env.RUST_HTTP_BUNDLE = 'off';

const loadCommon = Module._extensions['.js'];
Module._extensions['.js'] = function load(module, file) {
  if (isOurs(file, 'server', 'server.js')) return onWindows(() => loadCommon(module, file));
  loadCommon(module, file);
  if (isOurs(file, 'wire', 'addon.js')) module.exports.addon = withoutIo(module.exports.addon);
};

// The getter that both kinds inherit cannot be replaced, but hidden.
const { pid } = process;
for (const address of [
  ['127.0.0.1', 0, 4],
  [path.join(os.tmpdir(), `rust-http-${pid}-${threadId}.sock`), -1, -1],
]) {
  const handle = net._createServerHandle(...address);
  Object.defineProperty(Object.getPrototypeOf(handle), 'fd', { value: -1 });
  handle.close();
}
