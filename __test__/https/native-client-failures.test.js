'use strict';
// A client's connections on which the native side speaks TLS, and what goes wrong with them: in the words of Node's own
// https, and with its TLS where that can still go on.
const assert = require('node:assert');
const { once } = require('node:events');
const nodeHttps = require('node:https');
const net = require('node:net');
const { test } = require('node:test');
const tls = require('node:tls');
const { contentOf, deferred, pattern } = require('../support/events');
const https = require('../support/secure-subject');
const { cert, key } = require('../agent/tls-fixture');
const { agentOf, ask, assertSpoken, failing, listening, serving } = require('./client-world');
const { mayBeNative } = require('./world');

const limit = { timeout: 60_000 };

test('servers that speak no TLS, or none that anybody has', limit, async (t) => {
  const answering = (bytes) => () =>
    net.createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => socket.end(bytes));
    });
  const kinds = {
    'plain text': answering('HTTP/1.1 400 Bad Request\r\n\r\n'),
    'an alert': answering(Buffer.from([21, 3, 3, 0, 2, 2, 40])),
    'another alert': answering(Buffer.from([21, 3, 3, 0, 2, 2, 70])),
    nonsense: answering(Buffer.from([22, 3, 3, 0, 4, 9, 9, 9, 9])),
    'the end': answering(''),
    'the end at once': () => net.createServer((socket) => socket.end()),
    'a reset': () =>
      net.createServer((socket) => socket.once('data', () => socket.resetAndDestroy())),
  };
  for (const kind in kinds) {
    const port = await listening(t, kinds[kind]());
    const wanted = await failing(t, nodeHttps, { port });
    assert.deepStrictEqual(await failing(t, https, { port }), wanted, kind);
  }
  const port = await listening(t, net.createServer());
  const server = net.createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const unused = server.address().port;
  server.close();
  await once(server, 'close');
  assert.notStrictEqual(port, unused);
  const wanted = await failing(t, nodeHttps, { port: unused });
  assert.deepStrictEqual(await failing(t, https, { port: unused }), wanted);
});

test(
  'what a server ends with the first connection is told, if there is no second',
  limit,
  async (t) => {
    const server = net.createServer((socket) => {
      server.close();
      socket.on('error', () => {});
      socket.once('data', () => socket.end());
    });
    const port = await listening(t, server);
    const { code, message } = await failing(t, https, { port });
    assert.deepStrictEqual(
      [code, message],
      [
        'ECONNRESET',
        'Client network socket disconnected before secure TLS connection was established',
      ],
    );
  },
);

test('servers with old ciphers and versions are served by Node', limit, async (t) => {
  for (const [options, wanted] of [
    [{ ciphers: 'ECDHE-ECDSA-AES256-SHA384', maxVersion: 'TLSv1.2' }, 'ECDHE-ECDSA-AES256-SHA384'],
  ]) {
    const port = await serving(t, options, (req, res) => {
      res.end(req.socket.getCipher().name);
    });
    const agent = agentOf(t, https, { keepAlive: true });
    const one = await ask(https, { port, agent, method: 'POST' }, 'some content');
    assert.strictEqual(one.text, wanted);
    assertSpoken(agent, 'node');
    assert.strictEqual(one.req.socket.authorized, true);
    const { req, text } = await ask(https, { port, agent });
    assert.deepStrictEqual([text, req.reusedSocket], [wanted, true]);
  }
});

