'use strict';
// https.Server: options, timeouts, methods and events of an http.Server, on TLS sockets.
const assert = require('node:assert');
const { once } = require('node:events');
const net = require('node:net');
const { test } = require('node:test');
const tls = require('node:tls');
const duplexPair = require('../support/duplex-pair');
const { contentOf, pattern } = require('../support/events');
const { hostHas, onNodeHttp } = require('../support/mode');
const http = require('../support/subject');
const world = require('./world');

const { agentOf, ask, cert, closing, connectRaw, https, key, listen, serving } = world;
const limit = { timeout: 60_000 };
const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';

test('requests with content, and their answers', limit, async (t) => {
  const { port } = await serving(t, (req, res) => {
    assert.ok(req instanceof http.IncomingMessage && res instanceof http.ServerResponse);
    assert.ok(req.socket instanceof tls.TLSSocket && req.socket.encrypted);
    req.pipe(res);
  });
  const agent = agentOf(t, { keepAlive: true });
  for (const size of [0, 1, 70_000, 3_000_000]) {
    const content = pattern(size);
    const { res, text } = await ask({ port, agent, method: 'PUT' }, content.toString('hex'));
    assert.strictEqual(res.statusCode, 200);
    assert.strictEqual(text, content.toString('hex'));
  }
});

test('pipelined requests are answered in their order', limit, async (t) => {
  const { port } = await serving(t, (req, res) => {
    setTimeout(() => res.end(`${req.url};`), req.url === '/1' ? 20 : 0);
  });
  const { socket, until } = await connectRaw(t, port);
  socket.write([1, 2, 3].map((n) => `GET /${n} HTTP/1.1\r\nHost: a\r\n\r\n`).join(''));
  assert.match(await until(/\/3;/), /\/1;[\s\S]*\/2;[\s\S]*\/3;/);
});

test('a request listener alone, options alone, neither', limit, () => {
  const listener = () => {};
  for (const server of [https.createServer(listener), new https.Server({}, listener)])
    assert.deepStrictEqual(server.listeners('request'), [listener]);
  assert.deepStrictEqual(https.createServer({}).listeners('request'), []);
  assert.deepStrictEqual(https.createServer(null).listeners('request'), []);
});

for (const [options, code] of [
  [{ headersTimeout: -1 }, 'ERR_OUT_OF_RANGE'],
  [{ maxHeaderSize: 'x' }, 'ERR_INVALID_ARG_TYPE'],
  [{ headersTimeout: 5, requestTimeout: 4 }, 'ERR_OUT_OF_RANGE'],
  [{ insecureHTTPParser: 1 }, 'ERR_INVALID_ARG_TYPE'],
  [{ key: 5 }, 'ERR_INVALID_ARG_TYPE'],
  [{ handshakeTimeout: 'x' }, 'ERR_INVALID_ARG_TYPE'],
  ['text', 'ERR_INVALID_ARG_TYPE'],
]) {
  test(`${JSON.stringify(options)} throws ${code}`, limit, () => {
    assert.throws(() => https.createServer(options), { code });
  });
}

test('classes of messages can be given', limit, async (t) => {
  class Request extends http.IncomingMessage {
    get which() {
      return 'mine';
    }
  }
  class Response extends http.ServerResponse {
    finish(text) {
      this.end(`${text} too`);
    }
  }
  const options = { IncomingMessage: Request, ServerResponse: Response };
  const { port } = await serving(t, options, (req, res) => res.finish(req.which));
  assert.strictEqual((await ask({ port, agent: agentOf(t) })).text, 'mine too');
});

test('maxHeaderSize: 431', limit, async (t) => {
  const { port } = await serving(t, { maxHeaderSize: 500 }, (_req, res) => res.end());
  const { socket, until } = await connectRaw(t, port);
  socket.write(`GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(600)}\r\n\r\n`);
  await until(/^HTTP\/1\.1 431 /);
});

test('a request without a Host: 400, unless the option says otherwise', limit, async (t) => {
  for (const requireHostHeader of [true, false]) {
    const { port } = await serving(t, { requireHostHeader }, (_req, res) => res.end());
    const { socket, until } = await connectRaw(t, port);
    socket.write('GET / HTTP/1.1\r\n\r\n');
    await until(requireHostHeader ? /^HTTP\/1\.1 400 / : /^HTTP\/1\.1 200 /);
  }
});

