'use strict';
// What the stream module says of messages at each moment, and streams made of several of them.
const assert = require('node:assert');
const { once } = require('node:events');
const { Duplex, Readable, isDisturbed, isErrored, isReadable, isWritable } = require('node:stream');
const { buffer, json, text } = require('node:stream/consumers');
const { test } = require('node:test');
const http = require('../support/subject');
const { deferred } = require('../support/events');
const { onBoth } = require('../support/transports');
const { serve } = require('./node-server');

const limit = { timeout: 15_000 };
const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
const readable = (stream) => [isReadable(stream), isDisturbed(stream), isErrored(stream)];

test('a response that is read', limit, async (t) => {
  const options = await serve(t, (_req, res) => res.end('text'));
  const req = http.get({ ...options, agent: false });
  const [res] = await once(req, 'response');
  const states = [readable(res)];
  res.once('data', () => states.push(readable(res)));
  await once(res, 'end');
  states.push(readable(res));
  assert.deepStrictEqual(states, [
    [true, false, false],
    [true, true, false],
    [false, true, false],
  ]);
});

test('a response that is destroyed', limit, async (t) => {
  const options = await serve(t, (_req, res) => res.write('begun'));
  const req = http.get({ ...options, agent: false }).on('error', () => {});
  const [res] = await once(req, 'response');
  const closed = new Promise((resolve) => res.on('close', resolve));
  res.on('error', () => {}).destroy(new Error('mine'));
  await closed;
  assert.deepStrictEqual([isReadable(res), isErrored(res)], [false, true]);
});

test('a request while it is written', limit, async (t) => {
  const options = await serve(t, (req, res) => req.pipe(res));
  const req = http.request({ ...options, method: 'POST', agent: false });
  const states = [isWritable(req)];
  req.write('a');
  states.push(isWritable(req));
  req.end('b');
  states.push(isWritable(req));
  const [res] = await once(req, 'response');
  assert.strictEqual(await text(res), 'ab');
  assert.deepStrictEqual(states, [true, true, false]);
});

onBoth('a response while it is written', async ({ connect }) => {
  const states = [];
  const server = http.createServer((_req, res) => {
    states.push(isWritable(res));
    res.write('a');
    states.push(isWritable(res));
    res.end('b');
    states.push(isWritable(res));
  });
  const client = await connect(server);
  assert.strictEqual((await client.exchange(GET)).text, 'ab');
  assert.deepStrictEqual(states, [true, true, false]);
});

onBoth('consumers of stream/consumers', async ({ connect }) => {
  const server = http.createServer(async (req, res) => {
    if (req.url === '/json') res.end(String((await json(req)).a));
    else res.end(String((await buffer(req)).length));
  });
  const client = await connect(server);
  const post = (path, content) =>
    client.exchange(
      `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: ${content.length}\r\n\r\n${content}`,
    );
  assert.strictEqual((await post('/json', '{"a":5}')).text, '5');
  assert.strictEqual((await post('/', 'abc')).text, '3');
});

onBoth('a duplex made of a request and its response', async ({ connect }) => {
  const finished = deferred();
  const server = http.createServer((req, res) => {
    const both = Duplex.from({ readable: req, writable: res });
    res.on('finish', finished.resolve);
    both.on('data', (chunk) => both.write(String(chunk).toUpperCase()));
    both.on('end', () => both.end('!'));
  });
  const client = await connect(server);
  const post = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\ntext';
  assert.strictEqual((await client.exchange(post)).text, 'TEXT!');
  await finished.promise;
});

test('a duplex made of a client request and its response', limit, async (t) => {
  const options = await serve(t, (req, res) => req.pipe(res));
  const req = http.request({ ...options, method: 'PUT', agent: false });
  const response = once(req, 'response').then(([res]) => res);
  const both = Duplex.from({ readable: Readable.from(chunksOf(response)), writable: req });
  both.end('over and back');
  assert.strictEqual(await text(both), 'over and back');
});

async function* chunksOf(response) {
  yield* await response;
}
