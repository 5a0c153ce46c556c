'use strict';
// Several requests on one connection before their answers: answers leave in request order.
const assert = require('node:assert');
const http = require('../support/subject');
const { contentOf, deferred, pattern, turn } = require('../support/events');
const { hostHas, newerThanHost, onNodeHttp } = require('../support/mode');
const { onBoth, onNative } = require('../support/transports');

const get = (path, more = '') => `GET ${path} HTTP/1.1\r\nHost: a\r\n${more}\r\n`;

onBoth('handlers that answer at once', async ({ connect }) => {
  const server = http.createServer((req, res) => res.end(req.url));
  const client = await connect(server);
  const paths = Array.from({ length: 200 }, (_, i) => `/${i}`);
  client.send(paths.map((path) => get(path)).join(''));
  for (const path of paths) assert.strictEqual((await client.response()).text, path);
});

onBoth('requests come before the answers, which come in order', async ({ connect }) => {
  const waiting = [];
  const all = deferred();
  const server = http.createServer((req, res) => {
    waiting.push([req, res]);
    if (waiting.length === 5) all.resolve();
  });
  const client = await connect(server);
  client.send(get('/0') + get('/1') + get('/2') + get('/3') + get('/4'));
  await all.promise;
  for (const i of [4, 2, 3, 1]) waiting[i][1].end(`answer ${i}`);
  await turn();
  await turn();
  assert.strictEqual(client.length, 0);
  waiting[0][1].end('answer 0');
  for (let i = 0; i < 5; i++) assert.strictEqual((await client.response()).text, `answer ${i}`);
  assert.deepStrictEqual(
    waiting.map(([req]) => req.url),
    ['/0', '/1', '/2', '/3', '/4'],
  );
});

onBoth('a response has its socket only when it is its turn', async ({ connect }) => {
  const responses = [];
  const log = [];
  const both = deferred();
  const server = http.createServer((req, res) => {
    res.on('socket', (socket) => log.push(`socket of ${req.url}: ${socket === req.socket}`));
    responses.push(res);
    if (responses.length === 2) both.resolve(req.socket);
  });
  const client = await connect(server);
  client.send(get('/a') + get('/b'));
  const socket = await both.promise;
  const [a, b] = responses;
  assert.strictEqual(a.socket, socket);
  assert.strictEqual(a.connection, socket);
  assert.strictEqual(socket._httpMessage, a);
  assert.strictEqual(b.socket, null);
  assert.strictEqual(b.connection, null);
  assert.strictEqual(b.req.socket, socket);
  a.end('first');
  await client.response();
  while (b.socket === null) await turn();
  assert.strictEqual(a.socket, null);
  assert.strictEqual(b.socket, socket);
  assert.strictEqual(socket._httpMessage, b);
  b.end('second');
  assert.strictEqual((await client.response()).text, 'second');
  assert.deepStrictEqual(log, ['socket of /b: true']);
});

onBoth('a waiting response keeps its pieces, and reports how much', async ({ connect }) => {
  const responses = [];
  const both = deferred();
  const server = http.createServer((_req, res) => {
    responses.push(res);
    if (responses.length === 2) both.resolve();
  });
  const client = await connect(server);
  client.send(get('/a') + get('/b'));
  await both.promise;
  const [a, b] = responses;
  b.setHeader('X-Waiting', 'yes');
  const called = deferred();
  assert.strictEqual(b.write('piece', called.resolve), true);
  assert.ok(b.headersSent);
  assert.ok(b.outputData.length > 0);
  assert.ok(b.outputSize >= 'piece'.length);
  assert.strictEqual(b.writableLength, b.outputSize);
  assert.strictEqual(b.writableFinished, false);
  assert.strictEqual(b.write(Buffer.alloc(b.writableHighWaterMark)), false);
  assert.strictEqual(b.writableNeedDrain, true);
  const drained = deferred();
  b.on('drain', drained.resolve);
  a.end('first');
  assert.strictEqual((await client.response()).text, 'first');
  await drained.promise;
  await called.promise;
  assert.strictEqual(b.outputData.length, 0);
  b.end();
  const second = await client.response();
  assert.strictEqual(second.headers['x-waiting'], 'yes');
  assert.strictEqual(second.body.length, 'piece'.length + b.writableHighWaterMark);
});

