'use strict';
// A bit of everything that a server and a client of HTTP do, as a program that knows nothing of the module's
// inside would use them. Resolves to what was seen, which must be the same with Node's http and https.
const { once } = require('node:events');
const net = require('node:net');
const { Duplex } = require('node:stream');
const { pipeline } = require('node:stream/promises');
const { cert, key } = require('../../agent/tls-fixture');

const LOCAL = '127.0.0.1';

async function textOf(message) {
  message.setEncoding('utf8');
  let text = '';
  message.on('data', (piece) => {
    text += piece;
  });
  await once(message, 'end');
  return text;
}

async function listening(server) {
  server.listen(0, LOCAL);
  await once(server, 'listening');
  return server.address().port;
}

async function close(server) {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
}

/** Sends a request and reads the response. */
async function ask(http, options, content) {
  const req = http.request({ host: LOCAL, ...options });
  if (options.pieces) for (const piece of options.pieces) req.write(piece);
  if (options.trailers) req.addTrailers(options.trailers);
  req.end(content);
  const [res] = await once(req, 'response');
  const text = await textOf(res);
  const { complete, headers, rawTrailers, statusCode, statusMessage } = res;
  if (!res.closed) await once(res, 'close');
  const seen = text.length > 1000 ? text.length : text;
  return [statusCode, statusMessage, headers['set-cookie'], rawTrailers, complete, seen];
}

/** Writes `text` on a connection; what comes back, until that ends or `until` has come. */
async function askRaw(port, text, until) {
  const socket = net.connect(port, LOCAL);
  socket.setEncoding('latin1');
  let all = '';
  socket.on('data', (piece) => {
    all += piece;
    if (until && all.includes(until)) socket.end();
  });
  socket.write(text);
  await once(socket, 'close');
  return all.replace(/^Date: .*\r\n/gm, '');
}

const failureOf = (emitter) =>
  new Promise((resolve) => emitter.once('error', (error) => resolve(error.code)));

/** What `run` throws. */
function thrownBy(run) {
  try {
    run();
  } catch (error) {
    return [error.code, error.message];
  }
}

const handlers = {
  '/whole'(_req, res) {
    res.setHeader('Set-Cookie', ['a=1', 'b=2']);
    res.appendHeader('X-List', 'a');
    res.appendHeader('X-List', 'b');
    res.setHeader('X-Gone', 1);
    res.removeHeader('X-Gone');
    const names = res.getHeaderNames();
    res.writeHead(201, 'Made', { 'Content-Type': 'text/plain', 'X-More': ['c', 'd'] });
    res.end(`${names} ${res.hasHeader('x-gone')} ${res.getHeader('x-list')}`);
  },
  async '/pieces'(req, res) {
    res.setHeader('Trailer', 'X-Sum');
    const text = await textOf(req);
    res.write(`${req.headers['x-many']} ${req.headersDistinct['x-many']} `);
    res.write(Buffer.from(text));
    res.addTrailers({ 'X-Sum': String(text.length) });
    res.end(` ${req.trailers['x-end']}`);
  },
  '/echo'(req, res) {
    res.flushHeaders();
    pipeline(req, res);
  },
  '/socket'(req, res) {
    const { socket } = req;
    socket.setKeepAlive(true);
    socket.on('drain', () => {});
    res.cork();
    res.write(`${socket.remoteAddress} ${socket.address().family} `);
    res.uncork();
    res.end(socket.readyState);
  },
  '/big'(_req, res) {
    if (!res.write('x'.repeat(4_000_000))) res.once('drain', () => res.end('y'));
  },
};

async function serve(http) {
  const server = http.createServer((req, res) => {
    const handler = handlers[req.url] ?? ((_req, other) => other.writeHead(404).end());
    handler(req, res);
  });
  server.on('checkContinue', (_req, res) => {
    res.writeEarlyHints({ link: '</a>; rel=preload' });
    res.writeContinue();
    res.end('continued');
  });
  const port = await listening(server);
  const agent = new http.Agent({ keepAlive: true, maxSockets: 2 });
  const common = { agent, port };
  const many = { 'X-Many': ['a', 'b'], Cookie: ['c=1', 'd=2'] };
  const seen = await Promise.all([
    ask(http, { ...common, path: '/whole', auth: 'user:word' }),
    ask(http, {
      ...common,
      method: 'POST',
      path: '/pieces',
      headers: { ...many, Trailer: 'X-End' },
      pieces: ['some ', Buffer.from('pieces ')],
      trailers: { 'X-End': 'yes' },
    }),
    ask(http, { ...common, method: 'PUT', path: '/echo', pieces: ['a', 'b'] }, 'c'),
    ask(http, { ...common, path: '/socket', headers: ['Host', 'x', 'A', 'b'] }),
    ask(http, { ...common, method: 'DELETE', path: '/nothing' }, 'content'),
    ask(http, { ...common, path: '/big' }),
  ]);
  const expecting = http.request({ ...common, host: LOCAL, headers: { Expect: '100-continue' } });
  expecting.on('information', ({ headers, statusCode }) => seen.push([statusCode, headers.link]));
  const response = once(expecting, 'response');
  expecting.end();
  seen.push(await textOf((await response)[0]));
  seen.push(
    await askRaw(
      port,
      'GET /whole HTTP/1.1\r\nHost: a\r\n\r\nPOST /pieces HTTP/1.1\r\nHost: a\r\nX-Many: z\r\n' +
        'Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX-End: w\r\n\r\n' +
        'GET /none HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
    ),
    await askRaw(port, 'GET /none HTTP/1.0\r\n\r\n'),
    await new Promise((resolve) => server.getConnections((_error, count) => resolve(count > 0))),
    agent.getName({ host: 'a', port: 1 }),
  );
  agent.destroy();
  await close(server);
  return seen;
}

