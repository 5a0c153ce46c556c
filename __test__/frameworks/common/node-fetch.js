'use strict';
// What is asked by node-fetch, of whichever version.
const assert = require('node:assert');
const http = require('node:http');
const { Readable } = require('node:stream');
const { contentOf } = require('../../support/events');

module.exports = async function ask(fetch, { base, failureOf }) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const get = await fetch(`${base}/text`, { headers: { 'X-A': 'b' } });
  assert.strictEqual(await get.text(), 'text');
  const post = await fetch(`${base}/echo`, { method: 'POST', body: 'cöntent' });
  const posted = await post.json();
  assert.strictEqual(posted.method, 'POST');
  const mirror = await fetch(`${base}/mirror`, {
    method: 'POST',
    body: Readable.from([Buffer.from('one'), Buffer.from('two')]),
  });
  assert.strictEqual(`${await contentOf(mirror.body)}`, 'onetwo');
  const large = await (await fetch(`${base}/large`)).arrayBuffer();
  assert.strictEqual(large.byteLength, 1_000_000);
  const ids = [];
  for (let i = 0; i < 3; i++) ids.push(await (await fetch(`${base}/connection`, { agent })).text());
  assert.strictEqual(new Set(ids).size, 1);
  const redirected = await fetch(`${base}/away`);
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 50);
  const result = {
    status: [get.status, get.statusText, get.ok],
    posted,
    redirected: [redirected.redirected, redirected.url, await redirected.json()],
    packed: await (await fetch(`${base}/gzip`)).text(),
    cookies: (await fetch(`${base}/cookies`)).headers.get('set-cookie'),
    empty: (await fetch(`${base}/empty`)).status,
    missing: (await fetch(`${base}/missing`)).status,
    loop: await failureOf(fetch(`${base}/loop`)),
    manual: (await fetch(`${base}/away`, { redirect: 'manual' })).status,
    aborted: await failureOf(fetch(`${base}/silent`, { signal: controller.signal })),
    reset: await failureOf(fetch(`${base}/reset`)),
    refused: await failureOf(fetch('http://127.0.0.1:1/')),
  };
  agent.destroy();
  return result;
};
