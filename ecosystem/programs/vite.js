/** Vite's development server: modules, its client, hot updates by WebSocket, a proxy to an API. */
'use strict';

const { once } = require('node:events');
const { cpSync, writeFileSync } = require('node:fs');
const http = require('node:http');
const path = require('node:path');
const { WebSocket } = require('undici');
const { scratchFolder } = require('../tools');

module.exports = async function run({ listen, send }) {
  const { createServer } = await import('vite');
  const root = scratchFolder();
  cpSync(path.join(__dirname, '..', 'projects', 'vite'), root, { recursive: true });
  const api = http.createServer((req, res) => res.end(`api ${req.url}`));
  const server = await createServer({
    root,
    configFile: false,
    logLevel: 'silent',
    server: { host: '127.0.0.1', port: 0, proxy: { '/api': await listen(api) } },
  });
  await server.listen(0);
  const { port } = server.httpServer.address();
  const base = `http://127.0.0.1:${port}`;
  const seen = {};
  const page = await send(`${base}/`, { headers: { Accept: 'text/html' } });
  seen.page = [page.status, page.text.includes('/@vite/client')];
  const main = await send(`${base}/main.js`);
  seen.main = [main.status, main.text.includes('the text'), main.headers['content-type']];
  const again = await send(`${base}/main.js`, { headers: { 'If-None-Match': main.headers.etag } });
  seen.again = again.status;
  seen.client = (await send(`${base}/@vite/client`)).status;
  seen.style = (await send(`${base}/style.css`, { headers: { Accept: 'text/css' } })).text;
  seen.api = (await send(`${base}/api/a?b=1`)).text;
  seen.missing = (await send(`${base}/nowhere.js`)).status;

  const token = server.config.webSocketToken;
  const socket = new WebSocket(`${base.replace('http', 'ws')}/?token=${token}`, 'vite-hmr');
  const messages = [];
  const updated = new Promise((resolve, reject) => {
    socket.onerror = () => reject(new Error('the socket failed'));
    socket.onmessage = ({ data }) => {
      const { type } = JSON.parse(data);
      messages.push(type);
      if (type === 'connected') {
        writeFileSync(path.join(root, 'main.js'), "export const text = 'new text';\n");
      } else resolve();
    };
  });
  await updated;
  seen.messages = messages;
  seen.updated = (await send(`${base}/main.js?t=1`)).text.includes('new text');
  socket.close();
  await server.close();
  api.close();
  await once(api, 'close');
  return seen;
};
