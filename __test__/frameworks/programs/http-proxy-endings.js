/** http-proxy: timeouts at both sides, targets that fail amid an answer, clients that leave. */
'use strict';

const { once } = require('node:events');
const http = require('node:http');
const httpProxy = require('http-proxy');

module.exports = async function run({ listen }) {
  const seen = { errors: [], answers: {}, left: false };
  const target = http.createServer((req, res) => {
    if (req.url === '/quick') return void res.end('quick');
    if (req.url === '/cut') return void res.write('begun', () => res.socket.destroy());
    // Else there is no answer.
  });
  const base = await listen(target);
  const proxy = httpProxy.createProxyServer({ target: base, proxyTimeout: 1000, timeout: 5000 });
  proxy.on('error', (error, _req, res) => {
    seen.errors.push(error.code);
    if (!res.headersSent) res.writeHead(504).end('too slow');
    else res.destroy();
  });
  proxy.on('econnreset', (error) => seen.errors.push(`the client left: ${error.code}`));
  const front = http.createServer((req, res) => proxy.web(req, res));
  const url = await listen(front);
  const agent = new http.Agent({ keepAlive: true });

  const send = async (path) => {
    try {
      const req = http.get(url + path, { agent });
      const [res] = await once(req, 'response');
      let text = '';
      for await (const chunk of res.setEncoding('utf8')) text += chunk;
      return [res.statusCode, text];
    } catch (error) {
      return error.code;
    }
  };
  for (const path of ['/quick', '/silent', '/quick', '/cut', '/quick']) {
    (seen.answers[path] ??= []).push(await send(path));
  }
  // The client leaves first.
  const leaving = http.get(`${url}/watched`);
  leaving.on('error', () => {});
  const [passed] = await once(target, 'request');
  const told = new Promise((resolve) => proxy.once('econnreset', resolve));
  leaving.destroy();
  await new Promise((resolve) => passed.on('close', resolve));
  await told;
  seen.left = passed.aborted;
  agent.destroy();
  for (const server of [front, target]) {
    server.closeAllConnections();
    server.close();
  }
  return seen;
};
