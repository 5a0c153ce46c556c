'use strict';
// The content of requests: how it is delimited, and what its writer is told.
const assert = require('node:assert');
const { once } = require('node:events');
const { contentOf, pattern } = require('../support/events');
const { completeResponse, errorOf, untilEvent } = require('./observe');
const { onEveryWay, onOneWay, onSocketWays } = require('./ways');

async function untilConnected(req) {
  const socket = req.socket ?? (await once(req, 'socket'))[0];
  if (socket.connecting) await once(socket, 'connect');
}

/** Lets `write(req)` write a POST and resolves to the request as the server got it. */
async function written({ accept, request }, options, write) {
  const req = request({ method: 'POST', ...options });
  write(req);
  const peer = await accept();
  const received = await peer.request();
  const done = completeResponse(req);
  peer.answer();
  await done;
  return received;
}

onEveryWay('end(content) says the length', async (world) => {
  const { framing, headers, text } = await written(world, {}, (req) => req.end('cöntent'));
  assert.strictEqual(text, 'cöntent');
  assert.strictEqual(framing, 'length');
  assert.strictEqual(headers['content-length'], '8');
});

onEveryWay('write() and end() are chunks', async (world) => {
  const { chunks, framing } = await written(world, {}, (req) => {
    req.write('one');
    req.write('');
    req.write(Buffer.from('two'));
    req.write(new Uint8Array([51, 51]));
    req.end('four');
  });
  assert.strictEqual(framing, 'chunked');
  assert.deepStrictEqual(chunks.map(String), ['one', 'two', '33', 'four']);
});

onEveryWay('a length that is said is used', async (world) => {
  const options = { headers: { 'Content-Length': 6 } };
  const { framing, text } = await written(world, options, (req) => {
    req.write('one');
    req.end('two');
  });
  assert.strictEqual(framing, 'length');
  assert.strictEqual(text, 'onetwo');
});

onEveryWay('POST without content', async (world) => {
  const { framing, headers } = await written(world, {}, (req) => req.end());
  assert.strictEqual(headers['content-length'], '0');
  assert.strictEqual(framing, 'length');
});

for (const method of ['GET', 'HEAD', 'DELETE', 'OPTIONS', 'TRACE']) {
  onOneWay(`${method} without content says nothing of it`, async (world) => {
    const { headers } = await written(world, { method }, (req) => req.end());
    assert.ok(!('content-length' in headers));
    assert.ok(!('transfer-encoding' in headers));
  });
}

onEveryWay('GET with content', async (world) => {
  const options = { method: 'GET', headers: { 'Content-Length': 4 } };
  assert.strictEqual((await written(world, options, (req) => req.end('body'))).text, 'body');
});

onEveryWay('encodings of strings', async (world) => {
  const { body } = await written(world, {}, (req) => {
    req.write('e4f6', 'hex');
    req.write('5Pb8', 'base64');
    req.write('äöü', 'latin1');
    req.end('ü', 'utf16le');
  });
  assert.strictEqual(body.toString('hex'), 'e4f6e4f6fce4f6fcfc00');
});

onEveryWay('trailers', async (world) => {
  const options = { headers: { Trailer: 'X-Sum' } };
  const { text, trailers } = await written(world, options, (req) => {
    req.write('content');
    req.addTrailers({ 'X-Sum': 'abc' });
    req.end();
  });
  assert.strictEqual(text, 'content');
  assert.deepStrictEqual(trailers, [['X-Sum', 'abc']]);
});

onEveryWay('callbacks of write() and end(), in order', async (world) => {
  const log = [];
  await written(world, {}, (req) => {
    req.write('one', () => log.push('one'));
    req.write('two', 'utf8', (error) => log.push(`two ${error}`));
    req.on('finish', () => log.push('finish'));
    req.end('three', () => log.push('end'));
  });
  assert.deepStrictEqual(log.slice(0, 1), ['one']);
  assert.match(log[1], /^two (undefined|null)$/);
  assert.deepStrictEqual(log.slice(2).sort(), ['end', 'finish']);
});

onEveryWay('a large request arrives whole', async ({ request, serve }) => {
  const content = pattern(3_000_000);
  let received;
  serve(async (req, res) => {
    received = await contentOf(req);
    res.end('ok');
  });
  const req = request({ method: 'POST' });
  const done = completeResponse(req);
  req.end(content);
  await done;
  assert.ok(received.equals(content));
});

