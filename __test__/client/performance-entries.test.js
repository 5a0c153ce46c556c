'use strict';
// Performance entries of type 'http': one of each request of a client, one of each of a server.
const assert = require('node:assert');
const { once } = require('node:events');
const { PerformanceObserver, performance } = require('node:perf_hooks');
const { test } = require('node:test');
const http = require('../support/subject');
const { contentOf, turn } = require('../support/events');
const { hostHas, onNodeHttp } = require('../support/mode');

async function withServer(t, handler, run) {
  const server = http.createServer(handler).listen(0, '127.0.0.1');
  const agent = new http.Agent({ keepAlive: true });
  t.after(() => {
    agent.destroy();
    server.close();
  });
  await once(server, 'listening');
  const { port } = server.address();
  return run(async (path, options = {}) => {
    const req = http.request({ agent, host: '127.0.0.1', port, path, ...options });
    const [res] = await once(req.end(options.content), 'response');
    await contentOf(res);
  }, port);
}

/** The entries of what `run` does. */
async function observe(run) {
  const entries = [];
  const observer = new PerformanceObserver((list) => entries.push(...list.getEntries()));
  observer.observe({ type: 'http' });
  try {
    await run();
    await turn();
    await turn();
  } finally {
    observer.disconnect();
  }
  return entries;
}

const named = (entries, name) => entries.filter((entry) => entry.name === name);

test('a request has an entry with both heads', async (t) => {
  const handler = (_req, res) => {
    res.writeHead(202, 'Fine', { 'X-More': ['1', '2'] });
    res.end('content');
  };
  await withServer(t, handler, async (request, port) => {
    await request('/before');
    const begun = performance.now();
    const options = { method: 'PUT', headers: { 'X-Asked': 'yes' }, content: 'hi' };
    const entries = await observe(async () => {
      await request('/path?query', options);
      await request('/again');
    });
    await request('/behind');
    const [first, second, ...more] = named(entries, 'HttpClient');
    assert.strictEqual(more.length, 0);
    assert.strictEqual(named(entries, 'HttpRequest').length, 2);
    assert.strictEqual(first.entryType, 'http');
    assert.ok(first.startTime >= begun && first.duration > 0);
    assert.ok(second.startTime >= first.startTime + first.duration);
    const { req, res } = first.detail;
    // Before Node 24 the entries of its own http leave the port out.
    const url = hostHas(24) || !onNodeHttp ? `127.0.0.1:${port}` : '127.0.0.1';
    assert.strictEqual(req.url, `http://${url}/path?query`);
    assert.strictEqual(req.method, 'PUT');
    assert.strictEqual(req.headers['x-asked'], 'yes');
    assert.strictEqual(res.statusCode, 202);
    assert.strictEqual(res.statusMessage, 'Fine');
    assert.strictEqual(res.headers['x-more'], '1, 2');
    assert.match(second.detail.req.url, /\/again$/);
    assert.strictEqual(second.detail.req.method, 'GET');
  });
});

test('interim answers are not what an entry tells of', async (t) => {
  const handler = (_req, res) => {
    res.writeProcessing();
    res.end();
  };
  await withServer(t, handler, async (request) => {
    const entries = named(await observe(() => request('/')), 'HttpClient');
    assert.deepStrictEqual(
      entries.map(({ detail }) => detail.res.statusCode),
      [200],
    );
  });
});

test('a request without an answer has no entry', async (t) => {
  await withServer(
    t,
    (req) => req.socket.destroy(),
    async (request) => {
      const entries = await observe(() => assert.rejects(request('/'), { code: 'ECONNRESET' }));
      assert.deepStrictEqual(named(entries, 'HttpClient'), []);
    },
  );
});
