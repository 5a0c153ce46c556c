/** http-proxy: a server and a client at once, with upgrades. */
'use strict';

const assert = require('node:assert');
const { once } = require('node:events');
const http = require('node:http');
const httpProxy = require('http-proxy');
const { contentOf, pattern } = require('../../support/events');

module.exports = async function ask({ base }) {
  const agent = new http.Agent({ keepAlive: true });
  const proxy = httpProxy.createProxyServer({ target: base, agent, xfwd: true });
  const failures = [];
  proxy.on('error', (error, _req, res) => {
    failures.push(error.code);
    if (res.writeHead) res.writeHead(502).end('no answer');
    else res.destroy();
  });
  proxy.on('proxyRes', (_from, _req, res) => res.setHeader('X-Passed', 'yes'));
  const server = http.createServer((req, res) => proxy.web(req, res));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const front = `http://127.0.0.1:${server.address().port}`;
  const send = async (path, options = {}, content) => {
    const req = http.request(front + path, { agent, ...options });
    req.end(content);
    const [res] = await once(req, 'response');
    return { bytes: await contentOf(res), status: res.statusCode, passed: res.headers['x-passed'] };
  };
  const text = await send('/text');
  assert.strictEqual(`${text.bytes}`, 'text');
  const content = pattern(300_000);
  const mirrored = await send('/mirror', { method: 'POST' }, content);
  assert.ok(mirrored.bytes.equals(content));
  const echoed = await send('/echo', { method: 'PUT', headers: { 'X-A': 'b' } }, 'content');
  const answers = [];
  for (const path of ['/missing', '/empty', '/away', '/reset']) {
    answers.push((await send(path)).status);
  }
  const many = await Promise.all(Array.from({ length: 30 }, () => send('/large')));
  const result = {
    text: [text.status, text.passed],
    echoed: JSON.parse(echoed.bytes),
    answers,
    failures,
    many: many.map(({ bytes }) => bytes.length),
    upgraded: await upgrade(proxy, agent),
  };
  agent.destroy();
  server.closeAllConnections();
  server.close();
  return result;
};

/** An upgrade through the proxy to an echoing server. */
async function upgrade(proxy, agent) {
  const echo = http.createServer().on('upgrade', (_req, socket) => {
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    );
    socket.pipe(socket);
  });
  const front = http.createServer();
  for (const server of [echo, front]) {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  }
  const target = `http://127.0.0.1:${echo.address().port}`;
  front.on('upgrade', (req, socket, head) => proxy.ws(req, socket, head, { target, agent }));
  const req = http.get({
    port: front.address().port,
    host: '127.0.0.1',
    headers: { Connection: 'Upgrade', Upgrade: 'websocket' },
  });
  const [res, socket] = await once(req, 'upgrade');
  socket.write('hello');
  const [data] = await once(socket, 'data');
  socket.destroy();
  for (const server of [echo, front]) server.close();
  return [res.statusCode, `${data}`];
}