onEveryWay("'drain' for a server that reads slowly", async ({ accept, request }) => {
  const req = request({ method: 'PUT' });
  req.on('error', () => {});
  const peer = await Promise.race([accept(), untilEvent(req, 'close')]);
  peer.stream.pause();
  const block = pattern(64 * 1024);
  let blocks = 0;
  while (req.write(block)) blocks++;
  assert.ok(req.writableNeedDrain);
  assert.ok(req.writableLength > 0);
  const drained = untilEvent(req, 'drain');
  peer.stream.resume();
  await drained;
  assert.strictEqual(req.writableNeedDrain, false);
  const done = completeResponse(req);
  req.end();
  const { body } = await peer.request();
  assert.strictEqual(body.length, (blocks + 1) * block.length);
  peer.answer();
  await done;
});

onEveryWay("'drain' tells of room, also to a listener that writes", async ({ accept, request }) => {
  const req = request({ method: 'PUT' });
  req.flushHeaders();
  await untilConnected(req);
  const peer = await Promise.race([accept(), untilEvent(req, 'close')]);
  await new Promise(setImmediate);
  peer.stream.pause();
  const block = Buffer.alloc(8 << 20);
  const log = [];
  const write = () => assert.ok(!req.write(block, () => log.push('callback')));
  req.on('drain', () => {
    log.push(req.writableLength === 0 && !req.writableNeedDrain ? 'room' : 'no room');
    if (log.filter((event) => event === 'room').length < 3) write();
    else req.end();
  });
  write();
  const done = completeResponse(req);
  peer.stream.resume();
  const { body } = await peer.request();
  assert.strictEqual(body.length, 3 * block.length);
  peer.answer();
  await done;
  assert.deepStrictEqual(log, ['room', 'callback', 'room', 'callback', 'room', 'callback']);
});

onEveryWay('much is written and all arrives in order', async ({ request, serve }) => {
  const content = pattern(1_500_000);
  let received;
  serve(async (req, res) => {
    received = await contentOf(req);
    res.end();
  });
  const req = request({ method: 'POST' });
  const done = completeResponse(req);
  for (let at = 0; at < content.length; at += 33_333) {
    if (!req.write(content.subarray(at, at + 33_333))) await untilEvent(req, 'drain');
  }
  req.end();
  await done;
  assert.ok(received.equals(content));
});

onSocketWays('what is written before the socket exists waits', async ({ accept, request }) => {
  const req = request({ method: 'POST' });
  assert.strictEqual(req.socket, null);
  req.write('one');
  req.write('two');
  assert.ok(req.outputData.length > 0);
  assert.ok(req.writableLength > 0);
  const peer = await accept();
  await peer.untilText('3\r\ntwo\r\n');
  assert.strictEqual(req.outputData.length, 0);
  req.end();
  const done = completeResponse(req);
  const { text } = await peer.request();
  assert.strictEqual(text, 'onetwo');
  peer.answer();
  await done;
});

onOneWay('head and first content leave together', async ({ accept, request }) => {
  const req = request({ method: 'POST' });
  const pieces = [];
  req.end('content');
  const peer = await accept();
  peer.stream.on('data', (chunk) => pieces.push(`${chunk}`));
  await peer.request();
  assert.strictEqual(pieces.length, 1);
  peer.answer();
  await completeResponse(req);
});

onEveryWay('strictContentLength', async ({ request }) => {
  const make = (length) => {
    const req = request({ method: 'POST', headers: { 'Content-Length': length } });
    req.strictContentLength = true;
    req.on('error', () => {});
    req.flushHeaders();
    return req;
  };
  const mismatch = { code: 'ERR_HTTP_CONTENT_LENGTH_MISMATCH', name: 'Error' };
  const tooMuch = make(3);
  assert.throws(() => tooMuch.write('four'), mismatch);
  const tooLittle = make(5);
  tooLittle.write('four');
  assert.throws(() => tooLittle.end(), mismatch);
  tooMuch.destroy();
  tooLittle.destroy();
  await untilEvent(tooLittle, 'close');
});

onOneWay('wrong content throws', async ({ accept, request }) => {
  const req = request({ method: 'POST' });
  const type = { code: 'ERR_INVALID_ARG_TYPE', name: 'TypeError' };
  for (const value of [undefined, 1, {}, true]) assert.throws(() => req.write(value), type);
  assert.throws(() => req.write(null), { code: 'ERR_STREAM_NULL_VALUES', name: 'TypeError' });
  assert.throws(() => req.end(1), type);
  req.end();
  const peer = await accept();
  await peer.request();
  peer.answer();
  await completeResponse(req);
});

