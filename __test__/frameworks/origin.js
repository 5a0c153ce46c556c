/** What the clients talk to: a server of Node's with a route per case, its TLS twin, and a proxy. */
'use strict';

const http = require('node:http');
const { once } = require('node:events');
const net = require('node:net');
const tls = require('node:tls');
const zlib = require('node:zlib');
const { cert, key } = require('../agent/tls-fixture');
const { contentOf, pattern } = require('../support/events');

const large = pattern(1_000_000);
const numbers = new WeakMap();

const routes = {
  '/text': (_req, res) => res.end('text'),
  '/large': (_req, res) => res.end(large),
  /** The number of the connection on its server. */
  '/connection': (req, res) => res.end(String(numbers.get(req.socket))),
  '/away': (_req, res) => res.writeHead(302, { Location: '/near' }).end('away'),
  '/near': (_req, res) => res.writeHead(307, { Location: '/echo' }).end(),
  '/seeother': (_req, res) => res.writeHead(303, { Location: '/echo' }).end(),
  '/loop': (_req, res) => res.writeHead(302, { Location: '/loop' }).end(),
  '/missing': (_req, res) => res.writeHead(404, { 'X-A': 'b' }).end('missing'),
  '/failing': (_req, res) => res.writeHead(500).end('failing'),
  '/empty': (_req, res) => res.writeHead(204).end(),
  '/silent': () => {},
  '/reset': (req) => req.socket.destroy(),
  '/cut': (_req, res) => {
    res.writeHead(200, { 'Content-Length': 100 });
    res.write('begun', () => res.socket.end());
  },
  '/cookies': (_req, res) => {
    res.writeHead(200, { 'Set-Cookie': ['a=1', 'b=2; Path=/'] }).end('cookies');
  },
  '/gzip': (_req, res) => {
    res.writeHead(200, { 'Content-Encoding': 'gzip' }).end(zlib.gzipSync('packed'));
  },
  '/echo': async (req, res) => {
    const text = (await contentOf(req)).toString('latin1');
    const { authorization, 'content-type': type, 'x-a': own } = req.headers;
    const answer = JSON.stringify({ method: req.method, text, type, own, authorization });
    res.writeHead(200, { 'Content-Type': 'application/json' }).end(answer);
  },
  /** Content as it came, while it comes. */
  '/mirror': (req, res) => req.pipe(res),
};

function answer(req, res) {
  const { pathname } = new URL(req.url, 'http://origin.test');
  const route = routes[pathname];
  if (route) route(req, res);
  else res.writeHead(400).end(`no route ${req.url}`);
}

/** A proxy for both kinds: absolute targets, and tunnels. It marks what it passes on. */
function createProxy(log) {
  const server = http.createServer((req, res) => {
    log.push(`${req.method} ${new URL(req.url).pathname}`);
    const { host, ...headers } = req.headers;
    const onward = http.request(req.url, { method: req.method, headers, agent: false });
    onward.on('response', (from) => {
      res.writeHead(from.statusCode, { ...from.headers, 'x-proxy': host ? 'passed' : 'no host' });
      from.pipe(res);
    });
    onward.on('error', () => res.writeHead(502).end());
    req.pipe(onward);
  });
  server.on('connect', (req, socket, head) => {
    log.push(`CONNECT ${req.url.split(':')[0]}`);
    const [host, port] = req.url.split(':');
    const onward = net.connect(port, host, () => {
      socket.write('HTTP/1.1 200 Established\r\n\r\n');
      onward.write(head);
      onward.pipe(socket).pipe(onward);
    });
    onward.on('error', () => socket.destroy());
    socket.on('error', () => onward.destroy());
  });
  return server;
}

/** Starts all of them until the test ends; resolves to their URLs, and the log of the proxy. */
module.exports = async function startOrigin(t) {
  const log = [];
  const plain = http.createServer({ keepAliveTimeout: 60_000 }, answer);
  const secure = tls.createServer({ cert, key }, (socket) => plain.emit('connection', socket));
  const proxy = createProxy(log);
  const sockets = new Set();
  let count = 0;
  plain.on('connection', (socket) => numbers.set(socket, ++count));
  for (const server of [plain, secure, proxy]) {
    server.on('connection', (socket) => sockets.add(socket));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  }
  t.after(() => {
    for (const server of [plain, secure, proxy]) server.close();
    for (const socket of sockets) socket.destroy();
  });
  const url = (server, protocol) => `${protocol}://127.0.0.1:${server.address().port}`;
  return {
    base: url(plain, 'http'),
    secure: url(secure, 'https'),
    proxy: url(proxy, 'http'),
    log,
  };
};
