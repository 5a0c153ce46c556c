'use strict';
// Keys and certificates that the program `openssl` makes for a test.
const { execFileSync, spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

/** Why a test that needs the program cannot run. */
const noOpenssl = spawnSync('openssl', ['version']).status !== 0 && 'openssl is not installed';
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
    /** The names of the files of what was made. */
    this.names = new Map();
  }

  path(name) {
    return path.join(this.folder, name);
  }

  /** The file of a certificate that was made. */
  fileOf(made) {
    return this.path(`${this.names.get(made)}.pem`);
  }

  write(name, text) {
    fs.writeFileSync(this.path(name), text);
  }

  read(name) {
    return fs.readFileSync(this.path(name), 'utf8');
  }

  openssl(...args) {
    execFileSync('openssl', args, { cwd: this.folder, stdio: ['ignore', 'ignore', 'pipe'] });
  }

  /**
   * A certificate and its key: `{ cert, key }`. `issuer`: what this returned for another one; without one it signs
   * itself. `from`, `to`: days from now. `extensions`: lines as openssl takes them; none: version 1. `algorithm`,
   * `passphrase`: the key's.
   */
  make({ subject = 'localhost', issuer, from = -1, to = 2, extensions = [], ...more }) {
    const { algorithm = ['ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'], passphrase } = more;
    const name = `certificate-${this.names.size}`;
    const protection = passphrase ? ['-passout', `pass:${passphrase}`] : ['-nodes'];
    this.openssl(
      ...['req', '-new', ...protection, '-newkey', ...algorithm, '-subj', `/CN=${subject}`],
      ...['-keyout', `${name}.key`, '-out', `${name}.csr`],
    );
    this.write(`${name}.ext`, extensions.join('\n'));
    const by = this.names.get(issuer) ?? name;
    const self = issuer === undefined ? ['-selfsign'] : ['-cert', `${by}.pem`];
    const version = extensions.length > 0 ? ['-extfile', `${name}.ext`] : [];
    this.openssl(
      ...['ca', '-batch', '-notext', '-config', 'ca.cnf', '-in', `${name}.csr`],
      ...['-out', `${name}.pem`, '-keyfile', `${by}.key`, ...self, ...version],
      ...['-startdate', dateIn(from), '-enddate', dateIn(to)],
      ...['-passin', `pass:${passphrase ?? ''}`],
    );
    const made = { cert: this.read(`${name}.pem`), key: this.read(`${name}.key`) };
    this.names.set(made, name);
    return made;
  }
}

/** A day from now, in openssl's form. */
function dateIn(days) {
  const date = new Date(Date.now() + days * 86_400_000);
  return `${date.toISOString().slice(0, 19).replace(/[-T:]/g, '')}Z`;
}

/** Lines for a certificate that issues others, for a server's, and for one that a server has signed itself. */
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
const SELF_SIGNED = [...SERVER.slice(2), 'basicConstraints=CA:TRUE'];

module.exports = { CA, Maker, SELF_SIGNED, SERVER, noOpenssl };
