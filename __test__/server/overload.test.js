'use strict';
// The options `overload` and `health`: ours alone, so there is no Node to compare with. The loop is blocked
// for as long as the client, in a worker, needs.
const assert = require('node:assert');
const { once } = require('node:events');
const net = require('node:net');
const { test } = require('node:test');
const { Worker } = require('node:worker_threads');
const http = require('../..');
const { deferred, turn } = require('../support/events');
const { onBoth, onNative, onStream } = require('../support/transports');

const limit = { timeout: 60_000 };
const get = (path, method = 'GET', fields = '') =>
  `${method} ${path} HTTP/1.1\r\nHost: a\r\n${fields}\r\n`;

/** What the worker runs: `steps` has what `tools` names. */
const CLIENT = `
  const net = require('node:net');
  const { parentPort, workerData } = require('node:worker_threads');
  const { port, state, steps } = workerData;
  const get = ${get};
  class Client {
    constructor() {
      this.socket = net.connect(port, '127.0.0.1');
      this.socket.on('error', () => {});
      this.text = '';
      this.changed = () => {};
      this.socket.setEncoding('latin1');
      this.socket.on('data', (chunk) => { this.text += chunk; this.changed(); });
      this.socket.on('close', () => { this.closed = true; this.changed(); });
    }
    send(text) { this.socket.write(text); }
    /** The next answer; the content of one to HEAD is none. */
    async answer(isHead) {
      for (;;) {
        const end = this.text.indexOf('\\r\\n\\r\\n') + 4;
        const length = isHead ? 0 : Number(/Content-Length: (\\d+)/.exec(this.text)?.[1]);
        if (end > 3 && this.text.length >= end + length) {
          const answer = this.text.slice(0, end + length);
          this.text = this.text.slice(end + length);
          return answer;
        }
        if (this.closed) throw new Error('closed behind ' + JSON.stringify(this.text));
        await this.change();
      }
    }
    ask(text, isHead) { this.send(text); return this.answer(isHead); }
    change() { return new Promise((resolve) => { this.changed = resolve; }); }
    async close() { while (!this.closed) await this.change(); }
  }
  const connect = () => new Client();
  const unblock = () => { Atomics.store(state, 0, 1); Atomics.notify(state, 0); };
  /** A client whose request blocks the server until it is unblocked. */
  async function block() {
    const client = connect();
    client.send(get('/block'));
    while (Atomics.load(state, 1) === 0) await new Promise(setImmediate);
    return client;
  }
  /** The first client whose request is answered; each but the last had waited for so many milliseconds. */
  async function answered(path, patience) {
    for (;;) {
      const client = connect();
      client.send(get(path));
      await Promise.race([client.change(), new Promise((resolve) => setTimeout(resolve, patience))]);
      if (client.text !== '') return client;
    }
  }
  const tools = { answered, block, connect, get, unblock };
  new Function(...Object.keys(tools), 'return (' + steps + ')()')(...Object.values(tools))
    .then((result) => parentPort.postMessage(result), (error) => { unblock(); throw error; });`;

/** Runs `steps` in a worker against a server with `options`, which '/block' blocks. */
async function against(t, options, steps) {
  const state = new Int32Array(new SharedArrayBuffer(8));
  const handler = (req, res) => {
    if (req.url === '/block') {
      Atomics.store(state, 1, 1);
      Atomics.wait(state, 0, 0, 30_000);
    }
    res.end(`handler of ${req.url}`);
  };
  const server = http.createServer(options, handler).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address();
  const workerData = { port, state, steps: String(steps) };
  const worker = new Worker(CLIENT, { eval: true, workerData });
  t.after(() => worker.terminate());
  const [result] = await once(worker, 'message');
  return { result, server };
}

const withoutDate = (answer) =>
  answer.replace(/Date: \w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT\r\n/, '');
const head = (connection) =>
  'HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain\r\nRetry-After: 7\r\n' +
  `Connection: ${connection}\r\nContent-Length: 20\r\n\r\n`;
const refusal = (connection) => `${head(connection)}Service Unavailable\n`;