onBoth('the end of a waiting response is told when it has left', async ({ connect }) => {
  const log = [];
  const responses = [];
  const both = deferred();
  const closed = deferred();
  const server = http.createServer((req, res) => {
    for (const event of ['prefinish', 'finish', 'close'])
      res.on(event, () => log.push(`${req.url} ${event}`));
    responses.push(res);
    if (responses.length === 2) both.resolve();
    res.on('close', () => req.url === '/b' && closed.resolve());
  });
  const client = await connect(server);
  client.send(get('/a') + get('/b'));
  await both.promise;
  responses[1].end('b');
  await turn();
  assert.deepStrictEqual(log, []);
  assert.strictEqual(responses[1].writableEnded, true);
  assert.strictEqual(responses[1].writableFinished, false);
  responses[0].end('a');
  await closed.promise;
  assert.deepStrictEqual(
    log.filter((line) => line.startsWith('/a')),
    ['/a prefinish', '/a finish', '/a close'],
  );
  assert.deepStrictEqual(
    log.filter((line) => line.startsWith('/b')),
    ['/b prefinish', '/b finish', '/b close'],
  );
  assert.ok(log.indexOf('/a finish') < log.indexOf('/b finish'));
});

onBoth('contents of pipelined requests go to their own', async ({ connect }) => {
  const server = http.createServer(async (req, res) => {
    const content = await contentOf(req);
    if (req.url === '/slow') for (let i = 0; i < 5; i++) await turn();
    res.end(`${req.url} ${content}`);
  });
  const client = await connect(server);
  const post = (path, text) =>
    `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: ${text.length}\r\n\r\n${text}`;
  client.send(
    post('/slow', 'one') +
      'POST /chunked HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\ntwo\r\n0\r\n\r\n' +
      post('/empty', '') +
      get('/get'),
  );
  for (const expected of ['/slow one', '/chunked two', '/empty ', '/get '])
    assert.strictEqual((await client.response()).text, expected);
});

onBoth(
  'Connection: close behind others ends the connection after its answer',
  async ({ connect }) => {
    const urls = [];
    const server = http.createServer((req, res) => {
      urls.push(req.url);
      setImmediate(() => res.end(req.url));
    });
    const client = await connect(server);
    client.send(get('/a') + get('/b', 'Connection: close\r\n'));
    assert.strictEqual((await client.response()).headers.connection, 'keep-alive');
    const last = await client.response();
    assert.strictEqual(last.headers.connection, 'close');
    assert.strictEqual(last.text, '/b');
    assert.strictEqual(await client.untilEnd(), '');
    assert.deepStrictEqual(urls, ['/a', '/b']);
  },
);

onBoth(
  'an answer with Connection: close makes the later ones go away',
  { skip: newerThanHost(24) },
  async ({ connect }) => {
    const closed = deferred();
    const responses = [];
    const both = deferred();
    const server = http.createServer((req, res) => {
      responses.push(res);
      res.on('close', () => req.url === '/b' && closed.resolve(res));
      if (responses.length === 2) both.resolve();
    });
    const client = await connect(server);
    client.send(get('/a') + get('/b'));
    await both.promise;
    responses[0].setHeader('Connection', 'close');
    responses[0].end('last');
    assert.strictEqual((await client.response()).text, 'last');
    assert.strictEqual(await client.untilEnd(), '');
    client.end();
    const lost = await closed.promise;
    assert.strictEqual(lost.writableFinished, false);
    assert.strictEqual(lost.destroyed, true);
  },
);

