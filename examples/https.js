/**
 * A server for HTTPS with a certificate that openssl makes for it, and a request to it.
 * `PORT=3000 node examples/https.js`
 */
'use strict';

const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const https = require('rust-http/https');

/** A key and a certificate for localhost, valid for a day. */
function makeCertificate() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'rust-http-'));
  const [key, cert] = ['key.pem', 'cert.pem'].map((name) => path.join(folder, name));
  const about = ['-days', '1', '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const files = ['-keyout', key, '-out', cert];
  execFileSync('openssl', ['req', '-x509', ...kind, ...about, ...files], { stdio: 'ignore' });
  const made = { key: fs.readFileSync(key), cert: fs.readFileSync(cert) };
  fs.rmSync(folder, { recursive: true });
  return made;
}

const { cert, key } = makeCertificate();
const server = https.createServer({ cert, key }, (req, res) => {
  res.end(`Hello over ${req.socket.getProtocol()}\n`);
});

server.listen(Number(process.env.PORT ?? 3000), () => {
  const { port } = server.address();
  console.log(`https://localhost:${port}/`);
  https.get({ host: 'localhost', port, ca: cert }, (res) => res.pipe(process.stdout));
});
