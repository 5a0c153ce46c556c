'use strict';
// Loads the native addon, or says why that cannot be and what to do.
const { version } = require('../../package.json');

/** The addon: beside this file, or the package for this platform. */
function loadAddon() {
  let addon;
  try {
    addon = loadQuickly() ?? require('./binding');
  } catch (cause) {
    throw addonsAreDisabled() ? disabled(cause) : missing(cause);
  }
  if (addon.version() !== version) {
    throw new Error(
      `rust-http ${version} found a native addon of version ${addon.version()}. ` +
        'Remove node_modules and the lock file and install again, or run `npm run build` in a clone.',
    );
  }
  return addon;
}

/** The addon that most probably is there: the generated loader first finds out which C library there is. */
function loadQuickly() {
  if (process.env.NAPI_RS_NATIVE_LIBRARY_PATH) return undefined;
  const { arch, platform } = process;
  const suffix = { linux: '-gnu', win32: '-msvc' }[platform] ?? '';
  const name = `${platform}-${arch}${suffix}`;
  try {
    return require(`./rust-http.${name}.node`);
  } catch {}
  try {
    return require(`rust-http-${name}`);
  } catch {}
  return undefined; // what is wrong, the generated loader says
}

/** Node refuses every addon, before it looks at the file. */
function addonsAreDisabled() {
  try {
    process.dlopen({ exports: {} }, __filename);
  } catch (error) {
    return error.code === 'ERR_DLOPEN_DISABLED';
  }
  return false;
}

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

module.exports = { addon: loadAddon() };
