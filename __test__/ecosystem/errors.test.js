'use strict';
// Texts and codes of errors that packages and their tests compare.
const assert = require('node:assert');
const { once } = require('node:events');
const net = require('node:net');
const { test } = require('node:test');
const http = require('../support/subject');
const { answering, listen, serve, get } = require('./ends');

const limit = { timeout: 60_000 };

const errorOf = async (emitter) => (await once(emitter, 'error'))[0];

test(
  "'socket hang up' with ECONNRESET when a server closes without an answer",
  limit,
  async (t) => {
    const server = net.createServer((socket) => socket.once('data', () => socket.end()));
    const port = await listen(t, server);
    const error = await errorOf(http.get({ port, host: '127.0.0.1', agent: false }));
    assert.deepStrictEqual([error.code, error.message], ['ECONNRESET', 'socket hang up']);
  },
);

test('the same for a request that is destroyed', limit, async (t) => {
  const port = await listen(t, net.createServer());
  const req = http.get({ port, host: '127.0.0.1', agent: false });
  req.on('socket', (socket) => socket.on('connect', () => req.destroy()));
  const error = await errorOf(req);
  assert.deepStrictEqual([error.code, error.message], ['ECONNRESET', 'socket hang up']);
});

test("'aborted' with ECONNRESET for an answer that breaks off", limit, async (t) => {
  const options = await answering(t, 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nbegun');
  const [res] = await once(http.get({ ...options, agent: false }), 'response');
  const error = await errorOf(res.resume());
  assert.deepStrictEqual([error.code, error.message], ['ECONNRESET', 'aborted']);
});

test('ECONNREFUSED with its fields', limit, async () => {
  const closed = net.createServer().listen(0, '127.0.0.1');
  await once(closed, 'listening');
  const { port } = closed.address();
  await new Promise((resolve) => closed.close(resolve));
  const error = await errorOf(http.get({ port, host: '127.0.0.1', agent: false }));
  const { address, code, message, syscall } = error;
  assert.deepStrictEqual(
    { address, code, message, port: error.port, syscall, errno: typeof error.errno },
    {
      address: '127.0.0.1',
      code: 'ECONNREFUSED',
      message: `connect ECONNREFUSED 127.0.0.1:${port}`,
      port,
      syscall: 'connect',
      errno: 'number',
    },
  );
});

test('HPE_ codes for what no answer may be', limit, async (t) => {
  for (const [bytes, code] of [
    ['nonsense\r\n\r\n', 'HPE_INVALID_CONSTANT'],
    ['HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n', 'HPE_INVALID_CONTENT_LENGTH'],
    ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n', 'HPE_INVALID_CHUNK_SIZE'],
  ]) {
    const req = http.get({ ...(await answering(t, bytes)), agent: false });
    const error = await new Promise((resolve) => {
      req.on('error', resolve).on('response', (res) => res.resume().on('error', resolve));
    });
    assert.strictEqual(error.code, code);
    assert.match(error.message, /^Parse Error: /);
    assert.strictEqual(typeof error.reason, 'string');
    assert.ok(error.bytesParsed >= 0 && Buffer.isBuffer(error.rawPacket));
  }
});

test('errors thrown at who sets headers and writes', limit, async (t) => {
  const codes = [];
  const note = (act) => {
    try {
      act();
    } catch (error) {
      codes.push(`${error.name} ${error.code}`);
    }
  };
  const { client } = await serve(t, http, (_req, res) => {
    note(() => res.setHeader('bad name', 'x'));
    note(() => res.setHeader('X-A', 'bad\nvalue'));
    note(() => res.setHeader('X-A'));
    note(() => res.writeHead(99));
    note(() => res.write(7));
    res.writeHead(200);
    note(() => res.setHeader('X-A', 'b'));
    note(() => res.writeHead(200));
    res.on('error', (error) => codes.push(`emitted ${error.code}`));
    res.end('x');
    res.write('late');
  });
  await client.exchange(get);
  while (codes.length < 8) await new Promise(setImmediate);
  note(() => http.request({ path: '/a b' }));
  note(() => http.request({ method: 'BAD METHOD' }));
  note(() => http.request({ protocol: 'ftp:' }));
  assert.deepStrictEqual(codes, [
    'TypeError ERR_INVALID_HTTP_TOKEN',
    'TypeError ERR_INVALID_CHAR',
    'TypeError ERR_HTTP_INVALID_HEADER_VALUE',
    'RangeError ERR_HTTP_INVALID_STATUS_CODE',
    'TypeError ERR_INVALID_ARG_TYPE',
    'Error ERR_HTTP_HEADERS_SENT',
    'Error ERR_HTTP_HEADERS_SENT',
    'emitted ERR_STREAM_WRITE_AFTER_END',
    'TypeError ERR_UNESCAPED_CHARACTERS',
    'TypeError ERR_INVALID_HTTP_TOKEN',
    'TypeError ERR_INVALID_PROTOCOL',
  ]);
});
