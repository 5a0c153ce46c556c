'use strict';
// A request with content asks for another protocol. From Node 26 on the content is the request's, and the
// other protocol begins behind it; before, the listeners of 'upgrade' get it as the first bytes of that.
const assert = require('node:assert');
const { Duplex } = require('node:stream');
const http = require('../support/subject');
const { contentOf, deferred, pattern, turn } = require('../support/events');
const { hostHas, onNodeHttp } = require('../support/mode');
const { onBoth, onNative } = require('../support/transports');

const before = hostHas(26) && 'the content is read first';
const skip = !hostHas(26) && 'the other protocol begins behind the head';
const head = (field, method = 'POST') =>
  `${method} /x HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\n${field}\r\n\r\n`;
const sized = (length) => head(`Content-Length: ${length}`);
const chunked = head('Transfer-Encoding: chunked');
const SWITCHING = 'HTTP/1.1 101 Switching Protocols\r\n\r\n';

/** `content` as it may arrive. */
function piecesOf(content) {
  const pieces = [];
  for (let at = 0; at < content.length; at += 16_384)
    pieces.push(content.subarray(at, at + 16_384));
  return pieces;
}

/** Has the first 'upgrade' of a server that answers nothing else. */
function awaitUpgrade(options) {
  const server = http.createServer(options, () => assert.fail('no request'));
  const upgraded = deferred();
  server.on('upgrade', (req, stream, bytes) => {
    const seen = { req, stream, bytes: String(bytes), complete: req.complete };
    upgraded.resolve({ ...seen, isSocket: stream === req.socket });
  });
  return { server, upgraded: upgraded.promise };
}

for (const [form, content, raw] of [
  ['sized', sized(5), 'hello'],
  ['chunked', chunked, '5\r\nhello\r\n0\r\nA: b\r\n\r\n'],
]) {
  onBoth(`before Node 26 ${form} content is the other protocol's`, { skip: before }, async (t) => {
    const { server, upgraded } = awaitUpgrade();
    const client = await t.connect(server);
    client.send(`${content}${raw}behind`);
    const { req, bytes, complete, isSocket } = await upgraded;
    assert.deepStrictEqual([bytes, complete, isSocket], [`${raw}behind`, true, true]);
    assert.strictEqual(String(await contentOf(req)), '');
  });

  onBoth(`${form} content that comes with its head is the request's`, { skip }, async (t) => {
    const { server, upgraded } = awaitUpgrade();
    const client = await t.connect(server);
    client.send(`${content}${raw}behind`);
    const { req, stream, bytes, complete, isSocket } = await upgraded;
    assert.deepStrictEqual([bytes, complete, isSocket], ['behind', true, true]);
    assert.strictEqual(String(await contentOf(req)), 'hello');
    assert.deepStrictEqual({ ...req.trailers }, form === 'chunked' ? { a: 'b' } : {});
    stream.write(SWITCHING);
    stream.pipe(stream);
    client.send('echo');
    await client.untilText(`${SWITCHING}echo`);
    client.end();
    await client.untilEnd();
  });

  onBoth(`${form} content that is cut anywhere`, { skip }, async (t) => {
    for (let at = 0; at < raw.length; at++) {
      const { server, upgraded } = awaitUpgrade();
      const client = await t.connect(server);
      client.send(content + raw.slice(0, at));
      const { req, stream, bytes, complete, isSocket } = await upgraded;
      assert.deepStrictEqual([bytes, complete, isSocket], ['', false, false]);
      assert.ok(stream instanceof Duplex);
      stream.write(SWITCHING);
      await client.untilText(SWITCHING);
      const read = contentOf(req);
      stream.pipe(stream);
      client.send(`${raw.slice(at)}behind`, ' and more');
      assert.strictEqual(String(await read), 'hello');
      await client.untilText(`${SWITCHING}behind and more`);
      client.end();
      await client.untilEnd();
      assert.strictEqual(String(client.bytes), `${SWITCHING}behind and more`);
    }
  });
}

