'use strict';
// stream.pipeline() and stream.compose() with the requests and responses of a server.
const assert = require('node:assert');
const { compose, PassThrough, pipeline, Readable, Transform, Writable } = require('node:stream');
const { pipeline: pipelinePromise } = require('node:stream/promises');
const zlib = require('node:zlib');
const http = require('../support/subject');
const { contentOf, deferred, pattern } = require('../support/events');
const { onBoth } = require('../support/transports');

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
const upload = (length) => `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${length}\r\n\r\n`;

const upperCase = () =>
  new Transform({
    transform(chunk, _encoding, callback) {
      callback(null, chunk.toString('latin1').toUpperCase());
    },
  });

onBoth('a request through a transform into its response', async ({ connect }) => {
  const results = [];
  const server = http.createServer((req, res) => {
    pipeline(req, upperCase(), res, (error) => results.push(error));
  });
  const client = await connect(server);
  for (const text of ['first', 'second']) {
    const response = await client.exchange(upload(text.length) + text);
    assert.strictEqual(response.text, text.toUpperCase());
  }
  assert.deepStrictEqual(results, [undefined, undefined]);
});

onBoth('an echo of megabytes, under backpressure', async ({ connect }) => {
  const done = deferred();
  const server = http.createServer((req, res) => {
    done.resolve(pipelinePromise(req, new PassThrough({ highWaterMark: 1024 }), res));
  });
  const client = await connect(server);
  const content = pattern(3_000_000);
  client.send(upload(content.length), content);
  const response = await client.response();
  assert.ok(response.body.equals(content));
  await done.promise;
});

onBoth('compression of a generated answer', async ({ connect }) => {
  const server = http.createServer((_req, res) => {
    const source = Readable.from(Array.from({ length: 500 }, (_, i) => `line ${i}\n`));
    pipeline(source, zlib.createGzip(), res, () => {});
  });
  const client = await connect(server);
  const text = zlib.gunzipSync((await client.exchange(GET)).body).toString();
  assert.strictEqual(text.split('\n').length, 501);
  assert.ok(text.endsWith('line 499\n'));
});

onBoth('generator functions between request and response', async ({ connect }) => {
  const done = deferred();
  const server = http.createServer((req, res) => {
    const stars = async function* (source) {
      for await (const chunk of source) yield `*${chunk}*`;
    };
    done.resolve(pipelinePromise(req, stars, res));
  });
  const client = await connect(server);
  assert.strictEqual((await client.exchange(`${upload(4)}text`)).text, '*text*');
  await done.promise;
});

onBoth('a request as the source of an async function', async ({ connect }) => {
  const server = http.createServer(async (req, res) => {
    const length = await pipelinePromise(req, async (source) => (await contentOf(source)).length);
    res.end(String(length));
  });
  const client = await connect(server);
  assert.strictEqual((await client.exchange(`${upload(4)}text`)).text, '4');
});

onBoth('a source that fails breaks the answer off', async ({ connect }) => {
  const done = deferred();
  const cause = new Error('the source is broken');
  const server = http.createServer((_req, res) => {
    const source = Readable.from(
      (async function* () {
        yield 'begun';
        await new Promise(setImmediate);
        throw cause;
      })(),
    );
    pipeline(source, res, (error) => done.resolve({ error, res }));
  });
  const client = await connect(server);
  client.send(GET);
  const { error, res } = await done.promise;
  assert.strictEqual(error, cause);
  assert.ok(res.destroyed && !res.writableFinished);
  assert.ok(!(await client.untilEnd()).endsWith('0\r\n\r\n'));
});

onBoth('a sink that fails destroys the request, not its answer', async ({ connect }) => {
  const cause = new Error('the disk is full');
  const server = http.createServer((req, res) => {
    const sink = new Writable({
      write(_chunk, _encoding, callback) {
        callback(cause);
      },
    });
    pipeline(req, sink, (error) => {
      res.writeHead(507, { Connection: 'close' });
      res.end(`${error === cause} ${req.destroyed} ${req.complete}`);
    });
  });
  const client = await connect(server);
  client.send(upload(100), 'begun');
  const response = await client.response();
  assert.strictEqual(response.status, 507);
  assert.strictEqual(response.text, 'true true false');
  await client.untilEnd();
});

onBoth('a client that goes away ends the pipeline and its source', async ({ connect }) => {
  const done = deferred();
  const server = http.createServer((_req, res) => {
    const source = new Readable({
      read() {
        setImmediate(() => this.push('x'.repeat(1000)));
      },
    });
    pipeline(source, res, (error) => done.resolve({ error, source }));
  });
  const client = await connect(server);
  client.send(GET);
  await client.untilText('xxx');
  client.destroy();
  const { error, source } = await done.promise;
  assert.strictEqual(error.code, 'ERR_STREAM_PREMATURE_CLOSE');
  assert.ok(source.destroyed);
});

onBoth('an AbortSignal ends a pipeline and its messages', async ({ connect }) => {
  const done = deferred();
  const controller = new AbortController();
  const server = http.createServer((req, res) => {
    const ended = pipelinePromise(req, res, { signal: controller.signal });
    done.resolve(ended.catch((error) => ({ error, req, res })));
    req.once('data', () => controller.abort());
  });
  const client = await connect(server);
  client.send(upload(100), 'begun');
  const { error, req, res } = await done.promise;
  // Which message is told what first is the affair of the host's pipeline.
  const codes = ['ABORT_ERR', 'ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE'];
  assert.ok(codes.includes(error.code), error.stack);
  assert.ok(req.destroyed && res.destroyed);
  await client.untilEnd();
});

onBoth('a pipeline that leaves the response open', async ({ connect }) => {
  const server = http.createServer(async (req, res) => {
    await pipelinePromise(req, res, { end: false });
    res.end(' and more');
  });
  const client = await connect(server);
  for (let i = 0; i < 2; i++) {
    assert.strictEqual((await client.exchange(`${upload(4)}text`)).text, 'text and more');
  }
});

onBoth('two pipelines one after the other into one response', async ({ connect }) => {
  const server = http.createServer(async (_req, res) => {
    await pipelinePromise(Readable.from(['one,']), res, { end: false });
    await pipelinePromise(Readable.from(['two']), res);
  });
  const client = await connect(server);
  assert.strictEqual((await client.exchange(GET)).text, 'one,two');
});

onBoth('a request composed with a transform', async ({ connect }) => {
  const server = http.createServer(async (req, res) => {
    const composed = compose(req, upperCase());
    res.end(await contentOf(composed));
  });
  const client = await connect(server);
  assert.strictEqual((await client.exchange(`${upload(4)}text`)).text, 'TEXT');
});

onBoth('a transform composed with a response', async ({ connect }) => {
  const server = http.createServer((_req, res) => {
    const composed = compose(upperCase(), res);
    composed.write('one ');
    composed.end('two');
  });
  const client = await connect(server);
  assert.strictEqual((await client.exchange(GET)).text, 'ONE TWO');
});

onBoth("operators of streams: a request's lines", async ({ connect }) => {
  const server = http.createServer(async (req, res) => {
    req.setEncoding('latin1');
    const lengths = await req
      .flatMap((text) => text.split('\n'))
      .map((line) => line.length)
      .toArray();
    res.end(JSON.stringify(lengths));
  });
  const client = await connect(server);
  assert.strictEqual((await client.exchange(`${upload(6)}a\nbb\nc`)).text, '[1,2,1]');
});
