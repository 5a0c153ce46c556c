/** HAProxy in front of a server: kept connections that it shares, health checks, uploads, upgrades. */
'use strict';

const { writeFileSync } = require('node:fs');
const path = require('node:path');
const { askThrough, createServer } = require('../in-front');
const { end, freePort, scratchFolder, start, versionOf, whenListening } = require('../tools');

module.exports = async function run({ listen }) {
  const version = versionOf('haproxy', '-v');
  if (version === null) return { skipped: 'HAProxy is not installed' };
  const server = createServer();
  const behind = new URL(await listen(server)).host;
  const port = await freePort();
  const file = path.join(scratchFolder(), 'haproxy.cfg');
  writeFileSync(
    file,
    `defaults
  mode http
  option forwardfor
  option httpchk GET /health
  http-reuse always
  timeout check 30s
  timeout connect 30s
  timeout client 30s
  timeout server 30s
frontend front
  bind 127.0.0.1:${port}
  default_backend behind
backend behind
  server one ${behind} check inter 500ms fall 100
`,
  );
  const haproxy = start('haproxy', ['-db', '-f', file]);
  await whenListening(port);
  const seen = await askThrough(port);
  await end(haproxy);
  server.closeAllConnections();
  server.close();
  return { version, ...seen };
};