test('headersTimeout and requestTimeout: 408', limit, async (t) => {
  const options = {
    headersTimeout: 300,
    requestTimeout: 600,
    connectionsCheckingInterval: 50,
    keepAliveTimeout: 0,
  };
  const { port, server } = await serving(t, options, (req) => req.resume());
  const codes = [];
  server.on('clientError', (error, socket) => {
    if (error.code.startsWith('ERR_')) codes.push(error.code);
    socket.end('HTTP/1.1 408 By hand\r\n\r\n');
  });
  for (const begin of [
    'GET / HTTP/1.1\r\n',
    'PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nx',
  ]) {
    const { socket, until } = await connectRaw(t, port);
    socket.write(begin);
    await until(/^HTTP\/1\.1 408 By hand/);
  }
  assert.deepStrictEqual(codes, ['ERR_HTTP_REQUEST_TIMEOUT', 'ERR_HTTP_REQUEST_TIMEOUT']);
});

test('keepAliveTimeout closes a connection between requests', limit, async (t) => {
  const options = { keepAliveTimeout: 100, keepAliveTimeoutBuffer: 0 };
  const { port } = await serving(t, options, (_req, res) => res.end('x'));
  const { socket, until } = await connectRaw(t, port);
  socket.write(GET);
  await until(/x$/);
  await once(socket, 'close');
});

test("the server's timeout: 'timeout' with the socket", limit, async (t) => {
  const { port, server } = await serving(t, () => {});
  assert.strictEqual(
    server.setTimeout(100, () => {}),
    server,
  );
  const { socket } = await connectRaw(t, port);
  socket.write(GET);
  const [timedOut] = await once(server, 'timeout');
  assert.ok(timedOut instanceof tls.TLSSocket);
  assert.strictEqual(timedOut.timeout, 100);
});

test(
  'maxRequestsPerSocket: the last says so, and the next is dropped with 503',
  limit,
  async (t) => {
    const { port, server } = await serving(t, (_req, res) => res.end('answer;'));
    server.maxRequestsPerSocket = 2;
    const dropped = once(server, 'dropRequest');
    const { socket, until } = await connectRaw(t, port);
    socket.write(GET + GET + GET);
    const text = await until(/503/);
    assert.strictEqual(text.match(/answer;/g).length, 2);
    assert.match(text, /max=2/);
    const [req, of] = await dropped;
    assert.ok(req instanceof http.IncomingMessage && of instanceof tls.TLSSocket);
  },
);

test("'checkContinue', 'checkExpectation', and what happens without", limit, async (t) => {
  const { port, server } = await serving(t, (req, res) => {
    req.resume().on('end', () => res.end('plain;'));
  });
  const put = (expect) =>
    `PUT / HTTP/1.1\r\nHost: a\r\nExpect: ${expect}\r\nContent-Length: 1\r\n\r\n`;
  const { socket, until } = await connectRaw(t, port);
  socket.write(put('100-continue'));
  await until(/^HTTP\/1\.1 100 Continue\r\n\r\n$/);
  socket.write('x');
  await until(/plain;$/);
  server.on('checkContinue', (_req, res) => {
    res.writeContinue();
    res.end('checked;');
  });
  server.on('checkExpectation', (_req, res) => res.writeHead(417).end('no;'));
  socket.write(`${put('100-continue')}x`);
  await until(/checked;/);
  socket.write(`${put('something')}x`);
  await until(/417[\s\S]*no;/);
});

for (const [event, head] of [
  ['upgrade', 'GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'],
  ['connect', 'CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n'],
]) {
  test(`'${event}' gives the TLS socket away`, limit, async (t) => {
    const { port, server } = await serving(t, (_req, res) => res.end());
    server.on(event, (req, socket, first) => {
      assert.ok(socket instanceof tls.TLSSocket && req instanceof http.IncomingMessage);
      socket.write(`first:${first};`);
      socket.on('data', (chunk) => socket.write(`then:${chunk};`));
    });
    const { socket, until } = await connectRaw(t, port);
    socket.write(`${head}one`);
    await until(/first:one;$/);
    socket.write('two');
    await until(/then:two;$/);
  });
}

