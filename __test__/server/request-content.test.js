'use strict';
// The content of requests: reading it, not reading it, stopping in between.
const assert = require('node:assert');
const { pipeline, PassThrough, Writable } = require('node:stream');
const http = require('../support/subject');
const { contentOf, deferred, logEvents, pattern, turn } = require('../support/events');
const { onBoth, onNative } = require('../support/transports');

const MiB = 1 << 20;
const get = 'GET /next HTTP/1.1\r\nHost: a\r\n\r\n';
const head = (length, more = '') =>
  `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${length}\r\n${more}\r\n`;
const chunkedHead = 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n';
const chunk = (bytes) =>
  Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]);

const echo = () => http.createServer(async (req, res) => res.end(await contentOf(req)));

onBoth('content with a length, in one piece and in many', async ({ connect }) => {
  const client = await connect(echo());
  assert.strictEqual((await client.exchange(`${head(5)}hello`)).text, 'hello');
  client.send(head(5));
  for (const letter of 'hello') {
    await turn();
    client.send(letter);
  }
  assert.strictEqual((await client.response()).text, 'hello');
  assert.strictEqual((await client.exchange(head(0))).text, '');
});

onBoth('chunked content', async ({ connect }) => {
  const client = await connect(echo());
  client.send(chunkedHead, chunk(Buffer.from('one ')), chunk(Buffer.from('two')), '0\r\n\r\n');
  assert.strictEqual((await client.response()).text, 'one two');
  client.send(`${chunkedHead}A;name=value\r\n0123456789\r\n00000\r\n\r\n`);
  assert.strictEqual((await client.response()).text, '0123456789');
  client.send(`${chunkedHead}0\r\n\r\n`);
  assert.strictEqual((await client.response()).text, '');
});

for (const way of ['length', 'chunked']) {
  onBoth(`a large upload by ${way} arrives byte for byte`, async ({ connect }) => {
    const body = pattern(20 * MiB, 3);
    const server = http.createServer(async (req, res) => {
      const content = await contentOf(req);
      res.end(`${content.length} ${content.equals(body)}`);
    });
    const client = await connect(server);
    client.send(way === 'length' ? head(body.length) : chunkedHead);
    for (let at = 0, step = 7; at < body.length; at += step, step = (step * 5) % 99_991) {
      const piece = body.subarray(at, at + step);
      client.send(way === 'length' ? piece : chunk(piece));
    }
    if (way === 'chunked') client.send('0\r\n\r\n');
    assert.strictEqual((await client.response()).text, `${body.length} true`);
  });
}