onBoth(
  'the end of the client closes waiting requests and responses',
  { skip: newerThanHost(24) },
  async ({ connect }) => {
    const log = [];
    const responses = [];
    const all = deferred();
    const gone = deferred();
    const server = http.createServer((req, res) => {
      req.on('error', (error) => log.push(`${req.url} req ${error.code}`));
      req.on('aborted', () => log.push(`${req.url} aborted`));
      res.on('close', () => {
        log.push(`${req.url} close`);
        if (log.filter((line) => line.endsWith('close')).length === 3) gone.resolve();
      });
      responses.push(res);
      if (responses.length === 3) all.resolve();
    });
    const client = await connect(server);
    client.send(get('/a') + get('/b') + get('/c'));
    await all.promise;
    client.destroy();
    await gone.promise;
    for (const res of responses) {
      assert.strictEqual(res.destroyed, true);
      assert.strictEqual(res.writableFinished, false);
      assert.strictEqual(res.write('x'), false);
    }
    for (const path of ['/a', '/b', '/c'])
      assert.ok(log.includes(`${path} close`), `${path} in ${log}`);
  },
);

onBoth('a large answer before small ones', async ({ connect }) => {
  const large = pattern(5_000_000);
  const server = http.createServer((req, res) => res.end(req.url === '/large' ? large : req.url));
  const client = await connect(server);
  client.send(get('/x') + get('/large') + get('/y') + get('/large') + get('/z'));
  assert.strictEqual((await client.response()).text, '/x');
  assert.ok((await client.response()).body.equals(large));
  assert.strictEqual((await client.response()).text, '/y');
  assert.ok((await client.response()).body.equals(large));
  assert.strictEqual((await client.response()).text, '/z');
});

onBoth('more requests than may wait are read when answers have left', async ({ connect }) => {
  const total = 3000;
  let handled = 0;
  let waiting = [];
  const server = http.createServer((req, res) => {
    handled++;
    waiting.push([req.url, res]);
  });
  const client = await connect(server);
  client.send(Array.from({ length: total }, (_, i) => get(`/${i}`)).join(''));
  for (let answered = 0; answered < total; ) {
    while (waiting.length === 0) await turn();
    const batch = waiting;
    waiting = [];
    for (const [url, res] of batch) res.end(url);
    answered += batch.length;
  }
  assert.strictEqual(handled, total);
  for (let i = 0; i < total; i++) assert.strictEqual((await client.response()).text, `/${i}`);
});

onBoth('bytes that come one by one', async ({ connect }) => {
  const server = http.createServer(async (req, res) => res.end(await contentOf(req)));
  const client = await connect(server);
  const text =
    'POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc' +
    'POST /b HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nde\r\n1\r\nf\r\n0\r\nT: v\r\n\r\n';
  for (const byte of text) {
    client.send(byte);
    await turn();
  }
  assert.strictEqual((await client.response()).text, 'abc');
  assert.strictEqual((await client.response()).text, 'def');
});

onBoth(
  'an answer that closes ends the connection, though another request came with its own',
  async ({ connect }) => {
    const server = http.createServer((req, res) => {
      if (req.url === '/first') res.setHeader('Connection', 'close');
      res.end(req.url);
    });
    const client = await connect(server);
    client.send(get('/first') + get('/second'));
    assert.strictEqual((await client.response()).text, '/first');
    while (!client.ended && !client.closed) await client.change();
    assert.strictEqual(client.rest, '');
  },
);

onBoth(
  'a waiting response that is destroyed ends the connection when its turn comes',
  { skip: onNodeHttp && hostHas(21) && "Node's own leaves the connection open for ever" },
  async ({ connect }) => {
    const server = http.createServer((req, res) => {
      if (req.url === '/first') setImmediate(() => res.end('first'));
      else if (req.url === '/second') res.destroy();
      else res.end('third');
    });
    const client = await connect(server);
    client.send(get('/first') + get('/second') + get('/third'));
    assert.strictEqual((await client.response()).text, 'first');
    assert.strictEqual(await client.untilEnd(), '');
  },
);

