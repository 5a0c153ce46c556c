/** Each example is started as a user would start it and does what its first lines say. */
'use strict';

const assert = require('node:assert');
const { readFileSync, mkdtempSync, rmSync, writeFileSync } = require('node:fs');
const http = require('node:http');
const os = require('node:os');
const path = require('node:path');
const { test } = require('node:test');
const { launch, noSignals } = require('./launch');

async function withExample(t, name, options) {
  const example = await launch(name, options);
  t.after(() => example.stop('SIGKILL'));
  return example;
}

test('hello answers', async (t) => {
  const { url } = await withExample(t, 'hello.js');
  const { status, headers, body } = await send(url);
  assert.strictEqual(status, 200);
  assert.strictEqual(headers['content-type'], 'text/plain; charset=utf-8');
  assert.strictEqual(body, 'Hello from Rust\n');
});

test('static serves files, ranges and revalidation', async (t) => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'rust-http-static-'));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(path.join(folder, 'digits.txt'), '0123456789');
  writeFileSync(path.join(folder, 'empty.txt'), '');
  const { url } = await withExample(t, 'static.js', { args: [folder] });
  const get = (name, headers, method) => send(new URL(name, url), { headers, method });

  const all = await get('digits.txt');
  assert.deepStrictEqual(
    [all.status, all.body, all.headers['accept-ranges']],
    [200, '0123456789', 'bytes'],
  );
  const ranges = { 'bytes=2-4': '234', 'bytes=7-': '789', 'bytes=-3': '789', 'bytes=8-99': '89' };
  for (const [range, expected] of Object.entries(ranges)) {
    const part = await get('digits.txt', { range });
    assert.deepStrictEqual([range, part.status, part.body], [range, 206, expected]);
  }
  const beyond = await get('digits.txt', { range: 'bytes=10-' });
  assert.deepStrictEqual([beyond.status, beyond.headers['content-range']], [416, 'bytes */10']);
  assert.strictEqual((await get('digits.txt', { 'if-none-match': all.headers.etag })).status, 304);
  const head = await get('digits.txt', {}, 'HEAD');
  assert.deepStrictEqual([head.status, head.headers['content-length'], head.body], [200, '10', '']);
  assert.deepStrictEqual(
    [(await get('empty.txt')).status, (await get('none.txt')).status],
    [200, 404],
  );
  assert.strictEqual((await get('/..%2f..%2fetc%2fpasswd')).status, 404);
  assert.strictEqual((await get('digits.txt', {}, 'DELETE')).status, 405);
});

test('upload streams a body into a file and refuses what is too large', async (t) => {
  const { url, stop } = await withExample(t, 'upload.js', { env: { MAX_BYTES: '2000000' } });
  const body = Buffer.alloc(1_500_000, 'upload');
  const good = await send(url, { method: 'PUT', body });
  assert.strictEqual(good.status, 201);
  const { file, received } = JSON.parse(good.body);
  assert.strictEqual(received, body.length);
  assert.ok(readFileSync(file).equals(body));
  const headers = { 'content-length': '2000001' };
  assert.strictEqual((await send(url, { method: 'PUT', headers })).status, 413);
  assert.deepStrictEqual(await stop(), { code: 0, signal: null });
});

test('sse sends events and resumes after the last one seen', async (t) => {
  const { url } = await withExample(t, 'sse.js');
  const first = await readEvents(url, 2);
  assert.strictEqual(first[1], first[0] + 1);
  const again = await readEvents(url, 2, { 'last-event-id': String(first[0]) });
  assert.deepStrictEqual(again, [first[0] + 1, first[0] + 2]);
});

test('graceful finishes a running answer before it ends', { skip: noSignals }, async (t) => {
  const { url, stop } = await withExample(t, 'graceful.js');
  // The interim answer tells that the request has come.
  let come;
  const arrived = new Promise((resolve) => {
    come = resolve;
  });
  const running = send(url, { headers: { expect: '100-continue' }, come });
  await arrived;
  const begun = Date.now();
  const ended = stop('SIGTERM');
  const { body, headers } = await running;
  assert.strictEqual(body, 'took half a second\n');
  assert.strictEqual(headers.connection, 'close');
  assert.deepStrictEqual(await ended, { code: 0, signal: null });
  // Its deadline for what hangs is ten.
  assert.ok(Date.now() - begun < 9000);
});

test('cluster answers from its workers and replaces one that dies', {
  skip: noSignals,
}, async (t) => {
  const example = await withExample(t, 'cluster.js', { env: { WORKERS: '2' } });
  const { body } = await send(example.url);
  const victim = Number(/process (\d+)/.exec(body)[1]);
  assert.notStrictEqual(victim, example.child.pid);
  process.kill(victim, 'SIGKILL');
  await until(() => example.output().includes('starting another'));
  await until(async () => (await send(example.url)).status === 200);
  assert.deepStrictEqual(await example.stop(), { code: 0, signal: null });
});

test('threads answer on one port and are exchanged one after the other', {
  skip: noSignals,
}, async (t) => {
  const example = await withExample(t, 'threads.js', { env: { THREADS: '2', WORKERS: '2' } });
  const first = (await send(example.url)).body;
  if (/process/.test(first)) return t.skip('threads cannot share a port here');
  const answered = new Set();
  let asks = true;
  const asking = Array.from({ length: 4 }, async () => {
    while (asks) answered.add((await sendAgain(example.url)).body);
  });
  example.child.kill('SIGHUP');
  await until(() => example.output().includes('reloaded'));
  const old = new Set(['answered by thread 1\n', 'answered by thread 2\n']);
  await until(() => [...answered].some((body) => !old.has(body)));
  asks = false;
  await Promise.all(asking);
  for (const body of answered) assert.match(body, /^answered by thread [1-4]\n$/);
  assert.match((await send(example.url)).body, /thread [34]/);
  assert.deepStrictEqual(await example.stop(), { code: 0, signal: null });
});

/** As clients do: a connection that closes before an answer begins is followed by another. */
async function sendAgain(url) {
  for (;;) {
    try {
      return await send(url);
    } catch (error) {
      if (error.code !== 'ECONNRESET') throw error;
    }
  }
}

/** One request by the host's own client, so that an example is judged by somebody else. */
function send(url, { method = 'GET', headers = {}, body, come = () => {} } = {}) {
  return new Promise((resolve, reject) => {
    const request = http.request(url, { method, headers, agent: false }, (res) => {
      let text = '';
      res.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
      });
      res.on('end', () => resolve({ status: res.statusCode, headers: res.headers, body: text }));
      res.on('error', reject);
    });
    request.on('error', reject);
    request.on('continue', come);
    // With a promised length and no body, the answer has to come before the body is through.
    if (headers['content-length'] && body === undefined) request.flushHeaders();
    else request.end(body);
  });
}

function readEvents(url, wanted, headers = {}) {
  return new Promise((resolve, reject) => {
    const request = http.get(url, { headers, agent: false }, (res) => {
      let text = '';
      res.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
        const ids = [...text.matchAll(/^id: (\d+)$/gm)].map((match) => Number(match[1]));
        if (ids.length < wanted) return;
        request.destroy();
        resolve(ids.slice(0, wanted));
      });
    });
    request.on('error', reject);
  });
}

async function until(condition) {
  for (let i = 0; i < 2000; i++) {
    const done = await Promise.resolve(condition()).catch(() => false);
    if (done) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  assert.fail('waited for nothing');
}
