/** Middleware that wraps answers and watches them, on plain servers and inside Express. */
'use strict';

const assert = require('node:assert');
const nodeHttp = require('node:http');
const { test } = require('node:test');
const { gunzipSync } = require('node:zlib');
const { modes, serve } = require('./compare');

const limit = { timeout: 60_000 };

for (const mode of ['node', ...modes]) {
  test(`middleware on ${mode}`, limit, async (t) => {
    const base = await serve(t, 'middleware', mode);

    for (const path of ['/plain/text', '/plain/pieces', '/express/text', '/express/pieces']) {
      await t.test(`${path} is compressed and whole`, async () => {
        const { headers, body } = await ask(base + path);
        assert.strictEqual(headers['content-encoding'], 'gzip');
        assert.strictEqual(headers['transfer-encoding'], 'chunked');
        assert.strictEqual(gunzipSync(body).toString(), 'compress me '.repeat(20_000));
      });
    }

    await t.test('what is too short is left as it is', async () => {
      const { headers, body } = await ask(`${base}/plain/short`);
      assert.ok(!('content-encoding' in headers));
      assert.strictEqual(body.toString(), 'short');
    });

    await t.test('on-finished told of each answer, with its status', async () => {
      await ask(`${base}/plain/text`);
      await ask(`${base}/express/nowhere`);
      const { body } = await ask(`${base}/log`);
      const log = JSON.parse(body);
      assert.ok(log.includes('GET /plain/text 200 null'), log);
      assert.ok(log.includes('GET /express/nowhere 404 null'), log);
    });

    await t.test('on-finished told of an answer cut off', async () => {
      await new Promise((resolve) => {
        const request = nodeHttp.get(`${base}/plain/never`, { agent: false });
        request.on('error', resolve);
        request.on('response', (res) => {
          res.on('error', resolve);
          res.once('data', () => request.destroy());
        });
      });
      for (;;) {
        const log = JSON.parse((await ask(`${base}/log`)).body);
        if (log.some((line) => line.startsWith('GET /plain/never 200'))) break;
      }
    });
  });
}

function ask(url) {
  return new Promise((resolve, reject) => {
    const options = { agent: false, headers: { 'Accept-Encoding': 'gzip' } };
    nodeHttp
      .get(url, options, (res) => {
        const chunks = [];
        res.on('data', (chunk) => chunks.push(chunk));
        res.on('error', reject);
        res.on('end', () => resolve({ headers: res.headers, body: Buffer.concat(chunks) }));
      })
      .on('error', reject);
  });
}
