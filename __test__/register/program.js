'use strict';
// Programs of the register tests: files of their own, because -r and --import come before a file.
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { startNode } = require('../support/child');
const { required, root } = require('../support/registered');

/** A folder that is gone after the test, with `files` (name: text) in it. */
function folderOf(t, files) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'rust-http-'));
  t.after(() => fs.rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) fs.writeFileSync(path.join(folder, name), text);
  return folder;
}

/** Runs `text` as a file of the kind `extension` behind `execArgv`. */
async function run(t, text, { execArgv = required, extension = 'cjs', env, files } = {}) {
  const name = `program.${extension}`;
  const folder = folderOf(t, { ...files, [name]: text });
  return await startNode(t, [...execArgv, path.join(folder, name)], { env }).finished;
}

/** The same, for what it printed: its lines, without what goes to stderr. */
async function linesOf(t, text, options) {
  const { code, signal, stdout, stderr } = await run(t, text, options);
  if (code !== 0) throw new Error(`the program ended with ${code ?? signal}:\n${stderr}`);
  return stdout.split('\n').slice(0, -1);
}

/** Text of an expression that is true where `http` is ours. */
const isOurs = `(require('http').Server === require(${JSON.stringify(root)}).Server)`;

module.exports = { folderOf, isOurs, linesOf, run };
