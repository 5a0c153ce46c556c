'use strict';
// A client that does not read must stop the writer; one that does gets every byte.
const assert = require('node:assert');
const { once } = require('node:events');
const { PassThrough, Readable, finished, pipeline } = require('node:stream');
const { promisify } = require('node:util');
const http = require('../support/subject');
const { deferred, pattern } = require('../support/events');
const { onBoth, onNative } = require('../support/transports');

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
const MiB = 1 << 20;

onBoth('a client that does not read stops a writer, and lets it go on', async ({ connect }) => {
  const piece = pattern(16 * 1024);
  const log = { written: 0, drains: 0, most: 0, blocked: deferred() };
  const total = 40 * MiB;
  const server = http.createServer((_req, res) => {
    const fill = () => {
      while (log.written < total) {
        log.written += piece.length;
        const more = res.write(piece);
        log.most = Math.max(log.most, res.writableLength);
        if (!more) {
          assert.strictEqual(res.writableNeedDrain, true);
          log.blocked.resolve(res);
          return;
        }
      }
      res.end();
    };
    res.on('drain', () => {
      assert.strictEqual(res.writableNeedDrain, false);
      log.drains++;
      fill();
    });
    fill();
  });
  const client = await connect(server);
  client.stream.pause();
  client.send(GET);
  const res = await log.blocked.promise;
  // Whatever buffers lie between are full once it stays blocked.
  for (let quiet = 0, before = -1; quiet < 20; quiet = before === log.written ? quiet + 1 : 0) {
    before = log.written;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert.ok(log.written < total, 'the writer was stopped');
  assert.ok(!res.writableEnded);
  client.stream.resume();
  const response = await client.response();
  const pieces = Array(Math.ceil(total / piece.length)).fill(piece);
  assert.ok(response.body.equals(Buffer.concat(pieces)));
  assert.ok(log.drains > 0);
  assert.ok(log.most < 4 * MiB, `${log.most} bytes were held at most`);
});

onNative('write tells false from the high water mark on', async ({ connect }) => {
  const server = http.createServer({ highWaterMark: 1000 }, (_req, res) => {
    assert.strictEqual(res.writableHighWaterMark, 1000);
    res.setHeader('Content-Length', 1500);
    // Held back until the end of the tick, hence not taken by the connection yet.
    const small = res.write('a'.repeat(100));
    const large = res.write('b'.repeat(1400));
    seen.resolve([small, large, res.writableNeedDrain, res.writableLength >= 1000]);
    res.once('drain', () => {
      drained.resolve([res.writableNeedDrain, res.writableLength]);
      res.end();
    });
  });
  const seen = deferred();
  const drained = deferred();
  const client = await connect(server);
  const { text } = await client.exchange(GET);
  assert.strictEqual(text.length, 1500);
  assert.deepStrictEqual(await seen.promise, [true, false, true, true]);
  assert.deepStrictEqual(await drained.promise, [false, 0]);
});

onBoth("'drain' comes before the callback of the write that it follows", async ({ connect }) => {
  const log = [];
  const server = http.createServer((_req, res) => {
    res.on('drain', () => log.push('drain'));
    res.write(Buffer.alloc(100_000), () => {
      log.push('callback');
      res.end();
    });
  });
  const client = await connect(server);
  assert.strictEqual((await client.exchange(GET)).body.length, 100_000);
  assert.deepStrictEqual(log, ['drain', 'callback']);
});

onBoth("'drain' comes before the callbacks of writes that had to wait", async ({ connect }) => {
  const log = [];
  const server = http.createServer((_req, res) => {
    let left = 3;
    const write = () => {
      if (left-- === 0) return res.end();
      assert.strictEqual(res.write(Buffer.alloc(8 * MiB)), false);
      res.write('', () => {
        log.push('callback');
        write();
      });
    };
    res.on('drain', () => log.push('drain'));
    write();
    waits.resolve();
  });
  const waits = deferred();
  const client = await connect(server);
  client.stream.pause();
  client.send(GET);
  await waits.promise;
  client.stream.resume();
  assert.strictEqual((await client.response()).body.length, 24 * MiB);
  assert.deepStrictEqual(log, ['drain', 'callback', 'drain', 'callback', 'drain', 'callback']);
});

onBoth('writableLength counts what is held', async ({ connect }) => {
  const server = http.createServer((_req, res) => {
    res.setHeader('Content-Length', 10);
    assert.strictEqual(res.writableLength, 0);
    res.cork();
    res.write('12345');
    assert.ok(res.writableLength > 5, 'head and content');
    res.write('67890');
    res.uncork();
    res.end();
    res.on('finish', () => seen.resolve(res.writableLength));
  });
  const seen = deferred();
  const client = await connect(server);
  assert.strictEqual((await client.exchange(GET)).text, '1234567890');
  assert.strictEqual(await seen.promise, 0);
});

for (const [size, how] of [
  [50 * MiB, 'end'],
  [50 * MiB, 'write'],
  [3 * MiB + 17, 'pieces'],
]) {
  onBoth(`${size} bytes by ${how} arrive whole`, async ({ connect }) => {
    const body = pattern(size, 7);
    const server = http.createServer((_req, res) => {
      res.setHeader('Content-Length', size);
      if (how === 'end') {
        res.end(body);
      } else if (how === 'write') {
        res.write(body);
        res.end();
      } else {
        for (let at = 0, step = 1; at < size; at += step, step = (step * 3) % 65_521)
          res.write(body.subarray(at, at + step));
        res.end();
      }
    });
    const client = await connect(server);
    const response = await client.exchange(GET);
    assert.ok(response.body.equals(body));
    assert.strictEqual((await client.exchange(GET)).body.length, size);
  });
}

onBoth('a large string arrives whole', async ({ connect }) => {
  const text = 'añ€𝄞'.repeat(400_000);
  const server = http.createServer((req, res) => {
    if (req.url === '/chunked') res.write('');
    res.end(text);
  });
  const client = await connect(server);
  assert.strictEqual((await client.exchange(GET)).text, text);
  const chunked = await client.exchange(GET.replace('/', '/chunked'));
  assert.strictEqual(chunked.text, text);
});

onBoth('a Buffer that is changed after its callback changes nothing', async ({ connect }) => {
  const size = 4 * MiB;
  const server = http.createServer((_req, res) => {
    res.setHeader('Content-Length', 2 * size);
    const buffer = Buffer.alloc(size, 'a');
    res.write(buffer, () => {
      buffer.fill('b');
      res.end(buffer);
    });
  });
  const client = await connect(server);
  client.stream.pause();
  client.send(GET);
  await new Promise((resolve) => setTimeout(resolve, 20));
  client.stream.resume();
  const { body } = await client.response();
  assert.ok(body.subarray(0, size).equals(Buffer.alloc(size, 'a')));
  assert.ok(body.subarray(size).equals(Buffer.alloc(size, 'b')));
});

onBoth('pipe into a response, and its events', async ({ connect }) => {
  const log = [];
  const server = http.createServer((_req, res) => {
    const source = Readable.from([pattern(100_000), pattern(200_000)]);
    res.on('pipe', (from) => log.push(['pipe', from === source]));
    res.on('unpipe', (from) => log.push(['unpipe', from === source]));
    source.pipe(res);
    res.on('finish', () => log.push(['finish']));
  });
  const client = await connect(server);
  const { body } = await client.exchange(GET);
  assert.ok(body.equals(Buffer.concat([pattern(100_000), pattern(200_000)])));
  assert.deepStrictEqual(log.slice(0, 2), [
    ['pipe', true],
    ['unpipe', true],
  ]);
});

onBoth('a request piped into its response comes back', async ({ connect }) => {
  const body = pattern(3 * MiB);
  const server = http.createServer((req, res) => req.pipe(res));
  const client = await connect(server);
  client.send(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n`);
  for (let at = 0; at < body.length; at += 100_000) client.send(body.subarray(at, at + 100_000));
  assert.ok((await client.response()).body.equals(body));
});

onBoth('pipeline and finished settle with the response', async ({ connect }) => {
  const settled = deferred();
  const server = http.createServer((_req, res) => {
    const watched = promisify(finished)(res);
    const through = new PassThrough();
    pipeline(Readable.from(['a', 'b', 'c']), through, res, (error) => {
      watched.then(() => settled.resolve(error), settled.reject);
    });
  });
  const client = await connect(server);
  assert.strictEqual((await client.exchange(GET)).text, 'abc');
  assert.ok((await settled.promise) == null);
});

onBoth('pipeline destroys the response when its source fails', async ({ connect }) => {
  const failed = deferred();
  const server = http.createServer((_req, res) => {
    const source = new Readable({ read() {} });
    source.push('begun');
    pipeline(source, res, (error) => failed.resolve([error, res.destroyed]));
    setImmediate(() => source.destroy(new Error('no more')));
  });
  const client = await connect(server);
  client.send(GET);
  const [error, destroyed] = await failed.promise;
  assert.strictEqual(error.message, 'no more');
  assert.strictEqual(destroyed, true);
  await client.untilEnd();
  assert.ok(!client.rest.includes('0\r\n\r\n'));
});

onBoth('finished reports a response cut short as premature', async ({ connect }) => {
  const cut = deferred();
  const server = http.createServer((_req, res) => {
    finished(res, cut.resolve);
    res.write('part');
  });
  const client = await connect(server);
  client.send(GET);
  await client.untilText('part');
  client.destroy();
  assert.strictEqual((await cut.promise).code, 'ERR_STREAM_PREMATURE_CLOSE');
});

onBoth('a download whose client goes away ends for its source, too', async ({ connect }) => {
  const cut = deferred();
  const server = http.createServer((_req, res) => {
    const piece = pattern(64 * 1024);
    const source = new Readable({
      read() {
        setImmediate(() => this.push(piece));
      },
    });
    pipeline(source, res, (error) => cut.resolve([error.code, source.destroyed, res.destroyed]));
  });
  const client = await connect(server);
  client.send(GET);
  await client.until(() => client.length > MiB, 'a megabyte');
  client.reset();
  const [code, sourceDestroyed, resDestroyed] = await cut.promise;
  assert.match(code, /^(ERR_STREAM_PREMATURE_CLOSE|ECONNRESET|EPIPE)$/);
  assert.deepStrictEqual([sourceDestroyed, resDestroyed], [true, true]);
});

onNative('many downloads at once do not mix', async ({ connect }) => {
  const size = 300_000;
  const server = http.createServer((req, res) => {
    const body = pattern(size, Number(req.url.slice(1)));
    res.write(body.subarray(0, 100_000));
    setImmediate(() => res.end(body.subarray(100_000)));
  });
  const clients = [];
  for (let i = 1; i <= 40; i++) clients.push(await connect(server));
  const answers = clients.map((client, i) =>
    client.exchange(`GET /${i + 1} HTTP/1.1\r\nHost: a\r\n\r\n`),
  );
  for (const [i, { body }] of (await Promise.all(answers)).entries())
    assert.ok(body.equals(pattern(size, i + 1)), `download ${i + 1}`);
});

onBoth('a writer that awaits drain loses nothing', async ({ connect }) => {
  const server = http.createServer(async (_req, res) => {
    for (let i = 0; i < 50; i++) if (!res.write(pattern(50_000, i + 1))) await once(res, 'drain');
    res.end();
  });
  const client = await connect(server);
  const { body } = await client.exchange(GET);
  const expected = Array.from({ length: 50 }, (_, i) => pattern(50_000, i + 1));
  assert.ok(body.equals(Buffer.concat(expected)));
});

onBoth("'drain' comes for what is written while an answer waits behind it", async ({ connect }) => {
  const piece = pattern(16 * 1024);
  const pieces = 20;
  const asked = deferred();
  let first;
  const server = http.createServer((req, res) => {
    if (req.url === '/first') {
      first = res;
    } else if (req.url === '/last') {
      res.end(pattern(MiB));
      asked.resolve();
    } else {
      let left = pieces;
      const more = () => {
        while (left-- > 0) if (!res.write(piece)) return;
        res.end();
      };
      res.on('drain', more);
      more();
    }
  });
  const client = await connect(server);
  client.send(['/first', '/stream', '/last'].map((path) => GET.replace('/', path)).join(''));
  await asked.promise;
  first.end();
  assert.strictEqual((await client.response()).text, '');
  assert.ok((await client.response()).body.equals(Buffer.concat(Array(pieces).fill(piece))));
  assert.strictEqual((await client.response()).body.length, MiB);
});