/** Upgrades and CONNECT, on both sides. */
async function upgrade(http) {
  const server = http.createServer();
  server.on('upgrade', (_req, socket) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n');
    socket.pipe(socket);
  });
  server.on('connect', (req, socket, head) => {
    socket.end(`HTTP/1.1 200 OK\r\n\r\n${req.url} ${head.length}`);
  });
  const port = await listening(server);
  const headers = { Connection: 'Upgrade', Upgrade: 'x' };
  const upgrading = http.get({ host: LOCAL, port, headers });
  const [res, socket] = await once(upgrading, 'upgrade');
  socket.end('ping');
  const echoed = await textOf(socket);
  const connecting = http.request({ host: LOCAL, port, method: 'CONNECT', path: 'a:80' }).end();
  const [, tunnel, head] = await once(connecting, 'connect');
  const told = head + (await textOf(tunnel));
  await close(server);
  return [res.statusCode, echoed, told];
}

/** What fails, by arguments, peers and time. */
async function fail(http) {
  const silent = net.createServer((socket) => socket.on('error', () => {}).resume());
  const port = await listening(silent);
  const seen = [
    thrownBy(() => http.request({ method: 'a b' })),
    thrownBy(() => http.request({ path: 'a b' })),
    thrownBy(() => http.request({ headers: { 'a b': 'c' } })),
    thrownBy(() => http.createServer({ headersTimeout: 'x' })),
    thrownBy(() => http.validateHeaderValue('a', 'b\n')),
    thrownBy(() => new http.Agent({ scheduling: 'x' })),
  ];
  const controller = new AbortController();
  const aborted = http.get({ host: LOCAL, port, signal: controller.signal });
  aborted.on('socket', (socket) => socket.on('connect', () => controller.abort()));
  seen.push(await failureOf(aborted));
  const late = http.get({ host: LOCAL, port, timeout: 20 });
  late.on('timeout', () => late.destroy());
  seen.push(await failureOf(late));
  silent.close();
  const junk = net.createServer((socket) => socket.on('error', () => {}).end('junk\r\n\r\n'));
  seen.push(await failureOf(http.get({ host: LOCAL, port: await listening(junk) })));
  junk.close();
  seen.push(await failureOf(http.get({ host: LOCAL, port: 1 })));

  const server = http.createServer({ keepAliveTimeout: 10, maxHeaderSize: 1000 }, (req, res) => {
    if (req.url === '/now') res.end('now');
    else res.setTimeout(10, () => res.end('late'));
  });
  const ownPort = await listening(server);
  for (const text of [
    'GET /now HTTP/1.1\r\nHost: a\r\n\r\n',
    'GET /wait HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
  ])
    seen.push(await askRaw(ownPort, text));
  // What follows is answered, too, but the connection is then cut off, and the answer may be lost.
  for (const text of ['nonsense\r\n\r\n', `GET / HTTP/1.1\r\nX: ${'x'.repeat(2000)}\r\n\r\n`])
    await askRaw(ownPort, text).catch(() => {});
  await close(server);
  const hasty = http.createServer({ connectionsCheckingInterval: 10, headersTimeout: 20 });
  await askRaw(await listening(hasty), 'GET / HT').catch(() => {});
  await close(hasty);
  return seen;
}

/** A connection that is a stream, of a server and of a client. */
async function stream(http) {
  const make = (other) =>
    new Duplex({
      read() {},
      write(chunk, _encoding, done) {
        other().push(chunk);
        done();
      },
      final(done) {
        other().push(null);
        done();
      },
    });
  const ours = make(() => theirs);
  const theirs = make(() => ours);
  const server = http.createServer(async (req, res) => res.end(await textOf(req)));
  server.emit('connection', ours);
  const createConnection = () => theirs;
  const seen = await ask(http, { createConnection, method: 'POST', host: 'x' }, 'streamed');
  theirs.destroy();
  return seen;
}

/** The same over TLS: kept connections, a new one, a stranger, and what is no TLS. */
async function secure(https) {
  const server = https.createServer({ cert, key }, async (req, res) =>
    res.end(`${req.socket.encrypted} ${await textOf(req)}`),
  );
  server.on('tlsClientError', () => {});
  const port = await listening(server);
  const agent = new https.Agent({ ca: cert, keepAlive: true });
  const common = { agent, port, method: 'POST', servername: 'localhost' };
  const seen = [
    await ask(https, common, 'one'),
    await ask(https, common, 'two'),
    await ask(https, { ...common, headers: { Connection: 'close' } }, 'three'),
    await ask(https, common, 'four'),
    await failureOf(https.get({ host: LOCAL, port, agent: false })),
    await ask(https, { ...common, agent: false, rejectUnauthorized: false }, 'five'),
  ];
  await askRaw(port, 'GET / HTTP/1.1\r\n\r\n').catch(() => {});
  agent.destroy();
  await close(server);
  return seen;
}

/** All of it, one after the other. */
async function exchange(http, https) {
  const seen = {};
  for (const [name, run, module] of [
    ['serve', serve, http],
    ['upgrade', upgrade, http],
    ['fail', fail, http],
    ['stream', stream, http],
    ['secure', secure, https],
  ])
    seen[name] = await run(module);
  return seen;
}

module.exports = { exchange };
