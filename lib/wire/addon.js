'use strict';
// Loads the native addon, or says why that cannot be and what to do.
const { version } = require('../../package.json');
const { later } = require('../base/later');

const reasons = later(() => require('./addon-errors'));

/** The addon: beside this file, or the package for this platform. */
function loadAddon() {
  let addon;
  try {
    addon = loadQuickly() ?? require('./binding');
  } catch (cause) {
    throw addonsAreDisabled() ? reasons().disabled(cause) : reasons().missing(cause);
  }
  if (addon.version() !== version) {
    throw new Error(
      `rust-http ${version} found a native addon of version ${addon.version()}. ` +
        'Remove node_modules and the lock file and install again, or run `npm run build` in a clone.',
    );
  }
  return addon;
}

/**
 * The addon that most probably is there, or undefined. The generated loader knows all platforms, and finds
 * out first which C library there is; an addon for another one does not load.
 */
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

module.exports = { addon: loadAddon() };
