'use strict';
// Servers whose sockets are Node's TLS sockets: what is read past the sockets' streams is the same as
// what would have gone through them.
const assert = require('node:assert');
const { once } = require('node:events');
const { test } = require('node:test');
const tls = require('node:tls');
const { cert, key } = require('../agent/tls-fixture');
const duplexPair = require('../support/duplex-pair');
const http = require('../support/subject');

const limit = { timeout: 60_000 };

/** A TLS server whose sockets `server` gets; returns a function that connects a client. */
async function overTls(t, server) {
  const outer = tls.createServer({ cert, key }, (socket) => server.emit('connection', socket));
  outer.listen(0, '127.0.0.1');
  await once(outer, 'listening');
  const clients = [];
  t.after(() => {
    outer.close();
    for (const client of clients) client.destroy();
  });
  return async () => {
    const { port } = outer.address();
    const client = tls.connect({ port, host: '127.0.0.1', ca: cert, servername: 'localhost' });
    clients.push(client);
    await once(client, 'secureConnect');
    return client;
  };
}

/** Waits until all that `client` has read matches. */
async function until(client, pattern, seen = { text: '' }) {
  while (!pattern.test(seen.text)) {
    const [chunk] = await once(client, 'data');
    seen.text += chunk.toString('latin1');
  }
  return seen.text;
}

const contentOf = (size, seed) => Buffer.alloc(size, `${seed} content of request ${seed}, `);
const post = (content, path = '/') =>
  Buffer.concat([
    Buffer.from(`POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: ${content.length}\r\n\r\n`),
    content,
  ]);

for (const size of [1, 1000, 16_384, 16_385, 200_000]) {
  test(
    `content of ${size} bytes is in memory of its own, and stays as it was`,
    limit,
    async (t) => {
      const kept = [];
      const server = http.createServer((req, res) => {
        const chunks = [];
        kept.push(chunks);
        req.on('data', (chunk) => chunks.push(chunk));
        req.on('end', () => res.end('ok'));
      });
      const connect = await overTls(t, server);
      const clients = [await connect(), await connect()];
      for (let i = 0; i < 3; i++) {
        for (const client of clients) {
          client.write(post(contentOf(size, kept.length)));
          await until(client, /ok$/);
        }
      }
      for (const [i, chunks] of kept.entries()) {
        assert.deepStrictEqual(Buffer.concat(chunks), contentOf(size, i));
        for (const chunk of chunks) assert.strictEqual(chunk.buffer.byteLength, chunk.length);
      }
    },
  );
}

test(
  'a read of another connection amid the handling of one does not touch its content',
  limit,
  async (t) => {
    const seen = [];
    let far;
    const server = http.createServer((req, res) => {
      let text = '';
      req.on('data', (chunk) => {
        text += chunk;
      });
      req.on('end', () => {
        seen.push([req.url, text]);
        res.end('ok');
      });
      // The pair delivers at once, so that the other connection reads while this one is handled.
      if (req.url === '/outer') far.write(post(contentOf(500, 'inner'), '/inner'));
    });
    const connect = () =>
      new Promise((resolve, reject) => {
        const [near, here] = duplexPair();
        const socket = new tls.TLSSocket(here, { isServer: true, cert, key });
        socket.on('secure', () => server.emit('connection', socket));
        const client = tls.connect({ socket: near, ca: cert, servername: 'localhost' });
        client.on('secureConnect', () => resolve(client)).on('error', reject);
        t.after(() => client.destroy());
      });
    far = await connect();
    const client = await connect();
    client.write(post(contentOf(500, 'outer'), '/outer'));
    await Promise.all([until(client, /ok$/), until(far, /ok$/)]);
    assert.deepStrictEqual(Object.fromEntries(seen), {
      '/outer': contentOf(500, 'outer').toString(),
      '/inner': contentOf(500, 'inner').toString(),
    });
  },
);

test(
  'who listens on the socket hears what is read from then on, and HTTP goes on',
  limit,
  async (t) => {
    const heard = [];
    const server = http.createServer((req, res) => {
      if (req.url === '/listen') req.socket.on('data', (chunk) => heard.push(chunk));
      res.end(`answer to ${req.url};`);
    });
    const client = await (await overTls(t, server))();
    for (const path of ['/before', '/listen', '/after', '/last']) {
      client.write(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`);
      await until(client, new RegExp(`answer to ${path};$`));
    }
    const wanted = ['/after', '/last'].map((path) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`);
    assert.strictEqual(Buffer.concat(heard).toString(), wanted.join(''));
    for (const chunk of heard) assert.ok(chunk.buffer.byteLength >= chunk.length);
  },
);

test(
  'after an upgrade the socket is a stream: what came with the head, and what comes later',
  limit,
  async (t) => {
    const server = http.createServer((_req, res) => res.end('plain'));
    server.on('upgrade', (_req, socket, head) => {
      socket.write(
        `HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nhead:${head};`,
      );
      socket.on('data', (chunk) => socket.write(`later:${chunk};`));
      socket.on('end', () => socket.end('over'));
    });
    const client = await (await overTls(t, server))();
    client.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await until(client, /plain$/);
    const seen = { text: '' };
    client.write('GET / HTTP/1.1\r\nHost: a\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nwith it');
    await until(client, /head:with it;$/, seen);
    client.write('one');
    await until(client, /later:one;$/, seen);
    client.end('two');
    assert.match(await until(client, /over$/, seen), /later:two;over$/);
  },
);

test(
  'a request that is not read stops the reading of its socket, and all of it arrives later',
  limit,
  async (t) => {
    const content = contentOf(8 << 20, 'much');
    let request;
    const server = http.createServer((req) => {
      request = req;
    });
    const client = await (await overTls(t, server))();
    client.write(post(content));
    const [response] = await new Promise((resolve) => {
      server.once('request', (_req, res) => resolve([res]));
    });
    // So long as nothing is read, no more arrives than buffers hold.
    let bytes;
    do {
      bytes = request.socket.bytesRead;
      await new Promise((resolve) => setTimeout(resolve, 100));
    } while (request.socket.bytesRead !== bytes);
    assert.ok(bytes < content.length);
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    assert.ok(Buffer.concat(chunks).equals(content));
    response.end('ok');
    await until(client, /ok$/);
  },
);

test('traffic puts off the timeout of the socket', limit, async (t) => {
  let timedOut = 0;
  const server = http.createServer((req, res) => {
    req.socket.setTimeout(1000, () => timedOut++);
    req.resume();
    req.on('end', () => res.end('ok'));
  });
  const client = await (await overTls(t, server))();
  client.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 20\r\n\r\n');
  for (let i = 0; i < 20; i++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    client.write('x');
  }
  await until(client, /ok$/);
  assert.strictEqual(timedOut, 0);
});
