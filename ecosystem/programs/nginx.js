/** nginx in front of a server: kept connections to it, uploads that are passed on as they come, upgrades. */
'use strict';

const { writeFileSync } = require('node:fs');
const path = require('node:path');
const { askThrough, createServer } = require('../in-front');
const { end, freePort, scratchFolder, start, versionOf, whenListening } = require('../tools');

module.exports = async function run({ listen }) {
  const version = versionOf('nginx', '-v');
  if (version === null) return { skipped: 'nginx is not installed' };
  const server = createServer();
  const behind = new URL(await listen(server)).host;
  const folder = scratchFolder();
  const port = await freePort();
  const file = path.join(folder, 'nginx.conf');
  writeFileSync(
    file,
    `daemon off; master_process off; pid ${folder}/pid; error_log ${folder}/errors;
     events {}
     http {
       access_log off;
       ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((what) => `${what}_temp_path ${folder}/${what};`).join(' ')}
       map $http_upgrade $connection_upgrade { default upgrade; '' ''; }
       upstream behind { server ${behind}; keepalive 8; }
       server {
         listen 127.0.0.1:${port};
         client_max_body_size 0;
         location / {
           proxy_pass http://behind;
           proxy_http_version 1.1;
           proxy_request_buffering off;
           proxy_set_header Connection $connection_upgrade;
           proxy_set_header Upgrade $http_upgrade;
           proxy_set_header X-Forwarded-For $remote_addr;
         }
       }
     }`,
  );
  const nginx = start('nginx', ['-e', path.join(folder, 'errors'), '-c', file]);
  await whenListening(port);
  const seen = await askThrough(port);
  await end(nginx);
  server.closeAllConnections();
  server.close();
  return { version, ...seen };
};