onBoth('who reads the other protocol need not read the content', { skip }, async ({ connect }) => {
  const { server, upgraded } = awaitUpgrade();
  const client = await connect(server);
  client.send(sized(300_000));
  const { stream } = await upgraded;
  stream.pipe(stream);
  client.send(pattern(300_000), 'behind');
  await client.untilText('behind');
  assert.strictEqual(String(client.bytes), 'behind');
});

onBoth('content is read as fast as the request is', { skip }, async ({ connect }) => {
  const { server, upgraded } = awaitUpgrade();
  const client = await connect(server);
  const content = pattern(2_000_000);
  client.send(sized(content.length), ...piecesOf(content), 'behind');
  const { req, stream } = await upgraded;
  for (let i = 0; i < 50; i++) await turn();
  assert.ok(req.readableLength < content.length, 'the rest waits outside');
  assert.ok((await contentOf(req)).equals(content));
  stream.pipe(stream);
  await client.untilText('behind');
});

onBoth('the other protocol is read as fast as its stream is', { skip }, async ({ connect }) => {
  const { server, upgraded } = awaitUpgrade();
  const client = await connect(server);
  client.send(sized(2), '1');
  const { req, stream } = await upgraded;
  const content = pattern(2_000_000);
  client.send('2', ...piecesOf(content));
  client.end();
  assert.strictEqual(String(await contentOf(req)), '12');
  for (let i = 0; i < 50; i++) await turn();
  assert.ok(stream.readableLength < content.length, 'the rest waits outside');
  assert.ok((await contentOf(stream)).equals(content));
});

onNative('a client sends content with its upgrade', async ({ listen }) => {
  const { server, upgraded } = awaitUpgrade();
  const port = await listen(server);
  const headers = { connection: 'upgrade', upgrade: 'echo', 'content-length': 5 };
  const request = http.request({ port, host: '127.0.0.1', method: 'POST', headers });
  const switched = deferred();
  request.on('upgrade', (_res, socket, bytes) => switched.resolve({ socket, bytes }));
  request.end('hello');
  const { req, stream, bytes } = await upgraded;
  stream.write(SWITCHING.replace('\r\n', '\r\nConnection: Upgrade\r\nUpgrade: echo\r\n'));
  const { socket } = await switched.promise;
  socket.end('behind');
  let text = bytes;
  if (hostHas(26)) assert.strictEqual(String(await contentOf(req)), 'hello');
  for await (const chunk of stream) text += chunk;
  assert.strictEqual(text, hostHas(26) ? 'behind' : 'hellobehind');
  stream.destroy();
});

onBoth('CONNECT has no content', async ({ connect }) => {
  const server = http.createServer();
  const connected = deferred();
  server.on('connect', (req, socket, bytes) =>
    connected.resolve([req.complete, socket === req.socket, String(bytes)]),
  );
  const client = await connect(server);
  client.send('CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\nContent-Length: 5\r\n\r\nhello');
  assert.deepStrictEqual(await connected.promise, [true, true, 'hello']);
});

onBoth('content of length 0 is none', async ({ connect }) => {
  const { server, upgraded } = awaitUpgrade();
  const client = await connect(server);
  client.send(`${sized(0)}behind`);
  const { bytes, complete, isSocket } = await upgraded;
  assert.deepStrictEqual([bytes, complete, isSocket], ['behind', true, true]);
});

onBoth('a response that is under way is sent first', { skip }, async ({ connect }) => {
  const server = http.createServer((_req, res) => res.end('plain'));
  const upgraded = deferred();
  server.on('upgrade', async (req, stream) => {
    upgraded.resolve();
    stream.end(`upgraded ${await contentOf(req)}`);
  });
  const client = await connect(server);
  client.send(`GET / HTTP/1.1\r\nHost: a\r\n\r\n${sized(5)}he`);
  await upgraded.promise;
  client.send('llo');
  assert.strictEqual((await client.response()).text, 'plain');
  assert.strictEqual(await client.untilEnd(), 'upgraded hello');
});

