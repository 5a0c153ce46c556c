/** axios: its http adapter, which goes over follow-redirects. */
'use strict';

const assert = require('node:assert');
const http = require('node:http');
const { Readable } = require('node:stream');
const axios = require('axios');
const { contentOf } = require('../../support/events');

module.exports = async function ask({ base, failureOf, proxy, secure }) {
  const httpAgent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const client = axios.create({ adapter: 'http', baseURL: base, httpAgent });
  const get = await client.get('/text', { headers: { 'X-A': 'b' } });
  assert.strictEqual(get.data, 'text');
  const post = await client.post('/echo', { a: ['ü'] });
  assert.strictEqual(post.data.type, 'application/json');
  const form = await client.post('/echo', new URLSearchParams({ a: '1' }));
  const large = await client.get('/large', { responseType: 'arraybuffer' });
  assert.strictEqual(large.data.length, 1_000_000);
  const stream = await client.post('/mirror', Readable.from(['one', 'two']), {
    responseType: 'stream',
  });
  const mirrored = `${await contentOf(stream.data)}`;
  assert.strictEqual(mirrored, 'onetwo');
  const redirected = await client.post('/away', 'content', { headers: { 'X-A': 'kept' } });
  const packed = await client.get('/gzip');
  assert.strictEqual(packed.data, 'packed');
  const connections = [await client.get('/connection'), await client.get('/connection')];
  assert.strictEqual(connections[0].data, connections[1].data);
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 50);
  const port = Number(new URL(proxy).port);
  const result = {
    status: [get.status, get.statusText, post.status],
    form: form.data,
    redirected: redirected.data,
    path: redirected.request.path,
    proxied: (await axios.get(`${base}/text`, { proxy: { host: '127.0.0.1', port } })).headers[
      'x-proxy'
    ],
    missing: await failureOf(client.get('/missing')),
    loop: await failureOf(client.get('/loop')),
    slow: await failureOf(client.get('/silent', { timeout: 100, httpAgent: undefined })),
    aborted: await failureOf(
      client.get('/silent', { signal: controller.signal, httpAgent: undefined }),
    ),
    reset: await failureOf(client.get('/reset')),
    cut: await failureOf(client.get('/cut')),
    tooMuch: await failureOf(client.get('/large', { maxContentLength: 1000 })),
    refused: await failureOf(axios.get('http://127.0.0.1:1/')),
    untrusted: await failureOf(axios.get(`${secure}/text`)),
  };
  httpAgent.destroy();
  return result;
};