test("malformed requests: 400, or 'clientError' with what Node tells", limit, async (t) => {
  const { port, server } = await serving(t, (_req, res) => res.end());
  const first = await connectRaw(t, port);
  first.socket.write('no http\r\n\r\n');
  await first.until(/^HTTP\/1\.1 400 Bad Request\r\nConnection: close/);
  const told = once(server, 'clientError');
  const second = await connectRaw(t, port);
  second.socket.write('no http\r\n\r\n');
  const [error, socket] = await told;
  assert.match(error.code, /^HPE_/);
  assert.ok(error.rawPacket.length > 0 && socket instanceof tls.TLSSocket);
  socket.destroy();
});

test("what is no TLS is 'tlsClientError' and 'clientError'", limit, async (t) => {
  const { port, server } = await serving(t, (_req, res) => res.end());
  for (const listens of [false, true]) {
    const told = once(server, 'tlsClientError');
    let seen;
    if (listens) {
      server.on('clientError', (error, socket) => {
        seen = error;
        socket.destroy();
      });
    }
    const plain = net.connect(port, '127.0.0.1');
    plain.on('error', () => {}).resume();
    const closed = new Promise((resolve) => plain.on('close', resolve));
    plain.write(GET);
    const [error] = await told;
    assert.match(error.code, /^ERR_SSL_/);
    await closed;
    assert.strictEqual(seen, listens ? error : undefined);
  }
});

test('a handshake that takes too long', limit, async (t) => {
  const { port, server } = await serving(t, { handshakeTimeout: 100 }, () => {});
  const plain = net.connect(port, '127.0.0.1');
  t.after(() => plain.destroy());
  plain.on('error', () => {});
  const [error] = await once(server, 'tlsClientError');
  assert.strictEqual(error.code, 'ERR_TLS_HANDSHAKE_TIMEOUT');
});

test('a client that goes away amid its request', limit, async (t) => {
  const { port, server } = await serving(t, () => {});
  const { socket } = await connectRaw(t, port);
  socket.write('PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nx');
  const [req, res] = await once(server, 'request');
  const closed = once(res, 'close');
  socket.destroy();
  const [error] = await once(req, 'error');
  assert.strictEqual(error.code, 'ECONNRESET');
  await closed;
});

test('closeIdleConnections and closeAllConnections', limit, async (t) => {
  const { port, server } = await serving(t, (req, res) => {
    if (req.url === '/') res.end('x');
  });
  const idle = await connectRaw(t, port);
  idle.socket.write(GET);
  await idle.until(/x$/);
  const busy = await connectRaw(t, port);
  busy.socket.write(GET.replace('/ ', '/busy '));
  await once(server, 'request');
  const idleClosed = once(idle.socket, 'close');
  server.closeIdleConnections();
  await idleClosed;
  assert.strictEqual(busy.socket.destroyed, false);
  const busyClosed = once(busy.socket, 'close');
  server.closeAllConnections();
  await busyClosed;
});

test(
  'close: idle connections end, the answer that is due says so, and it can listen again',
  limit,
  async (t) => {
    const { port, server } = await serving(t, (_req, res) => res.end('x'));
    const idle = await connectRaw(t, port);
    idle.socket.write(GET);
    await idle.until(/Connection: keep-alive[\s\S]*x$/);
    const busy = await connectRaw(t, port);
    busy.socket.write(GET.slice(0, -2));
    await new Promise((resolve) => setTimeout(resolve, 50));
    const idleClosed = once(idle.socket, 'close');
    const done = new Promise((resolve) => server.close(resolve));
    await idleClosed;
    busy.socket.write('\r\n');
    // Node leaves the connection to its timeout.
    await busy.until(onNodeHttp ? /x$/ : /Connection: close[\s\S]*x$/);
    if (onNodeHttp) busy.socket.destroy();
    assert.strictEqual(await done, undefined);
    const again = await connectRaw(t, await listen(server));
    again.socket.write(GET);
    await again.until(/Connection: keep-alive[\s\S]*x$/);
  },
);

