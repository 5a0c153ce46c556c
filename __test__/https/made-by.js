'use strict';
// Keys and certificates that tests make by the program `openssl`.
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

/** A new key and a certificate for it, by arguments of `openssl req`. */
function madeBy(t, ...args) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'rust-http-'));
  t.after(() => fs.rmSync(folder, { recursive: true }));
  const files = ['-keyout', 'key.pem', '-out', 'cert.pem', '-subj', '/CN=localhost'];
  execFileSync('openssl', ['req', '-x509', '-days', '2', ...args, ...files], {
    cwd: folder,
    stdio: 'ignore',
  });
  const read = (name) => fs.readFileSync(path.join(folder, name), 'utf8');
  return { cert: read('cert.pem'), key: read('key.pem') };
}

module.exports = { madeBy };
