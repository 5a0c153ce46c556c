'use strict';
// stream.finished() on the requests and responses of a server.
const assert = require('node:assert');
const { finished, Readable } = require('node:stream');
const { finished: finishedPromise } = require('node:stream/promises');
const http = require('../support/subject');
const { deferred, turn } = require('../support/events');
const { onBoth } = require('../support/transports');

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
const upload = (length) => `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${length}\r\n\r\n`;

/** A promise of the argument that finished()'s callback gets. */
function ending(stream, options = {}) {
  return new Promise((resolve) => finished(stream, options, resolve));
}

onBoth('a request and a response that are complete', async ({ connect }) => {
  const ends = [];
  const server = http.createServer((req, res) => {
    ends.push(ending(req), ending(res));
    req.resume().on('end', () => res.end('answer'));
  });
  const client = await connect(server);
  for (let i = 0; i < 3; i++) {
    await client.exchange(`${upload(4)}data`);
    assert.deepStrictEqual(await Promise.all(ends.splice(0)), [undefined, undefined]);
  }
});

onBoth('a response that was complete before', async ({ connect }) => {
  const closed = deferred();
  const server = http.createServer((req, res) => {
    req.resume();
    res.on('close', () => closed.resolve({ req, res })).end('answer');
  });
  const client = await connect(server);
  await client.exchange(GET);
  const { req, res } = await closed.promise;
  assert.deepStrictEqual([await ending(res), await ending(req)], [undefined, undefined]);
});

onBoth('a response without content', async ({ connect }) => {
  const ends = [];
  const server = http.createServer((_req, res) => {
    ends.push(ending(res));
    res.writeHead(204).end();
  });
  const client = await connect(server);
  await client.exchange(GET);
  assert.deepStrictEqual(await Promise.all(ends), [undefined]);
});

onBoth('the client goes away within its request', async ({ connect }) => {
  const ends = deferred();
  const server = http.createServer((req, res) => {
    req.once('data', () => client.destroy());
    ends.resolve(Promise.all([ending(req), ending(res)]));
  });
  const client = await connect(server);
  client.send(upload(100), 'begun');
  const [ofRequest, ofResponse] = await ends.promise;
  assert.strictEqual(ofRequest.code, 'ECONNRESET');
  assert.strictEqual(ofRequest.message, 'aborted');
  assert.strictEqual(ofResponse.code, 'ERR_STREAM_PREMATURE_CLOSE');
});

onBoth('the client goes away before the answer is complete', async ({ connect }) => {
  const ends = deferred();
  const server = http.createServer((req, res) => {
    req.resume();
    ends.resolve(Promise.all([ending(req), ending(res)]));
    res.write('begun');
  });
  const client = await connect(server);
  client.send(GET);
  await client.untilText('begun');
  client.destroy();
  const [ofRequest, ofResponse] = await ends.promise;
  assert.strictEqual(ofRequest, undefined);
  assert.strictEqual(ofResponse.code, 'ERR_STREAM_PREMATURE_CLOSE');
});

onBoth('a response that its handler destroys', async ({ connect }) => {
  const ends = deferred();
  const cause = new Error('enough');
  const server = http.createServer((_req, res) => {
    ends.resolve(Promise.all([ending(res), finishedPromise(res).catch((error) => error)]));
    res.write('begun');
    res.destroy(cause);
  });
  const client = await connect(server);
  client.send(GET);
  for (const error of await ends.promise)
    assert.strictEqual(error.code, 'ERR_STREAM_PREMATURE_CLOSE');
  await client.untilEnd();
});

onBoth('the function it returns takes the listeners away', async ({ connect }) => {
  const done = deferred();
  const server = http.createServer((req, res) => {
    const before = [req, res].map((message) => message.eventNames().sort());
    const stop = [req, res].map((message) =>
      finished(message, () => done.reject(new Error('called'))),
    );
    for (const function_ of stop) function_();
    const after = [req, res].map((message) => message.eventNames().sort());
    res.on('close', () => done.resolve({ before, after }));
    req.resume();
    res.end();
  });
  const client = await connect(server);
  await client.exchange(GET);
  const { before, after } = await done.promise;
  // finished() leaves a listener of 'newListener' nowhere, and none of its own.
  assert.deepStrictEqual(after, before);
});

onBoth('an AbortSignal ends the waiting, not the message', async ({ connect }) => {
  const ends = deferred();
  const controller = new AbortController();
  const server = http.createServer((req, res) => {
    ends.resolve(ending(req, { signal: controller.signal }));
    controller.abort();
    req.resume().on('end', () => res.end('still answered'));
  });
  const client = await connect(server);
  const response = await client.exchange(`${upload(4)}data`);
  assert.strictEqual((await ends.promise).name, 'AbortError');
  assert.strictEqual(response.text, 'still answered');
});

onBoth('responses that wait for their turn', async ({ connect }) => {
  const order = [];
  const waiting = [];
  const server = http.createServer((req, res) => {
    finished(res, (error) => order.push([req.url, error]));
    waiting.push(res);
    if (waiting.length < 3) return;
    for (const each of waiting.reverse()) each.end('x');
  });
  const client = await connect(server);
  client.send(...['/1', '/2', '/3'].map((path) => GET.replace('/', path)));
  for (let i = 0; i < 3; i++) await client.response();
  while (order.length < 3) await turn();
  assert.deepStrictEqual(order, [
    ['/1', undefined],
    ['/2', undefined],
    ['/3', undefined],
  ]);
});

onBoth('Readable.from() piped into a response finishes both', async ({ connect }) => {
  const ends = deferred();
  const server = http.createServer((_req, res) => {
    const source = Readable.from(['one', 'two']);
    ends.resolve(Promise.all([ending(source), ending(res)]));
    source.pipe(res);
  });
  const client = await connect(server);
  assert.strictEqual((await client.exchange(GET)).text, 'onetwo');
  assert.deepStrictEqual(await ends.promise, [undefined, undefined]);
});