test('close of a server that does not listen tells an error', limit, async () => {
  const error = await new Promise((resolve) => https.createServer().close(resolve));
  assert.strictEqual(error.code, 'ERR_SERVER_NOT_RUNNING');
});

test('asynchronous disposal closes it', {
  ...limit,
  skip: !Symbol.asyncDispose && 'no symbol',
}, async (t) => {
  const { server } = await serving(t, () => {});
  const closed = once(server, 'close');
  await server[Symbol.asyncDispose]();
  await closed;
  assert.strictEqual(server.listening, false);
});

test('ALPN: http/1.1 unless the options say otherwise', limit, async (t) => {
  const chosen = async (options, ALPNProtocols) => {
    const { port } = await serving(t, options, () => {});
    return (await connectRaw(t, port, { ALPNProtocols })).socket.alpnProtocol;
  };
  assert.strictEqual(await chosen({}, ['h9', 'http/1.1']), 'http/1.1');
  assert.strictEqual(await chosen({ ALPNProtocols: ['h9'] }, ['http/1.1', 'h9']), 'h9');
  const ALPNCallback = ({ protocols }) => protocols.at(-1);
  if (hostHas(20)) assert.strictEqual(await chosen({ ALPNCallback }, ['a', 'b']), 'b');
});

test('names: SNICallback, addContext and setSecureContext', limit, async (t) => {
  const { port, server } = await serving(t, (req, res) => res.end(req.socket.servername));
  server.addContext('other.test', { cert, key });
  const agent = agentOf(t, { checkServerIdentity: () => undefined });
  const text = async (servername) => (await ask({ port, agent, servername })).text;
  assert.strictEqual(await text('other.test'), 'other.test');
  server.setSecureContext({ cert, key, maxVersion: 'TLSv1.2' });
  const { socket } = await connectRaw(t, port);
  assert.strictEqual(socket.getProtocol(), 'TLSv1.2');
});

test('a certificate of the client', limit, async (t) => {
  const options = { requestCert: true, ca: cert };
  const { port } = await serving(t, options, (req, res) => {
    res.end(`${req.socket.authorized} ${req.socket.getPeerCertificate().subject.CN}`);
  });
  const { text } = await ask({ port, agent: agentOf(t, { cert, key }) });
  assert.strictEqual(text, 'true localhost');
  const req = https.get({ port, host: '127.0.0.1', agent: agentOf(t) });
  const [error] = await once(req, 'error');
  assert.ok(error.code);
});

test('a TLS socket given by hand, and a stream that is to become one', limit, async (t) => {
  const server = https.createServer({ cert, key }, (req, res) => res.end(`to ${req.url}`));
  const outer = closing(t, tls.createServer({ cert, key }));
  outer.on('secureConnection', (socket) => server.emit('secureConnection', socket));
  const { socket, until } = await connectRaw(t, await listen(outer));
  socket.write(GET);
  await until(/to \/$/);
  const [near, far] = duplexPair();
  server.emit('connection', far);
  const over = await connectRaw(t, undefined, { socket: near, port: undefined });
  over.socket.write(GET);
  await over.until(/to \/$/);
});

test('content that waits for the handler stops the reading', limit, async (t) => {
  const content = pattern(6 << 20);
  const { port, server } = await serving(t, () => {});
  const { socket, until } = await connectRaw(t, port);
  socket.write(`PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: ${content.length}\r\n\r\n`);
  socket.write(content);
  const [req, res] = await once(server, 'request');
  let before;
  do {
    before = req.socket.bytesRead;
    await new Promise((resolve) => setTimeout(resolve, 100));
  } while (req.socket.bytesRead !== before);
  assert.ok(before < content.length);
  assert.ok((await contentOf(req)).equals(content));
  res.end('all');
  await until(/all$/);
});

test('stats', { ...limit, skip: onNodeHttp && 'Node has nothing of the kind' }, async (t) => {
  const { port, server } = await serving(t, (_req, res) => res.end('x'));
  await ask({ port, agent: agentOf(t, { keepAlive: true }) });
  const { connections, driver, requestsTotal } = server.stats();
  assert.deepStrictEqual([connections, driver, requestsTotal], [1, 'javascript', 1]);
});
