'use strict';
// Programs that begin with `rust-http/register`.
const path = require('node:path');
const { pathToFileURL } = require('node:url');

const root = path.join(__dirname, '..', '..');
const registerFile = path.join(root, 'lib', 'register.js');

module.exports = {
  registerFile,
  root,
  required: ['--require', registerFile],
  imported: ['--import', pathToFileURL(registerFile).href],
};