test('more requests than may wait are refused while the loop is blocked', limit, async (t) => {
  const options = { overload: { maxQueue: 2, retryAfter: 7 } };
  const { result, server } = await against(t, options, async () => {
    const blocking = await block();
    const waiting = [connect(), connect()];
    const refused = connect();
    for (const client of waiting) client.send(get('/waits'));
    // Until both have been read, others may be told to wait; these are not counted.
    const answers = [];
    await answered('/probe', 50);
    answers.push(await refused.ask(get('/')));
    answers.push(await refused.ask(get('/', 'HEAD'), true));
    answers.push(await refused.ask(get('/')));
    const posting = connect();
    answers.push(await posting.ask(get('/', 'POST', 'Content-Length: 5\r\n')));
    posting.send('12345');
    const old = connect();
    answers.push(await old.ask('GET / HTTP/1.0\r\n\r\n'));
    for (const client of [posting, old]) client.socket.end();
    await Promise.all([posting.close(), old.close()]);
    unblock();
    const later = [];
    for (const client of [blocking, waiting[0], waiting[1], refused])
      later.push(client === refused ? await client.ask(get('/again')) : await client.answer());
    return { answers, later: later.map((text) => text.split('\r\n\r\n')[1]) };
  });
  assert.deepStrictEqual(result.answers.map(withoutDate), [
    refusal('keep-alive'),
    head('keep-alive'),
    refusal('keep-alive'),
    refusal('close'),
    refusal('close'),
  ]);
  assert.deepStrictEqual(result.later, [
    'handler of /block',
    'handler of /waits',
    'handler of /waits',
    'handler of /again',
  ]);
  const { loopDelay, requestsQueued, requestsShed } = server.stats();
  assert.ok(requestsShed >= 6, `${requestsShed}`);
  assert.ok(loopDelay > 0, `${loopDelay}`);
  assert.strictEqual(requestsQueued, 0);
});

test('what comes when the loop was blocked for too long is refused', limit, async (t) => {
  const options = { overload: { maxDelay: 20, status: 429 } };
  const { result } = await against(t, options, async () => {
    const blocking = await block();
    const refused = await answered('/', 10);
    unblock();
    return [await refused.answer(), await blocking.answer()];
  });
  assert.match(result[0], /^HTTP\/1\.1 429 Too Many Requests\r\n[\s\S]*Retry-After: 1\r\n/);
  assert.match(result[1], /handler of \/block$/);
});

test('a health check tells a blocked loop from one that runs', limit, async (t) => {
  const options = { health: { path: '/healthz', blockedAfter: 30 } };
  const { result, server } = await against(t, options, async () => {
    const client = connect();
    const seen = [await client.ask(get('/healthz')), await client.ask(get('/healthz?a=b'))];
    await block();
    seen.push(await client.ask(get('/healthz', 'HEAD'), true));
    let answer;
    do answer = await client.ask(get('/healthz'));
    while (answer.includes('"ok"'));
    seen.push(answer);
    unblock();
    do answer = await client.ask(get('/healthz'));
    while (!answer.includes('"ok"'));
    seen.push(answer, await client.ask(get('/healthz', 'POST', 'Content-Length: 0\r\n')));
    return seen;
  });
  const ok =
    'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nCache-Control: no-store\r\n' +
    'Connection: keep-alive\r\nContent-Length: 36\r\n\r\n{"status":"ok","delay":0,"queue":0}\n';
  assert.deepStrictEqual(result.slice(0, 2).map(withoutDate), [ok, ok]);
  assert.match(result[2], /^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\n$/);
  assert.match(result[3], /^HTTP\/1\.1 503 Service Unavailable\r\n[\s\S]*"status":"blocked"/);
  assert.match(result[4], /"status":"ok"/);
  assert.match(result[5], /handler of \/healthz$/);
  assert.ok(server.stats().healthChecks >= 5);
  assert.strictEqual(server.stats().requestsShed, 0);
});

test('answers keep the order of their requests', limit, async (t) => {
  const options = { overload: { maxQueue: 1 }, health: '/healthz' };
  const { result } = await against(t, options, async () => {
    const blocking = await block();
    blocking.send(get('/behind') + get('/healthz'));
    const other = connect();
    let answer;
    do answer = await other.ask(get('/healthz'));
    while (!answer.includes('"busy"'));
    const early = blocking.text;
    unblock();
    const answers = [];
    for (let i = 0; i < 3; i++) answers.push(await blocking.answer());
    return { answers, early };
  });
  assert.strictEqual(result.early, '');
  assert.match(result.answers[0], /handler of \/block$/);
  assert.match(result.answers[1], /handler of \/behind$/);
  assert.match(result.answers[2], /"status":"ok"/);
});

onNative('requests in single bytes, and several at once, are answered', async ({ connect }) => {
  const server = http.createServer({ health: '/healthz' }, (_req, res) => res.end('x'));
  const client = await connect(server);
  for (const byte of get('/healthz')) await client.sendAll(byte);
  assert.match((await client.response()).text, /"ok"/);
  client.send(get('/healthz').repeat(3) + get('/') + get('/healthz'));
  const texts = [];
  for (let i = 0; i < 5; i++) texts.push((await client.response()).text);
  assert.deepStrictEqual(
    texts.map((text) => text.slice(0, 14)),
    ['{"status":"ok"', '{"status":"ok"', '{"status":"ok"', 'x', '{"status":"ok"'],
  );
  assert.strictEqual(server.stats().healthChecks, 5);
  assert.strictEqual(server.stats().requestsTotal, 2);
});

