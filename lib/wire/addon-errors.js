'use strict';
// Why the native addon cannot be loaded, and what to do.

function disabled(cause) {
  const error = new Error(
    'rust-http is a native addon, and this process may not load any: Node was started with --no-addons, ' +
      'or with --permission and without --allow-addons. Leave out the one or add the other, ' +
      "or use Node's own http here.",
    { cause },
  );
  error.code = 'ERR_DLOPEN_DISABLED';
  return error;
}

function missing(cause) {
  const { arch, platform } = process;
  const suffix = { linux: '-gnu or -musl', win32: '-msvc' }[platform] ?? '';
  const builder = require
    .resolve('../../package.json')
    .replace(/package\.json$/, 'scripts/build.mjs');
  return new Error(
    `rust-http found no native binding for ${platform} ${arch}, which is in the package ` +
      `rust-http-${platform}-${arch}${suffix}. Remove node_modules and the lock file and install ` +
      'again, or install that package by name. Where there is none, Rust builds it: ' +
      `node ${builder} --install`,
    { cause },
  );
}

module.exports = { disabled, missing };