test(
  'what is written is in its order and is echoed when Node has to begin anew',
  limit,
  async (t) => {
    const port = await serving(
      t,
      { ciphers: 'ECDHE-ECDSA-AES256-SHA384', maxVersion: 'TLSv1.2' },
      (req, res) => req.pipe(res),
    );
    const content = pattern(3_000_000);
    for (const size of [0, 1000, 1_000_000]) {
      const agent = agentOf(t, https, { keepAlive: true });
      const req = https.request({ host: '127.0.0.1', port, agent, method: 'POST' });
      if (size > 0) req.write(content.subarray(0, size));
      req.once('socket', (socket) => {
        socket.once('connect', () => req.write(content.subarray(size, size + 10)));
        socket.once('secureConnect', () => {
          req.write(content.subarray(size + 10, size + 20));
          req.end(content.subarray(size + 20));
        });
      });
      const [res] = await once(req, 'response');
      assert.ok((await contentOf(res)).equals(content), `${size} bytes`);
      assertSpoken(agent, 'node');
    }
  },
);

test('a silent server: timeouts, and requests that are given up', limit, async (t) => {
  const met = deferred();
  const port = await listening(
    t,
    net.createServer((socket) => {
      socket.resume();
      met.resolve();
    }),
  );
  const agent = agentOf(t, https);
  const req = https.get({ host: '127.0.0.1', port, agent, timeout: 50 });
  await once(req, 'timeout');
  req.destroy(new Error('by the test'));
  const [error] = await once(req, 'error');
  assert.strictEqual(error.message, 'by the test');
  await met.promise;
  const other = https.get({ host: '127.0.0.1', port, agent });
  const [socket] = await once(other, 'socket');
  await once(socket, 'connect');
  assert.deepStrictEqual([socket.getPeerCertificate(), socket.authorized], [{}, false]);
  const closed = once(socket, 'close');
  other.destroy();
  const [hangUp] = await once(other, 'error');
  assert.strictEqual(hangUp.code, 'ECONNRESET');
  assert.deepStrictEqual(await closed, [false]); // what was not sent is no error of the socket
  const signal = new AbortController();
  const third = https.get({ host: '127.0.0.1', port, agent, signal: signal.signal });
  third.once('socket', (own) => own.once('connect', () => signal.abort()));
  const [aborted] = await once(third, 'error');
  assert.strictEqual(aborted.name, 'AbortError');
});

test('given up amid Node’s handshake that follows ours', limit, async (t) => {
  let connections = 0;
  const second = deferred();
  const port = await listening(
    t,
    net.createServer((socket) => {
      socket.on('error', () => {});
      if (++connections === 1) {
        socket.once('data', () => socket.end(Buffer.from([21, 3, 3, 0, 2, 2, 40])));
      } else {
        socket.resume();
        socket.on('close', () => second.resolve());
      }
    }),
  );
  if (!mayBeNative) return;
  const agent = agentOf(t, https);
  const req = https.get({ host: '127.0.0.1', port, agent, timeout: 100 });
  await once(req, 'timeout');
  assert.strictEqual(connections, 2);
  req.destroy();
  const [error] = await once(req, 'error');
  assert.strictEqual(error.code, 'ECONNRESET');
  await second.promise;
  assert.strictEqual(agent.totalSocketCount, 0);
});

test('destroyed, or an exception, in ‘secureConnect’', limit, async (t) => {
  const requests = [];
  const port = await serving(t, {}, (req, res) => {
    requests.push(req.url);
    res.end('hello');
  });
  const agent = agentOf(t, https);
  const req = https.get({ host: '127.0.0.1', port, agent, path: '/destroyed' });
  req.once('socket', (socket) => socket.once('secureConnect', () => socket.destroy()));
  const [error] = await once(req, 'error');
  assert.strictEqual(error.code, 'ECONNRESET');
  const thrown = new Error('by the test');
  const listeners = process.rawListeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  const seen = deferred();
  process.once('uncaughtException', (reason) => {
    for (const listener of listeners) process.on('uncaughtException', listener);
    seen.resolve(reason);
  });
  const other = https.get({ host: '127.0.0.1', port, agent, path: '/thrown' });
  other.once('socket', (socket) =>
    socket.once('secureConnect', () => {
      throw thrown;
    }),
  );
  const [res] = await once(other, 'response');
  assert.strictEqual(String(await contentOf(res)), 'hello');
  assert.strictEqual(await seen.promise, thrown);
  assert.deepStrictEqual(requests, ['/thrown']);
});

