'use strict';
// Loads the module as test runners do: by a registry of modules of its own, and in a realm of its own.
const fs = require('node:fs');
const Module = require('node:module');
const path = require('node:path');
const vm = require('node:vm');

const root = path.join(__dirname, '..', '..');
const lib = path.join(root, 'lib');
/** Whether a file is the module's own. */
const isOurs = (file) => file.startsWith(lib + path.sep) || file === path.join(root, 'index.js');

/** A new copy of the module. `parsingContext`: the context that its files run in, if not this one. */
function loadApart(parsingContext) {
  const registry = new Map();
  const load = (file) => {
    if (!isOurs(file) || !file.endsWith('.js')) return require(file);
    if (registry.has(file)) return registry.get(file).exports;
    const module = { exports: {}, filename: file, id: file };
    registry.set(file, module);
    const { resolve } = Module.createRequire(file);
    const own = Object.assign((name) => load(resolve(name)), { resolve });
    const parameters = ['module', 'exports', 'require', '__filename', '__dirname'];
    const text = fs.readFileSync(file, 'utf8');
    const options = { filename: file, parsingContext };
    const compiled = vm.compileFunction(text, parameters, options);
    compiled.call(module.exports, module, module.exports, own, file, path.dirname(file));
    return module.exports;
  };
  return load(require.resolve(root));
}

module.exports = { isOurs, loadApart, root };