onBoth('a paused request stops the sender', async ({ connect }) => {
  const total = 64 * MiB;
  const piece = pattern(64 * 1024);
  const begun = deferred();
  let received = 0;
  const server = http.createServer((req, res) => {
    req.once('data', (first) => {
      received = first.length;
      req.pause();
      begun.resolve(req);
    });
    req.on('end', () => res.end(String(received)));
  });
  const client = await connect(server);
  client.send(head(total));
  let sent = 0;
  const sending = (async () => {
    for (; sent < total; sent += piece.length) await client.sendAll(piece);
  })();
  const req = await begun.promise;
  for (let quiet = 0, before = -1; quiet < 20; quiet = before === sent ? quiet + 1 : 0) {
    before = sent;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert.ok(sent < 32 * MiB, `${sent} bytes were taken from a sender nobody reads`);
  assert.ok(req.readableLength < 2 * MiB, `${req.readableLength} bytes are held`);
  req.on('data', (data) => {
    received += data.length;
  });
  req.resume();
  await sending;
  assert.strictEqual((await client.response()).text, String(total));
});

onBoth(
  'a request nobody reads stops the sender, too, until it is answered',
  async ({ connect }) => {
    const total = 64 * MiB;
    const piece = pattern(64 * 1024);
    const begun = deferred();
    const server = http.createServer((req, res) => {
      if (req.method === 'POST') begun.resolve(res);
      else res.end('next');
    });
    const client = await connect(server);
    client.send(head(total));
    let sent = 0;
    const sending = (async () => {
      for (; sent < total; sent += piece.length) await client.sendAll(piece);
    })();
    const res = await begun.promise;
    for (let quiet = 0, before = -1; quiet < 20; quiet = before === sent ? quiet + 1 : 0) {
      before = sent;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    assert.ok(sent < 32 * MiB, `${sent} bytes were taken`);
    res.end('answered early');
    assert.strictEqual((await client.response()).text, 'answered early');
    await sending; // the rest is read and thrown away
    assert.strictEqual((await client.exchange(get)).text, 'next');
  },
);

onBoth('unread content is not taken for the next request', async ({ connect }) => {
  const urls = [];
  const server = http.createServer((req, res) => {
    urls.push(req.url);
    res.end(req.url);
  });
  const client = await connect(server);
  const trap = 'GET /trap HTTP/1.1\r\nHost: a\r\n\r\n';
  client.send(head(trap.length) + trap + get);
  assert.strictEqual((await client.response()).text, '/');
  assert.strictEqual((await client.response()).text, '/next');
  client.send(`${chunkedHead}${trap.length.toString(16)}\r\n${trap}\r\n0\r\n\r\n${get}`);
  assert.strictEqual((await client.response()).text, '/');
  assert.strictEqual((await client.response()).text, '/next');
  assert.deepStrictEqual(urls, ['/', '/next', '/', '/next']);
});

onBoth('an answer before the content has come', async ({ connect }) => {
  const server = http.createServer((req, res) => res.end(req.method));
  const client = await connect(server);
  assert.strictEqual((await client.exchange(head(10))).text, 'POST');
  client.send('0123456789', get);
  assert.strictEqual((await client.response()).text, 'GET');
});

onBoth('content read in paused mode, by read() and by size', async ({ connect }) => {
  const server = http.createServer((req, res) => {
    const pieces = [];
    req.on('readable', () => {
      for (let piece = req.read(3); piece !== null; piece = req.read(3)) pieces.push(String(piece));
    });
    req.on('end', () => res.end(pieces.join('|')));
  });
  const client = await connect(server);
  assert.strictEqual((await client.exchange(`${head(8)}01234567`)).text, '012|345|67');
});

onBoth('setEncoding splits no character', async ({ connect }) => {
  const text = 'grüße €𝄞'.repeat(3);
  const server = http.createServer((req, res) => {
    let all = '';
    req.setEncoding('utf8');
    req.on('data', (piece) => {
      assert.strictEqual(typeof piece, 'string');
      all += piece;
    });
    req.on('end', () => res.end(all));
  });
  const client = await connect(server);
  const bytes = Buffer.from(text);
  client.send(head(bytes.length));
  for (const byte of bytes) {
    client.send(Buffer.from([byte]));
    await turn();
  }
  assert.strictEqual((await client.response()).text, text);
});

onBoth('pipe, pipeline and unpipe', async ({ connect }) => {
  const body = pattern(500_000);
  const server = http.createServer((req, res) => {
    const received = [];
    const slow = new Writable({
      highWaterMark: 1000,
      write(piece, _encoding, callback) {
        received.push(piece);
        setImmediate(callback);
      },
    });
    pipeline(req, new PassThrough(), slow, (error) => {
      res.end(String(!error && Buffer.concat(received).equals(body)));
    });
  });
  const client = await connect(server);
  client.send(head(body.length), body);
  assert.strictEqual((await client.response()).text, 'true');
});

onBoth('leaving a for await loop early leaves the answer possible', async ({ connect }) => {
  const server = http.createServer(async (req, res) => {
    for await (const piece of req) {
      assert.ok(piece.length > 0);
      break;
    }
    res.end(`destroyed: ${req.destroyed}`);
  });
  const client = await connect(server);
  client.send(head(1000), Buffer.alloc(500));
  assert.strictEqual((await client.response()).text, 'destroyed: true');
});

onNative('destroying a request ends the loop over it with an error', async ({ connect }) => {
  const log = [];
  const done = deferred();
  const server = http.createServer(async (req, res) => {
    logEvents(req, ['end', 'close'], log);
    res.on('close', () => log.push('response closed'));
    res.on('close', done.resolve);
    try {
      for await (const _chunk of req) req.destroy();
    } catch ({ code }) {
      log.push(code, res.destroyed);
    }
  });
  const client = await connect(server);
  client.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc');
  await done.promise;
  assert.deepStrictEqual(log, ['close', 'ERR_STREAM_PREMATURE_CLOSE', false, 'response closed']);
});

onNative('a socket is closed from the moment when it is destroyed', async ({ connect }) => {
  const seen = deferred();
  const server = http.createServer(({ socket }) => {
    socket.destroy();
    seen.resolve([socket.destroyed, socket.closed, socket.readyState]);
  });
  (await connect(server)).send('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  assert.deepStrictEqual(await seen.promise, [true, true, 'closed']);
});

onBoth('reading later finds what has come', async ({ connect }) => {
  const server = http.createServer(async (req, res) => {
    for (let i = 0; i < 10; i++) await turn();
    res.end(await contentOf(req));
  });
  const client = await connect(server);
  assert.strictEqual((await client.exchange(`${head(5)}early`)).text, 'early');
  assert.strictEqual((await client.exchange(head(0))).text, '');
  assert.strictEqual((await client.exchange(get)).text, '');
});

onBoth('events of a request in their order', async ({ connect }) => {
  const log = [];
  const closed = deferred();
  const server = http.createServer((req, res) => {
    log.push('request');
    req.on('data', (data) => log.push(`data ${data}`));
    req.on('end', () => {
      log.push('end');
      res.end();
    });
    res.on('finish', () => log.push('finish'));
    req.on('close', () => {
      log.push('close');
      closed.resolve();
    });
  });
  const client = await connect(server);
  client.send(head(4));
  client.send('ab');
  while (!log.includes('data ab')) await turn();
  client.send('cd');
  await client.response();
  await closed.promise;
  assert.deepStrictEqual(
    log.filter((line) => line !== 'finish'),
    ['request', 'data ab', 'data cd', 'end', 'close'],
  );
});

onNative('many uploads at once do not mix', async ({ connect }) => {
  const server = echo();
  const clients = [];
  for (let i = 1; i <= 30; i++) clients.push(await connect(server));
  const answers = clients.map((client, i) => {
    const body = pattern(200_000, i + 1);
    client.send(head(body.length), body);
    return client.response();
  });
  for (const [i, { body }] of (await Promise.all(answers)).entries())
    assert.ok(body.equals(pattern(200_000, i + 1)), `upload ${i + 1}`);
});

// Node's parser tells trailers, and fields of a head beyond 32, on their own.
for (const [what, first] of [
  ['trailers', `${chunkedHead}0\r\nX-T: t\r\n\r\n`],
  ['many fields', get.replace('\r\n\r\n', `\r\n${'X: x\r\n'.repeat(40)}\r\n`)],
])
  onNative(`behind ${what} ticks run between requests of the same bytes`, async ({ connect }) => {
    const log = [];
    const server = http.createServer((req, res) => {
      log.push('request');
      logEvents(req.resume(), ['end'], log);
      res.end();
    });
    const client = await connect(server);
    client.send(first, get, get);
    for (let i = 0; i < 3; i++) await client.response();
    assert.deepStrictEqual(log, ['request', 'end', 'request', 'end', 'request', 'end']);
  });