onNative('the handle of the socket is looked at amid the content', { skip }, async (t) => {
  const { server, upgraded } = awaitUpgrade();
  const client = await t.connect(server);
  client.send(`${sized(5)}he`);
  const { req, stream } = await upgraded;
  assert.ok(req.socket._handle);
  stream.pipe(stream);
  const read = contentOf(req);
  client.send('llobehind');
  await client.untilText('behind');
  assert.strictEqual(String(await read), 'hello');
});

onNative("until its content is complete the connection is the server's", { skip }, async (t) => {
  const { server, upgraded } = awaitUpgrade();
  const closed = deferred();
  const client = await t.connect(server);
  client.send(`${sized(5)}he`);
  const { req, stream } = await upgraded;
  req.on('error', () => {});
  stream.on('close', closed.resolve);
  server.closeIdleConnections();
  assert.ok(!stream.destroyed);
  server.closeAllConnections();
  await closed.promise;
  await client.untilEnd();
});

onBoth('nobody listens, and the connection is closed', { skip }, async ({ connect }) => {
  const server = http.createServer({ shouldUpgradeCallback: () => true });
  const client = await connect(server);
  client.send(`${sized(5)}he`);
  assert.strictEqual(await client.untilEnd(), '');
});

// Node leaves the request of these without an event, and hears nothing of content that makes no sense.
const better = skip || (onNodeHttp && 'the request is told here what becomes of it');

/** What `after` brings about amid the content: the events of request and stream, and 'clientError'. */
async function eventsOf({ connect }, after) {
  const { server, upgraded } = awaitUpgrade();
  const closed = deferred();
  const log = [];
  server.on('clientError', (error, socket) => {
    log.push(`clientError ${error.code}`);
    socket.destroy(error);
  });
  const client = await connect(server);
  client.send(`${chunked}2\r\nhe\r\n`);
  const { req, stream } = await upgraded;
  for (const event of ['end', 'aborted', 'error', 'close']) {
    req.on(event, (error) => log.push(`req ${event} ${error?.code ?? ''}`.trim()));
    if (event !== 'aborted') stream.on(event, () => log.push(`stream ${event}`));
  }
  let open = 2;
  for (const one of [req, stream]) one.on('close', () => --open === 0 && closed.resolve());
  req.resume();
  after({ client, req, stream });
  await closed.promise;
  assert.strictEqual(req.complete, false);
  return log.sort();
}

for (const [title, after, expected] of [
  [
    'content that makes no sense',
    ({ client }) => client.send('zz\r\n'),
    ['clientError HPE_INVALID_CHUNK_SIZE', 'stream error'],
  ],
  ['the end of the input', ({ client }) => client.end(), ['stream end']],
  ['a stream that is destroyed', ({ stream }) => stream.destroy(), []],
])
  onBoth(`amid the content: ${title}`, { skip: better }, async (t) => {
    const always = ['req aborted', 'req close', 'req error ECONNRESET', 'stream close'];
    // Its end is read on the way, if somebody reads.
    const log = (await eventsOf(t, after)).filter(
      (event) => expected.includes('stream end') || event !== 'stream end',
    );
    assert.deepStrictEqual(log, [...always, ...expected].sort());
  });

onBoth('an error that no stream listens for ends no process', { skip: better }, async (t) => {
  const { server, upgraded } = awaitUpgrade();
  const client = await t.connect(server);
  client.send(`${chunked}2\r\nhe\r\n`);
  await upgraded;
  client.send('zz\r\n');
  assert.match(await client.untilEnd(), /^HTTP\/1\.1 400 /);
});

onNative('a reset amid the content', { skip }, async (t) => {
  const log = await eventsOf(t, ({ client }) => client.reset());
  assert.ok(log.includes('clientError ECONNRESET') && log.includes('stream error'), `${log}`);
});

onNative('requestTimeout holds for the content', { skip }, async ({ connect }) => {
  const options = { requestTimeout: 50, headersTimeout: 50, connectionsCheckingInterval: 10 };
  const { server, upgraded } = awaitUpgrade(options);
  const client = await connect(server);
  client.send(`${sized(5)}he`);
  (await upgraded).req.resume();
  assert.match(await client.untilEnd(), /^HTTP\/1\.1 408 /);
});