test('an answer without the end that TLS tells, and bytes behind it', limit, async (t) => {
  const RESPONSE = 'HTTP/1.1 200 OK\r\n';
  const cases = {
    'no length, cut off': (socket, raw) => {
      socket.write(`${RESPONSE}\r\nhel`, () => raw.end());
    },
    'a length, cut off': (socket, raw) => {
      socket.write(`${RESPONSE}Content-Length: 5\r\n\r\nhel`, () => raw.end());
    },
    'chunks, cut off': (socket, raw) => {
      socket.write(`${RESPONSE}Transfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n`, () => raw.end());
    },
    'no length, ended': (socket) => {
      socket.end(`${RESPONSE}\r\nhello`);
    },
    'ended, and more': (socket, raw) => {
      socket.end(`${RESPONSE}\r\nhello`, () => raw.write('more'));
    },
    'a length, reset': (socket, raw) => {
      socket.write(`${RESPONSE}Content-Length: 5\r\n\r\nhel`, () => raw.resetAndDestroy());
    },
  };
  for (const name in cases) {
    const server = net.createServer((raw) => {
      const socket = new tls.TLSSocket(raw, { isServer: true, cert, key });
      socket.on('error', () => {});
      socket.once('data', () => cases[name](socket, raw));
    });
    const port = await listening(t, server);
    const seen = [];
    for (const module of [nodeHttps, https]) {
      const req = module.get({ host: '127.0.0.1', port, agent: agentOf(t, module) });
      const told = await new Promise((resolve) => {
        req.on('error', ({ code }) => req.res ?? resolve({ code }));
        req.on('response', (res) => {
          let text = '';
          res.on('data', (chunk) => {
            text += chunk;
          });
          res.on('error', ({ code, message }) => resolve({ code, message, text }));
          res.on('end', () => resolve({ complete: res.complete, text }));
        });
      });
      seen.push(told);
    }
    assert.deepStrictEqual({ name, ...seen[1] }, { name, ...seen[0] });
  }
});

test('a server that wants a certificate of the client’s', limit, async (t) => {
  for (const maxVersion of ['TLSv1.2', 'TLSv1.3']) {
    const port = await serving(
      t,
      { maxVersion, requestCert: true, rejectUnauthorized: true },
      (_, res) => res.end(),
    );
    const wanted = await failing(t, nodeHttps, { port });
    const { code, reason } = await failing(t, https, { port });
    assert.deepStrictEqual({ code, reason }, { code: wanted.code, reason: wanted.reason });
  }
});

/** What is heard of a request that fails, and of its socket, in one order. */
async function heard(t, module, port) {
  const agent = agentOf(t, module, { ca: undefined });
  const req = module.request({ host: '127.0.0.1', port, agent, method: 'POST' });
  const log = [];
  req.on('error', ({ code }) => log.push(`request error ${code}`));
  req.on('close', () => log.push('request close'));
  req.on('socket', (socket) => {
    socket.on('end', () => log.push('socket end'));
    socket.on('error', ({ code }) => log.push(`socket error ${code}`));
    socket.on('close', (hadError) => log.push(`socket close ${hadError}`));
  });
  req.end('content', (error) => log.push(`content ${error instanceof Error}`));
  const [socket] = await once(req, 'socket');
  await new Promise((resolve) => socket.on('close', resolve));
  return log;
}

test('the order in which a failed handshake is told', limit, async (t) => {
  const refused = await serving(t, {}, () => {});
  const ended = await listening(
    t,
    net.createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => socket.end());
    }),
  );
  const endedAtOnce = await listening(
    t,
    net.createServer((socket) => socket.end().on('error', () => {})),
  );
  for (const port of [refused, ended, endedAtOnce]) {
    const expected = await heard(t, nodeHttps, port);
    assert.deepStrictEqual(await heard(t, https, port), expected);
  }
});
