'use strict';
// Web streams and AbortSignals on the requests and responses of a server.
const assert = require('node:assert');
const { once } = require('node:events');
const { addAbortSignal, isDisturbed, isErrored, isReadable } = require('node:stream');
const { Readable, Writable } = require('node:stream');
const http = require('../support/subject');
const { deferred, pattern, turn } = require('../support/events');
const { onBoth } = require('../support/transports');

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
const upload = (length) => `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${length}\r\n\r\n`;

onBoth('a request as a ReadableStream', async ({ connect }) => {
  const server = http.createServer(async (req, res) => {
    res.end(await new Response(Readable.toWeb(req)).text());
  });
  const client = await connect(server);
  for (const text of ['first', 'second']) {
    assert.strictEqual((await client.exchange(upload(text.length) + text)).text, text);
  }
});

onBoth('an upload of megabytes as a ReadableStream', async ({ connect }) => {
  const server = http.createServer(async (req, res) => {
    let length = 0;
    for await (const chunk of Readable.toWeb(req)) {
      length += chunk.byteLength;
      await null;
    }
    res.end(String(length));
  });
  const client = await connect(server);
  const content = pattern(2_000_000);
  client.send(upload(content.length), content);
  assert.strictEqual((await client.response()).text, '2000000');
});

onBoth(
  'cancelling the ReadableStream destroys the request, not its answer',
  async ({ connect }) => {
    const server = http.createServer(async (req, res) => {
      const reader = Readable.toWeb(req).getReader();
      await reader.read();
      reader.cancel().catch(() => {});
      if (!req.closed) await new Promise((resolve) => req.on('close', resolve));
      res.writeHead(413, { Connection: 'close' });
      res.end(String(req.destroyed));
    });
    const client = await connect(server);
    client.send(upload(100), 'begun');
    const response = await client.response();
    assert.deepStrictEqual([response.status, response.text], [413, 'true']);
    await client.untilEnd();
  },
);

onBoth('an aborted upload rejects the reader', async ({ connect }) => {
  const done = deferred();
  const server = http.createServer(async (req) => {
    const reader = Readable.toWeb(req).getReader();
    await reader.read();
    client.destroy();
    done.resolve(
      await reader.read().then(
        () => 'read',
        (error) => error.code,
      ),
    );
  });
  const client = await connect(server);
  client.send(upload(100), 'begun');
  assert.strictEqual(await done.promise, 'ECONNRESET');
});

onBoth('a response as a WritableStream', async ({ connect }) => {
  const server = http.createServer(async (_req, res) => {
    const writer = Writable.toWeb(res).getWriter();
    await writer.write('one,');
    await writer.write(Buffer.from('two'));
    await writer.close();
  });
  const client = await connect(server);
  for (let i = 0; i < 2; i++) assert.strictEqual((await client.exchange(GET)).text, 'one,two');
});

onBoth('a ReadableStream piped into a response', async ({ connect }) => {
  const server = http.createServer(async (_req, res) => {
    const source = new Response(pattern(1_000_000)).body;
    await source.pipeTo(Writable.toWeb(res));
  });
  const client = await connect(server);
  const { body } = await client.exchange(GET);
  assert.ok(body.equals(pattern(1_000_000)));
});

onBoth('aborting the WritableStream breaks the answer off', async ({ connect }) => {
  const done = deferred();
  const server = http.createServer(async (_req, res) => {
    res.on('error', () => {});
    const writer = Writable.toWeb(res).getWriter();
    writer.closed.catch(() => {});
    await writer.write('begun');
    writer.abort(new Error('enough')).catch(() => {});
    if (!res.closed) await once(res, 'close');
    done.resolve([res.destroyed, res.writableFinished]);
  });
  const client = await connect(server);
  client.send(GET);
  assert.deepStrictEqual(await done.promise, [true, false]);
  assert.ok(!(await client.untilEnd()).endsWith('0\r\n\r\n'));
});

onBoth('addAbortSignal on a request', async ({ connect }) => {
  const done = deferred();
  const controller = new AbortController();
  const server = http.createServer(async (req) => {
    addAbortSignal(controller.signal, req);
    try {
      for await (const _ of req) controller.abort();
    } catch (error) {
      done.resolve([error.name, req.destroyed, isErrored(req)]);
    }
  });
  const client = await connect(server);
  client.send(upload(100), 'begun');
  assert.deepStrictEqual(await done.promise, ['AbortError', true, true]);
  await client.untilEnd();
});

onBoth('addAbortSignal on a response', async ({ connect }) => {
  const done = deferred();
  const controller = new AbortController();
  const server = http.createServer((_req, res) => {
    addAbortSignal(controller.signal, res);
    res.on('close', () => done.resolve([res.destroyed, res.errored?.name]));
    res.write('begun');
  });
  const client = await connect(server);
  client.send(GET);
  await client.untilText('begun');
  controller.abort();
  assert.deepStrictEqual(await done.promise, [true, 'AbortError']);
  await client.untilEnd();
});

onBoth('a signal that is aborted afterwards does nothing', async ({ connect }) => {
  const controller = new AbortController();
  const server = http.createServer((req, res) => {
    addAbortSignal(controller.signal, req);
    addAbortSignal(controller.signal, res);
    req.on('error', () => {}).resume();
    res.end('complete');
  });
  const client = await connect(server);
  assert.strictEqual((await client.exchange(GET)).text, 'complete');
  await turn();
  controller.abort();
  await turn();
  assert.strictEqual(client.closed, false);
});

onBoth('what the stream module says of a request', async ({ connect }) => {
  const states = [];
  const state = (req) => [isReadable(req), isDisturbed(req), isErrored(req)];
  const server = http.createServer((req, res) => {
    states.push(state(req));
    req.once('data', () => states.push(state(req)));
    req.on('end', () => {
      states.push(state(req));
      res.end();
    });
  });
  const client = await connect(server);
  await client.exchange(`${upload(4)}text`);
  assert.deepStrictEqual(states, [
    [true, false, false],
    [true, true, false],
    [false, true, false],
  ]);
});

onBoth('leaving a loop over a request destroys it, not its answer', async ({ connect }) => {
  const server = http.createServer(async (req, res) => {
    for await (const _ of req) break;
    res.writeHead(413, { Connection: 'close' });
    res.end(String(req.destroyed));
  });
  const client = await connect(server);
  client.send(upload(100), 'begun');
  const response = await client.response();
  assert.deepStrictEqual([response.status, response.text], [413, 'true']);
  await client.untilEnd();
});
