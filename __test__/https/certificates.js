'use strict';
// Certificates that openssl makes for a test, as those of badssl.com: each with one fault.
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const DATABASE = `
[ca]
default_ca = all
[all]
database = index.txt
new_certs_dir = .
rand_serial = yes
default_md = sha256
policy = any
unique_subject = no
copy_extensions = none
[any]
commonName = supplied
`;

/** Makes keys and certificates in a folder of its own, which goes with the test. */
class Maker {
  constructor(t) {
    this.folder = fs.mkdtempSync(path.join(os.tmpdir(), 'rust-http-'));
    t.after(() => fs.rmSync(this.folder, { recursive: true }));
    this.write('index.txt', '');
    this.write('ca.cnf', DATABASE);
    this.made = 0;
  }

  write(name, text) {
    fs.writeFileSync(path.join(this.folder, name), text);
  }

  read(name) {
    return fs.readFileSync(path.join(this.folder, name), 'utf8');
  }

  openssl(...args) {
    execFileSync('openssl', args, { cwd: this.folder, stdio: ['ignore', 'ignore', 'pipe'] });
  }

  /**
   * A certificate and its key: `{ cert, key, name }`. `issuer`: what this returned for another one; without one it signs
   * itself. `from`, `to`: days from now. `extensions`: lines as openssl takes them; none: version 1.
   */
  make({ subject = 'localhost', issuer, from = -1, to = 2, extensions = [], algorithm }) {
    const name = `certificate-${++this.made}`;
    const newKey = algorithm ?? ['ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
    this.openssl(
      ...['req', '-new', '-nodes', '-newkey', ...newKey, '-subj', `/CN=${subject}`],
      ...['-keyout', `${name}.key`, '-out', `${name}.csr`],
    );
    this.write(`${name}.ext`, extensions.join('\n'));
    const by = issuer?.name ?? name;
    const self = issuer === undefined ? ['-selfsign'] : ['-cert', `${by}.pem`];
    const version = extensions.length > 0 ? ['-extfile', `${name}.ext`] : [];
    this.openssl(
      ...['ca', '-batch', '-notext', '-config', 'ca.cnf', '-in', `${name}.csr`],
      ...['-out', `${name}.pem`, '-keyfile', `${by}.key`, ...self, ...version],
      ...['-startdate', dateIn(from), '-enddate', dateIn(to)],
    );
    return { cert: this.read(`${name}.pem`), key: this.read(`${name}.key`), name };
  }
}

/** A day from now, in openssl's form. */
function dateIn(days) {
  const date = new Date(Date.now() + days * 86_400_000);
  return `${date.toISOString().slice(0, 19).replace(/[-T:]/g, '')}Z`;
}

/** Lines for a certificate that issues others, and for a server's. */
const CA = [
  'basicConstraints=critical,CA:TRUE',
  'keyUsage=critical,keyCertSign,cRLSign',
  'subjectKeyIdentifier=hash',
];
const SERVER = [
  'basicConstraints=critical,CA:FALSE',
  'keyUsage=critical,digitalSignature,keyEncipherment',
  'extendedKeyUsage=serverAuth',
  'subjectAltName=DNS:localhost,IP:127.0.0.1',
];

module.exports = { CA, Maker, SERVER };
