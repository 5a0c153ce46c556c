'use strict';
// The same module at both ends, in one process: what is read for one side is handled between what
// is read for the other.
const assert = require('node:assert');
const { once } = require('node:events');
const { pipeline } = require('node:stream/promises');
const { test } = require('node:test');
const { contentOf, pattern, turn } = require('../support/events');
const http = require('../support/subject');
const { completeResponse, errorOf, responseOf, untilEvent } = require('./observe');

const limit = { timeout: 60_000 };

/** A listening server, and `request(options)` to it through a pool. */
async function ends(t, handler, agentOptions) {
  const server = http.createServer({ keepAliveTimeout: 60_000 }, handler);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const agent = new http.Agent({ keepAlive: true, ...agentOptions });
  t.after(() => {
    agent.destroy();
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address();
  const request = (options) => http.request({ agent, host: '127.0.0.1', port, ...options });
  return { agent, port, request, server };
}

test('many requests at a time', limit, async (t) => {
  const { agent, request } = await ends(t, (req, res) => res.end(`answer to ${req.url}`), {
    maxSockets: 16,
  });
  const texts = await Promise.all(
    Array.from({ length: 1000 }, async (_, i) => {
      const req = request({ path: `/${i}` }).end();
      return (await completeResponse(req)).text;
    }),
  );
  assert.ok(texts.every((text, i) => text === `answer to /${i}`));
  await turn();
  assert.ok(agent.totalSocketCount <= 16);
});

test('uploads and downloads at a time', limit, async (t) => {
  const { request } = await ends(t, (req, res) => req.pipe(res), { maxSockets: 8 });
  await Promise.all(
    Array.from({ length: 40 }, async (_, i) => {
      const content = pattern(20_000 * i + i, i + 1);
      const req = request({ method: 'POST' }).end(content);
      assert.ok((await contentOf(await responseOf(req))).equals(content));
    }),
  );
});

test('a chain of servers, each of which asks the next', limit, async (t) => {
  let next = null;
  for (let i = 0; i < 5; i++) {
    const inner = next;
    next = await ends(t, async (req, res) => {
      if (inner === null) {
        res.end(`end of ${req.url}`);
        return;
      }
      const onward = inner.request({ path: `${req.url}/${i}`, method: req.method });
      onward.on('response', (from) => {
        res.writeHead(from.statusCode, from.headers);
        pipeline(from, res);
      });
      pipeline(req, onward);
    });
  }
  for (let i = 0; i < 10; i++) {
    const req = next.request({ path: '/start', method: 'POST' }).end('content');
    assert.strictEqual((await completeResponse(req)).text, 'end of /start/4/3/2/1');
  }
});

test('an upgrade', limit, async (t) => {
  const { request, server } = await ends(t, (_req, res) => res.end());
  server.on('upgrade', (_req, socket) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: e\r\n\r\n');
    socket.pipe(socket);
  });
  const content = pattern(500_000);
  const req = request({ headers: { Connection: 'Upgrade', Upgrade: 'e' } }).end();
  const [, socket] = await once(req, 'upgrade');
  const chunks = [];
  const ended = untilEvent(socket, 'end');
  socket.on('data', (chunk) => chunks.push(chunk));
  socket.end(content);
  await ended;
  assert.ok(Buffer.concat(chunks).equals(content));
});

test('interim answers, trailers, and a late answer', limit, async (t) => {
  const { request } = await ends(t, async (req, res) => {
    res.writeEarlyHints({ link: '</a>; rel=preload' });
    res.writeProcessing();
    await turn();
    res.setHeader('Trailer', 'X-Sum');
    res.write(await contentOf(req));
    res.addTrailers({ 'X-Sum': '7', 'X-From': req.trailers['x-t'] });
    res.end();
  });
  for (let i = 0; i < 5; i++) {
    const req = request({ method: 'POST', headers: { Trailer: 'X-T' } });
    const interim = [];
    req.on('information', ({ statusCode }) => interim.push(statusCode));
    req.write('content');
    req.addTrailers({ 'X-T': `t${i}` });
    req.end();
    const { text, trailers } = await completeResponse(req);
    assert.strictEqual(text, 'content');
    assert.deepStrictEqual(trailers, { 'x-sum': '7', 'x-from': `t${i}` });
    assert.deepStrictEqual(interim, [103, 102]);
    await turn();
  }
});

test('the server closes idle connections under requests', limit, async (t) => {
  const { request, server } = await ends(t, (req, res) => res.end(req.url));
  let failed = 0;
  for (let i = 0; i < 100; i++) {
    const req = request({ path: `/${i}` }).end();
    if (i % 3 === 0) server.closeIdleConnections();
    try {
      assert.strictEqual((await completeResponse(req)).text, `/${i}`);
    } catch (error) {
      assert.ok(['ECONNRESET', 'EPIPE'].includes(error.code), `${error}`);
      assert.strictEqual(req.reusedSocket, true);
      failed++;
    }
    if (i % 2 === 0) await turn();
  }
  assert.ok(failed < 100);
});

test('server.close() while requests are under way', limit, async (t) => {
  const held = [];
  const { agent, request, server } = await ends(t, (_req, res) => held.push(res));
  const asked = Array.from({ length: 10 }, () => completeResponse(request({}).end()));
  while (held.length < asked.length) await turn();
  const closed = new Promise((resolve) => server.close(resolve));
  for (const res of held) res.end('x');
  const texts = (await Promise.all(asked)).map(({ text }) => text);
  assert.deepStrictEqual(new Set(texts), new Set(['x']));
  agent.destroy();
  await closed;
  assert.strictEqual((await errorOf(request({}).end())).code, 'ECONNREFUSED');
});

test('a response that the client leaves reaches the server', limit, async (t) => {
  const gone = [];
  const { request } = await ends(t, (req, res) => {
    res.write('begun');
    res.on('close', () => gone.push(req.url));
  });
  for (const path of ['/0', '/1', '/2']) {
    const req = request({ path }).end();
    req.on('error', () => {});
    const res = await responseOf(req);
    res.on('error', () => {});
    if (path === '/1') res.destroy();
    else req.destroy();
  }
  while (gone.length < 3) await turn();
  assert.deepStrictEqual(gone.sort(), ['/0', '/1', '/2']);
});

test('a synchronous loop of requests and a slow reader', limit, async (t) => {
  const block = pattern(100_000);
  const { request } = await ends(t, (_req, res) => {
    for (let i = 0; i < 20; i++) res.write(block);
    res.end();
  });
  await Promise.all(
    Array.from({ length: 6 }, async () => {
      const res = await responseOf(request({}).end());
      let length = 0;
      for await (const chunk of res) {
        length += chunk.length;
        await turn();
      }
      assert.strictEqual(length, 20 * block.length);
    }),
  );
});