onBoth('complete answers that wait leave together, each with its own end', async ({ connect }) => {
  const log = [];
  const responses = [];
  const all = deferred();
  const over = deferred();
  const server = http.createServer((req, res) => {
    res.on('finish', () => log.push(`${req.url} finish`));
    res.on('close', () => req.url === '/5' && over.resolve());
    responses.push(res);
    if (responses.length === 6) all.resolve();
  });
  const client = await connect(server);
  client.send([0, 1, 2, 3, 4, 5].map((i) => get(`/${i}`)).join(''));
  await all.promise;
  const told = (name) => () => log.push(name);
  responses[1].end('é', 'utf8', told('/1 ended'));
  responses[2].write(Buffer.from([0xe9]), told('/2 written'));
  responses[2].end('\xe9', 'latin1', told('/2 ended'));
  responses[3].writeHead(204).end(told('/3 ended'));
  responses[5].end('5');
  responses[0].end('0');
  const texts = [];
  for (let i = 0; i < 4; i++) texts.push((await client.response()).body.toString('latin1'));
  assert.deepStrictEqual(texts, ['0', '\xc3\xa9', '\xe9\xe9', '']);
  assert.strictEqual(responses[4].socket, responses[0].req.socket);
  assert.strictEqual(client.rest, '', 'what waits behind one that is not complete goes on waiting');
  responses[4].end('4');
  assert.strictEqual((await client.response()).text, '4');
  assert.strictEqual((await client.response()).text, '5');
  await over.promise;
  const finished = log.filter((line) => line.endsWith('finish'));
  assert.deepStrictEqual(
    finished,
    [0, 1, 2, 3, 4, 5].map((i) => `/${i} finish`),
  );
  for (const line of ['/1 ended', '/2 written', '/2 ended', '/3 ended']) {
    assert.ok(log.includes(line), `${line} in ${log}`);
    assert.ok(log.indexOf(line) < log.indexOf(`/${Number(line[1]) + 1} finish`), `${log}`);
  }
});

onNative('the keep-alive timeout begins behind answers that left together', async ({ connect }) => {
  const server = http.createServer({ keepAliveTimeout: 1 }, (req, res) => res.end(req.url));
  server.keepAliveTimeoutBuffer = 0;
  const client = await connect(server);
  client.send(get('/0') + get('/1') + get('/2') + get('/3'));
  for (const path of ['/0', '/1', '/2', '/3'])
    assert.strictEqual((await client.response()).text, path);
  assert.strictEqual(await client.untilEnd(), '');
});

onBoth('a last answer that left with others closes behind it', async ({ connect }) => {
  const server = http.createServer((req, res) => res.end(req.url));
  const client = await connect(server);
  client.send(get('/0') + get('/1') + get('/2', 'Connection: close\r\n'));
  for (const path of ['/0', '/1', '/2']) assert.strictEqual((await client.response()).text, path);
  assert.strictEqual(await client.untilEnd(), '');
});

for (const watches of [false, true])
  onNative(
    `a client that ends while too much waits gets all answers${watches ? ', somebody reads beside' : ''}`,
    { skip: onNodeHttp && watches && "Node's own ends the connection without an answer" },
    async ({ connect }) => {
      const first = deferred();
      const over = deferred();
      const server = http.createServer((req, res) => {
        if (req.url === '/a') first.resolve(res);
        else res.end(req.url === '/b' ? 'b'.repeat(400_000) : req.url);
      });
      server.on('connection', (socket) => {
        if (watches) socket.on('data', () => {});
        socket.on('close', over.resolve);
      });
      const client = await connect(server);
      client.send(get('/a') + get('/b') + get('/c') + get('/d'));
      client.end();
      const res = await first.promise;
      for (let i = 0; i < 5; i++) await turn();
      res.end('/a');
      assert.strictEqual((await client.response()).text, '/a');
      assert.strictEqual((await client.response()).text.length, 400_000);
      for (const path of ['/c', '/d']) assert.strictEqual((await client.response()).text, path);
      assert.strictEqual(await client.untilEnd(), '');
      await over.promise;
    },
  );