onNative('a closed server ends its connections behind such answers', async ({ connect }) => {
  const server = http.createServer({ health: '/healthz' }, (_req, res) => res.end('x'));
  const client = await connect(server);
  await client.exchange(get('/'));
  client.send('GET /hea');
  while (server.stats().bytesRead < get('/').length + 8) await turn();
  const drained = server.drain();
  while (server.listening) await turn();
  client.send('lthz HTTP/1.1\r\nHost: a\r\n\r\n');
  const { headers, text } = await client.response();
  assert.strictEqual(headers.connection, 'close');
  assert.match(text, /"ok"/);
  assert.strictEqual(await client.untilEnd(), '');
  client.end();
  assert.strictEqual((await drained).cut, 0);
});

onStream('on streams the queue is what is under way', async ({ connect }) => {
  const held = [];
  let arrived = deferred();
  const options = { overload: { maxQueue: 1, status: 599 }, health: '/healthz' };
  const server = http.createServer(options, (_req, res) => {
    held.push(res);
    arrived.resolve();
  });
  const [one, two] = [await connect(server), await connect(server)];
  assert.strictEqual((await two.exchange(get('/healthz'))).text.includes('"ok"'), true);
  one.send(get('/'));
  await arrived.promise;
  const refused = await two.exchange(get('/'));
  assert.strictEqual(refused.status, 599);
  assert.strictEqual(refused.headers['retry-after'], '1');
  assert.match((await two.exchange(get('/healthz'))).text, /"busy"/);
  arrived = deferred();
  const [res] = held.splice(0);
  const closed = once(res, 'close');
  res.end('x');
  assert.strictEqual((await one.response()).text, 'x');
  await closed;
  two.send(get('/'));
  await arrived.promise;
  held.pop().end('y');
  assert.strictEqual((await two.response()).text, 'y');
  assert.strictEqual(server.stats().requestsShed, 1);
  assert.strictEqual(server.stats().healthChecks, 2);
});

onBoth('the options change nothing where nothing waits', async ({ connect }) => {
  const options = { overload: { maxQueue: 1, maxDelay: 10_000 }, health: '/healthz' };
  const server = http.createServer(options, (req, res) => req.pipe(res));
  const client = await connect(server);
  for (let i = 0; i < 5; i++) {
    const answer = await client.exchange(`${get('/', 'POST', 'Content-Length: 3\r\n')}abc`);
    assert.strictEqual(answer.text, 'abc');
  }
  assert.strictEqual(server.stats().requestsShed, 0);
});

const { RUST_HTTP_IO_THREADS, RUST_HTTP_LEADER } = process.env;
const alwaysThread =
  RUST_HTTP_IO_THREADS || RUST_HTTP_LEADER ? 'the environment leaves the lead to threads' : false;

test('an I/O thread leads as long as such a server listens', {
  ...limit,
  skip: alwaysThread,
}, async (t) => {
  const plain = http.createServer().listen(0);
  await once(plain, 'listening');
  const driver = () => plain.stats().driver;
  const server = http.createServer({ health: '/healthz' }).listen(0);
  await once(server, 'listening');
  assert.strictEqual(driver(), 'io-thread');
  server.close();
  await once(server, 'close');
  const client = net.connect(plain.address().port, '127.0.0.1');
  t.after(() => client.destroy());
  while (driver() !== 'javascript') await turn();
  plain.close();
});

test('options that are none are refused', limit, () => {
  const type = 'ERR_INVALID_ARG_TYPE';
  const value = 'ERR_INVALID_ARG_VALUE';
  const range = 'ERR_OUT_OF_RANGE';
  for (const [options, code] of [
    [{ overload: 1 }, type],
    [{ overload: null }, type],
    [{ overload: {} }, value],
    [{ overload: { maxQueue: '1' } }, type],
    [{ overload: { maxQueue: 0 } }, range],
    [{ overload: { maxDelay: 1.5 } }, range],
    [{ overload: { maxQueue: 1, status: 200 } }, range],
    [{ overload: { maxQueue: 1, status: '503' } }, type],
    [{ overload: { maxQueue: 1, retryAfter: -1 } }, range],
    [{ health: 1 }, type],
    [{ health: {} }, type],
    [{ health: 'healthz' }, value],
    [{ health: '/a?b' }, value],
    [{ health: { path: '/a', blockedAfter: 0 } }, range],
  ])
    assert.throws(() => http.createServer(options), { code }, JSON.stringify(options));
});
