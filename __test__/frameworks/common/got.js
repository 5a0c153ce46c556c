'use strict';
// What is asked by got, of whichever version.
const assert = require('node:assert');
const http = require('node:http');
const { Readable } = require('node:stream');

module.exports = async function ask(got, { base, failureOf }) {
  const httpAgent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const once = { retry: { limit: 0 } };
  const client = got.extend({ prefixUrl: base, agent: { http: httpAgent }, ...once });
  const text = await client.get('text');
  assert.strictEqual(text.body, 'text');
  assert.ok(text.timings.phases.total >= 0);
  const post = await client.post('echo', { json: { a: ['ü'] } }).json();
  assert.strictEqual(post.method, 'POST');
  const form = await client.post('echo', { form: { a: 1 } }).json();
  const large = await client.get('large').buffer();
  assert.strictEqual(large.length, 1_000_000);
  const mirrored = await client.post('mirror', { body: Readable.from(['one', 'two']) }).text();
  assert.strictEqual(mirrored, 'onetwo');
  const chunks = [];
  for await (const chunk of client.stream('large')) chunks.push(chunk);
  assert.ok(Buffer.concat(chunks).equals(large));
  const redirected = await client.get('away');
  const connections = [
    await client.get('connection').text(),
    await client.get('connection').text(),
  ];
  assert.strictEqual(connections[0], connections[1]);
  let attempts = 0;
  const retried = got.get(`${base}/failing`, {
    retry: { limit: 1, calculateDelay: ({ computedValue }) => (computedValue ? 1 : 0) },
    hooks: { beforeRequest: [() => void attempts++] },
  });
  const failing = await failureOf(retried);
  assert.strictEqual(attempts, 2);
  const result = {
    status: [text.statusCode, text.statusMessage, text.httpVersion],
    post,
    form,
    redirected: redirected.url,
    body: JSON.parse(redirected.body),
    packed: await client.get('gzip').text(),
    ip: text.ip,
    failing,
    missing: await failureOf(client.get('missing')),
    loop: await failureOf(client.get('loop')),
    slow: await failureOf(got(`${base}/silent`, { timeout: { response: 100 }, ...once })),
    reset: await failureOf(client.get('reset')),
    cut: await failureOf(client.get('cut')),
    refused: await failureOf(got('http://127.0.0.1:1/', once)),
  };
  httpAgent.destroy();
  return result;
};
