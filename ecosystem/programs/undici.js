/** undici as the client of a server of http: pipelining, uploads, upgrades, CONNECT, aborts, timeouts. */
'use strict';

const assert = require('node:assert');
const { once } = require('node:events');
const http = require('node:http');
const { Readable } = require('node:stream');
const { Client, Pool, fetch, request } = require('undici');

module.exports = async function run({ failureOf, listen }) {
  const server = http.createServer({ keepAliveTimeout: 60_000 }, async (req, res) => {
    if (req.url === '/silent') return;
    if (req.url === '/cut')
      return void res
        .writeHead(200, { 'Content-Length': 9 })
        .write('cut', () => res.socket.destroy());
    if (req.url === '/early')
      return void res.writeHead(413, { Connection: 'close' }).end('too large');
    if (req.url === '/hints') {
      res.writeEarlyHints({ link: '</a.css>; rel=preload' });
      res.writeProcessing();
    }
    if (req.url === '/trailers') {
      res.writeHead(200, { Trailer: 'X-Sum' });
      res.write('content');
      res.addTrailers({ 'X-Sum': '7' });
      return void res.end();
    }
    let length = 0;
    for await (const chunk of req) length += chunk.length;
    res.setHeader('X-Expect', req.headers.expect ?? '');
    res.end(`${req.method} ${req.url} ${length}`);
  });
  server.on('upgrade', (_req, socket) => {
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n',
    );
    socket.pipe(socket);
  });
  server.on('connect', (req, socket) => {
    socket.write(`HTTP/1.1 200 Established\r\n\r\nto ${req.url}`);
    socket.pipe(socket);
  });
  const base = await listen(server);
  const client = new Client(base, { pipelining: 10 });
  const ask = async (options) => {
    const { body, headers, statusCode, trailers } = await client.request({
      method: 'GET',
      ...options,
    });
    const text = await body.text();
    return [statusCode, text, headers['x-expect'] ?? null, { ...trailers }];
  };
  const many = Array.from({ length: 50 }, (_, i) => ask({ path: `/${i}` }));
  const answers = await Promise.all(many);
  assert.ok(answers.every(([status, text], i) => status === 200 && text === `GET /${i} 0`));
  const interim = [];
  const onInfo = ({ statusCode, headers }) => interim.push([statusCode, { ...headers }]);
  const seen = {
    text: await ask({ path: '/', method: 'POST', body: 'x'.repeat(100_000) }),
    stream: await ask({
      path: '/',
      method: 'PUT',
      body: Readable.from(['a', 'bc', 'd'.repeat(70_000)]),
    }),
    head: await ask({ path: '/', method: 'HEAD' }),
    hints: await ask({ path: '/hints', onInfo }),
    interim,
    trailers: await ask({ path: '/trailers' }),
    cut: await failureOf(ask({ path: '/cut' })),
    slow: await failureOf(ask({ path: '/silent', headersTimeout: 1 })),
    afterwards: await ask({ path: '/afterwards' }),
  };
  const controller = new AbortController();
  const aborted = failureOf(request(`${base}/silent`, { signal: controller.signal }));
  await once(server, 'request');
  controller.abort();
  seen.aborted = await aborted;
  const early = await request(`${base}/early`, { method: 'POST', body: 'x'.repeat(100_000) });
  seen.early = [early.statusCode, await early.body.text()];
  const upgraded = await client.upgrade({ path: '/', protocol: 'echo' });
  seen.upgraded = [upgraded.headers.upgrade, await echo(upgraded.socket)];
  const tunnel = await client.connect({ path: 'a.test:443' });
  seen.tunnel = [
    tunnel.statusCode,
    `${(await once(tunnel.socket, 'data'))[0]}`,
    await echo(tunnel.socket),
  ];
  const pool = new Pool(base, { connections: 4, pipelining: 1 });
  const all = await Promise.all(
    Array.from({ length: 200 }, (_, i) =>
      fetch(`${base}/${i}`, { dispatcher: pool }).then((res) => res.text()),
    ),
  );
  assert.ok(all.every((text, i) => text === `GET /${i} 0`));
  await pool.close();
  await client.destroy();
  server.closeAllConnections();
  server.close();
  return seen;
};

async function echo(socket) {
  socket.write('hello');
  const [data] = await once(socket, 'data');
  socket.destroy();
  return `${data}`;
}
