'use strict';
// cork and uncork, of responses and of their sockets.
const assert = require('node:assert');
const http = require('../support/subject');
const { deferred, logEvents, turn } = require('../support/events');
const { chunksOf, hostHas, newerThanHost, onNodeHttp } = require('../support/mode');
const { onBoth, onNative } = require('../support/transports');

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';

onBoth('corked pieces leave together at uncork', async ({ connect }) => {
  const waiting = deferred();
  const server = http.createServer((_req, res) => {
    res.setHeader('Content-Length', 6);
    res.flushHeaders();
    res.cork();
    res.write('one');
    res.write('two');
    waiting.resolve(res);
  });
  const client = await connect(server);
  client.send(GET);
  const res = await waiting.promise;
  assert.strictEqual(res.writableCorked, 1);
  for (let i = 0; i < 5; i++) await turn();
  assert.ok(!client.rest.includes('one'));
  assert.ok(res.writableLength >= 6);
  res.uncork();
  assert.strictEqual(res.writableCorked, 0);
  await client.untilText('onetwo');
  res.end();
  assert.strictEqual((await client.response()).text, 'onetwo');
});

onBoth('cork counts', async ({ connect }) => {
  const waiting = deferred();
  const server = http.createServer((_req, res) => {
    res.setHeader('Content-Length', 3);
    res.cork();
    res.cork();
    res.write('abc');
    waiting.resolve(res);
  });
  const client = await connect(server);
  client.send(GET);
  const res = await waiting.promise;
  assert.strictEqual(res.writableCorked, 2);
  res.uncork();
  assert.strictEqual(res.writableCorked, 1);
  for (let i = 0; i < 3; i++) await turn();
  assert.strictEqual(client.length, 0);
  res.uncork();
  await client.untilText('abc');
  res.end();
  await client.response();
});

onBoth(
  'chunks written while corked become one chunk',
  { skip: newerThanHost(22) },
  async ({ connect }) => {
    const server = http.createServer((_req, res) => {
      res.write('first');
      res.cork();
      res.write('a');
      res.write(Buffer.from('b'));
      res.write('c3a9', 'hex');
      res.uncork();
      res.end('last');
    });
    const client = await connect(server);
    const response = await client.exchange(GET);
    assert.deepStrictEqual(response.chunks.map(String), chunksOf('first', 'abé', 'last'));
  },
);

const loses = onNodeHttp && "Node's own sends the last chunk of a corked end before what is held";

onBoth('end undoes every cork', { skip: loses }, async ({ connect }) => {
  const server = http.createServer((_req, res) => {
    res.cork();
    res.cork();
    res.write('held ');
    res.end('and sent');
    assert.strictEqual(res.writableCorked, 0);
  });
  const client = await connect(server);
  assert.strictEqual((await client.exchange(GET)).text, 'held and sent');
  assert.strictEqual((await client.exchange(GET)).text, 'held and sent');
});

onBoth('callbacks of corked pieces', async ({ connect }) => {
  const log = [];
  const server = http.createServer((_req, res) => {
    res.write('x', () => log.push('x'));
    res.cork();
    res.write('a', () => log.push('a'));
    res.write('b', () => log.push('b'));
    setImmediate(() => {
      assert.ok(!log.includes('a'));
      res.uncork();
      res.end(() => log.push('end'));
    });
    res.on('close', done.resolve);
  });
  const done = deferred();
  const client = await connect(server);
  assert.strictEqual((await client.exchange(GET)).text, 'xab');
  await done.promise;
  assert.deepStrictEqual(log, ['x', 'a', 'b', 'end']);
});

const forgets =
  onNodeHttp && !hostHas(26) && "Node's own forgets the callbacks of corked pieces before 26";

onBoth(
  'a response that is destroyed while it is corked',
  { skip: forgets },
  async ({ connect }) => {
    const log = [];
    const note = (name) => (error) => log.push(`${name} ${error.code ?? error.message}`);
    const closed = deferred();
    const server = http.createServer((_req, res) => {
      res.flushHeaders();
      res.cork();
      res.write('a', note('a'));
      res.write('b', note('b'));
      res.destroy(new Error('mine'));
      res.on('close', closed.resolve);
    });
    const client = await connect(server);
    client.send(GET);
    await closed.promise;
    assert.deepStrictEqual(log, ['a mine', 'b mine']);
  },
);

onBoth('a corked socket holds the answer', async ({ connect }) => {
  const waiting = deferred();
  const server = http.createServer((req, res) => {
    req.socket.cork();
    res.setHeader('Content-Length', 5);
    res.write('12345');
    waiting.resolve([req.socket, res]);
  });
  const client = await connect(server);
  client.send(GET);
  const [socket, res] = await waiting.promise;
  for (let i = 0; i < 3; i++) await turn();
  assert.strictEqual(client.length, 0);
  socket.uncork();
  await client.untilText('12345');
  res.end();
  assert.strictEqual((await client.response()).text, '12345');
});

onBoth('corking a response that waits for its turn', async ({ connect }) => {
  const responses = [];
  const both = deferred();
  const server = http.createServer((_req, res) => {
    responses.push(res);
    if (responses.length === 2) both.resolve();
  });
  const client = await connect(server);
  client.send(GET + GET);
  await both.promise;
  const [first, second] = responses;
  second.cork();
  second.write('waiting ');
  first.end('first');
  assert.strictEqual((await client.response()).text, 'first');
  while (second.socket === null) await turn();
  for (let i = 0; i < 3; i++) await turn();
  assert.strictEqual(client.rest, '');
  second.uncork();
  await client.untilText('waiting ');
  second.end('over');
  assert.strictEqual((await client.response()).text, 'waiting over');
});

onNative('writes of one tick leave in one piece', async ({ connect }) => {
  const server = http.createServer((_req, res) => {
    for (let i = 0; i < 20; i++) res.write(`${i} `);
    res.end();
  });
  const client = await connect(server);
  const sizes = [];
  client.stream.on('data', (chunk) => sizes.push(chunk.length));
  await client.exchange(GET);
  assert.ok(sizes.length <= 3, `${sizes}`);
});

onBoth(
  'a socket that is corked keeps what is written, also when it is looked at',
  async ({ connect }) => {
    const server = http.createServer(({ socket }, res) => {
      socket.cork();
      res.write('x');
      socket.on('close', () => {});
      setImmediate(() => {
        const { length } = `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n`;
        assert.ok(socket.writableLength > length);
        socket.uncork();
        res.end('y');
      });
    });
    const client = await connect(server);
    assert.strictEqual((await client.exchange(GET)).text, 'xy');
  },
);

onBoth("uncork() behind the end tells no 'drain'", async ({ connect }) => {
  const log = [];
  const server = http.createServer((_req, res) => {
    logEvents(res, ['drain', 'finish'], log);
    res.write('z'.repeat(70_000));
    process.nextTick(() => res.uncork());
    res.end('x');
  });
  const client = await connect(server);
  await client.exchange(GET);
  assert.deepStrictEqual(log, ['finish']);
});