onEveryWay('write() after end()', async ({ accept, request }) => {
  const req = request({ method: 'POST' });
  req.end('x');
  const error = errorOf(req);
  const told = new Promise((resolve) => req.write('more', resolve));
  assert.strictEqual((await told).code, 'ERR_STREAM_WRITE_AFTER_END');
  assert.strictEqual((await error).code, 'ERR_STREAM_WRITE_AFTER_END');
  await accept();
  req.on('error', () => {}); // that of being destroyed
  req.destroy();
});

onEveryWay('end() twice', async ({ accept, request }) => {
  const req = request({ method: 'POST' });
  req.end('x');
  assert.strictEqual(req.end(), req);
  const told = new Promise((resolve) => req.end(resolve));
  const peer = await accept();
  await peer.request();
  const error = await told;
  assert.ok(!error || error.code === 'ERR_STREAM_ALREADY_FINISHED', `${error}`);
  const done = completeResponse(req);
  peer.answer();
  await done;
});

onEveryWay('end(callback)', async ({ accept, request }) => {
  const req = request({ method: 'POST' });
  const called = new Promise((resolve) => req.end(resolve));
  const peer = await accept();
  await peer.request();
  await called;
  assert.strictEqual(req.writableFinished, true);
  const done = completeResponse(req);
  peer.answer();
  await done;
});

onEveryWay('write() after destroy()', async ({ accept, request }) => {
  const req = request({ method: 'POST' });
  req.on('error', () => {});
  req.flushHeaders();
  const peer = await accept();
  await peer.head();
  const closed = untilEvent(req, 'close');
  req.destroy();
  const told = new Promise((resolve) => req.write('late', resolve));
  assert.strictEqual((await told).code, 'ERR_STREAM_DESTROYED');
  await closed;
  await peer.untilClosed();
});

onEveryWay('the server goes while much is written', async ({ accept, request }) => {
  const req = request({ method: 'POST' });
  const error = errorOf(req);
  const closed = untilEvent(req, 'close');
  const block = pattern(256 * 1024);
  req.write(block);
  const peer = await accept();
  await peer.head();
  for (let i = 0; i < 20; i++) req.write(block);
  peer.destroy();
  assert.ok(['ECONNRESET', 'EPIPE'].includes((await error).code));
  await closed;
  assert.strictEqual(req.destroyed, true);
});

onOneWay('Transfer-Encoding that is said by hand', async (world) => {
  const options = { headers: { 'Transfer-Encoding': 'chunked' } };
  const { framing, text } = await written(world, options, (req) => req.end('content'));
  assert.strictEqual(framing, 'chunked');
  assert.strictEqual(text, 'content');
});

onOneWay('Connection: close that is said by hand', async ({ accept, agent, get }) => {
  const req = get({ headers: { Connection: 'close' } });
  const peer = await accept();
  assert.strictEqual((await peer.request()).headers.connection, 'close');
  req.on('response', (res) => res.resume());
  const closed = untilEvent(req, 'close');
  peer.answer('x', 'Connection: close\r\n');
  await closed;
  await peer.untilClosed();
  assert.deepStrictEqual(Object.keys(agent.freeSockets), []);
});

onSocketWays('writes that wait gather no listeners', async ({ accept, request }) => {
  const req = request({ method: 'POST' });
  const block = pattern(256 * 1024);
  req.write(block);
  const peer = await accept();
  await peer.head();
  for (let i = 0; i < 20; i++) req.write(block);
  assert.ok(req.socket.listenerCount('drain') <= 2, `${req.socket.listenerCount('drain')}`);
  const closed = untilEvent(req, 'close');
  req.on('error', () => {});
  peer.destroy();
  await closed;
});

// What is corked before there is a connection, is uncorked on it.
for (const connected of [false, true]) {
  onSocketWays(
    `corks of a request, undone ${connected ? 'on its connection' : 'before'}`,
    async (world) => {
      const { text } = await written(world, {}, async (req) => {
        req.write('one');
        req.cork();
        req.cork();
        req.write('two');
        if (connected) await untilConnected(req);
        req.write('three');
        req.uncork();
        req.uncork();
        req.end('four');
      });
      assert.strictEqual(text, 'onetwothreefour');
    },
  );

  onSocketWays(
    `corks of a socket, undone ${connected ? 'on its connection' : 'before'}`,
    async (world) => {
      const { text } = await written(world, {}, async (req) => {
        req.write('one');
        const socket = req.socket ?? (await once(req, 'socket'))[0];
        socket.cork();
        req.write('two');
        if (connected) await untilConnected(req);
        req.write('three');
        socket.uncork();
        req.end('four');
      });
      assert.strictEqual(text, 'onetwothreefour');
    },
  );
}
