/** superagent. */
'use strict';

const assert = require('node:assert');
const http = require('node:http');
const { PassThrough, Readable } = require('node:stream');
const request = require('superagent');
const { contentOf } = require('../../support/events');

module.exports = async function ask({ base, failureOf }) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const get = await request.get(`${base}/text`).agent(agent).set('X-A', 'b').buffer(true);
  assert.strictEqual(get.text, 'text');
  const post = await request.post(`${base}/echo`).send({ a: ['ü'] });
  assert.strictEqual(post.body.method, 'POST');
  const upload = await request.post(`${base}/echo`).attach('file', Buffer.from('abc'), 'a.txt');
  assert.match(upload.body.type, /^multipart\/form-data/);
  const sink = new PassThrough();
  request.get(`${base}/large`).pipe(sink);
  const large = (await contentOf(sink)).length;
  const upstream = request.post(`${base}/echo`);
  Readable.from(['one', 'two']).pipe(upstream);
  const mirrored = await new Promise((resolve, reject) => {
    upstream.on('response', resolve).on('error', reject);
  });
  assert.strictEqual(mirrored.body.text, 'onetwo');
  const redirected = await request.get(`${base}/away`);
  const ids = [];
  for (let i = 0; i < 2; i++) {
    ids.push((await request.get(`${base}/connection`).agent(agent).buffer(true)).text);
  }
  assert.strictEqual(ids[0], ids[1]);
  const cookies = request.agent();
  await cookies.get(`${base}/cookies`);
  const result = {
    status: [get.status, get.ok, get.headers['transfer-encoding']],
    large,
    redirected: [redirected.redirects, redirected.body],
    packed: (await request.get(`${base}/gzip`).buffer(true)).text,
    authorization: (await request.post(`${base}/echo`).auth('us', 'er')).body.authorization,
    missing: await failureOf(request.get(`${base}/missing`)),
    slow: await failureOf(request.get(`${base}/silent`).timeout({ response: 100 })),
    reset: await failureOf(request.get(`${base}/reset`)),
    cut: await failureOf(request.get(`${base}/cut`).buffer(true)),
    retried: await failureOf(request.get(`${base}/failing`).retry(2)),
    refused: await failureOf(request.get('http://127.0.0.1:1/')),
  };
  agent.destroy();
  return result;
};
