/** What a server behind a proxy is asked, by way of nginx and of HAProxy. */
'use strict';

const { once } = require('node:events');
const http = require('node:http');
const { pattern, contentOf } = require('../__test__/support/events');

/** The server behind the proxy. */
exports.createServer = function createServer() {
  const server = http.createServer({ keepAliveTimeout: 60_000 }, (req, res) => {
    const { pathname } = new URL(req.url, 'http://a.test');
    if (pathname === '/mirror') return void req.pipe(res);
    if (pathname === '/large') return void res.end(pattern(1_000_000));
    if (pathname === '/chunks') return void res.write('one', () => res.end('two'));
    if (pathname === '/empty') return void res.writeHead(204).end();
    if (pathname === '/cut') {
      res.writeHead(200, { 'Content-Length': 10 });
      return void res.write('begun', () => res.socket.destroy());
    }
    if (pathname === '/early') return void res.writeHead(401, { Connection: 'close' }).end('who?');
    res.end(JSON.stringify([req.method, req.url, req.headers['x-forwarded-for'] !== undefined]));
  });
  server.on('upgrade', (_req, socket) => {
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n',
    );
    socket.pipe(socket);
  });
  return server;
};

/** Asks the proxy; resolves to what came back. */
exports.askThrough = async function askThrough(port) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 8 });
  const send = async (path, options = {}, content = undefined) => {
    const req = http.request({ port, host: '127.0.0.1', path, agent, ...options });
    req.end(content);
    try {
      const [res] = await once(req, 'response');
      const bytes = await contentOf(res);
      return [res.statusCode, bytes.length > 100 ? bytes.length : `${bytes}`];
    } catch (error) {
      return error.code;
    }
  };
  const content = pattern(300_000);
  const post = { method: 'POST' };
  const seen = {
    text: await send('/a?b=1'),
    head: await send('/a', { method: 'HEAD' }),
    large: await send('/large'),
    chunks: await send('/chunks'),
    empty: await send('/empty'),
    mirrored: await send('/mirror', post, content),
    chunked: await send(
      '/mirror',
      { ...post, headers: { 'Transfer-Encoding': 'chunked' } },
      content,
    ),
    expected: await send('/mirror', { ...post, headers: { Expect: '100-continue' } }, 'content'),
    early: await send('/early', post, 'x'.repeat(1000)),
    cut: await send('/cut'),
    many: (await Promise.all(Array.from({ length: 200 }, (_, i) => send(`/${i}`)))).every(
      ([status]) => status === 200,
    ),
  };
  const headers = { Connection: 'Upgrade', Upgrade: 'echo' };
  const [res, socket] = await once(http.get({ port, host: '127.0.0.1', headers }), 'upgrade');
  socket.write('hello');
  seen.upgraded = [res.statusCode, `${(await once(socket, 'data'))[0]}`];
  socket.destroy();
  agent.destroy();
  return seen;
};
