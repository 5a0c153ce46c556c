'use strict';
// The module's parts, for index.js and https.js: from the bundle or from the files.
const { existsSync, statSync } = require('node:fs');

/** Where `scripts/bundle.mjs` puts the files of `lib`, joined to two. */
const BUNDLE = `${__dirname}/bundle`;
/** A clone has it, a package has not. */
const BUNDLER = `${__dirname}/../scripts/bundle.mjs`;

/** All that is exported, from the bundle or from the files. `RUST_HTTP_BUNDLE=off`: from the files. */
function load() {
  const isOff = process.env.RUST_HTTP_BUNDLE === 'off' || !existsSync(`${BUNDLE}/core.js`);
  if (isOff) return loadFiles();
  const bundle = require('./bundle/core.js');
  const mayBeStale = existsSync(BUNDLER);
  return mayBeStale && !isFresh(bundle.files) ? loadFiles() : bundle.load('exports.js');
}

/** All files at once: a test runner may give those loaded later modules that do not know what was made with these. */
function loadFiles() {
  const exported = require('./exports');
  require('./base/later').loadAll();
  return exported;
}

/** Whether the files, as pairs of path and size, are as they were when they were bundled. */
function isFresh(files) {
  const { mtimeMs: since } = statSync(`${BUNDLE}/core.js`);
  for (const [path, size] of files) {
    const stat = statSync(`${__dirname}/${path}`, { throwIfNoEntry: false });
    if (stat === undefined || stat.size !== size || stat.mtimeMs > since) return false;
  }
  return true;
}

/** Other runtimes have no `process._tickCallback`, and sockets and event loops that are not Node's. */
function assertNode() {
  const { bun, deno } = process.versions;
  if (bun === undefined && deno === undefined) return;
  const name = bun === undefined ? `Deno ${deno}` : `Bun ${bun}`;
  const error = new Error(
    `rust-http is a part of Node, and this is ${name}: use node:http here, which is ${name}'s own.`,
  );
  error.code = 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM';
  throw error;
}

assertNode();
module.exports = load();
