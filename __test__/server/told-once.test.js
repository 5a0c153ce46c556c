'use strict';
// An error of a connection is told once: to 'clientError'. What its listener does to the socket is a
// consequence, which those who listen on the socket itself may hear of.
const assert = require('node:assert');
const { once } = require('node:events');
const http = require('../support/subject');
const { onNodeHttp } = require('../support/mode');
const { onBoth, onNative } = require('../support/transports');

const inputs = {
  'no request': 'this is no request\r\n\r\n',
  'the end inside a head': 'GET / HT',
  'the end inside content': 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc',
  'a bad chunk': 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n',
  'too long a head': `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(17_000)}\r\n\r\n`,
};
const replies = {
  'destroy(error)': (socket, error) => socket.destroy(error),
  'destroy(another error)': (socket) => socket.destroy(new Error('mine')),
  'destroy()': (socket) => socket.destroy(),
  'end(answer)': (socket) => socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n'),
  'a look at the handle, then end(answer)'(socket) {
    assert.notStrictEqual(socket._handle, null);
    socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
  },
  'an answer, then destroy(error)'(socket, error) {
    socket.write('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
    socket.destroy(error);
  },
};

for (const [input, bytes] of Object.entries(inputs)) {
  for (const [reply, act] of Object.entries(replies)) {
    for (const isWatched of [false, true]) {
      const title = `${input}, ${reply}${isWatched ? ', the socket is listened to' : ''}`;
      onBoth(`'clientError' is emitted once: ${title}`, async ({ connect }) => {
        const told = [];
        const failures = [];
        let socketClosed;
        const server = http.createServer((req) => req.on('error', () => {}));
        if (isWatched) {
          server.on('connection', (socket) => {
            socket.on('error', (error) => failures.push(error));
          });
        }
        server.on('clientError', (error, socket) => {
          told.push(error);
          socketClosed = once(socket, 'close').catch(() => {});
          act(socket, error);
        });
        const client = await connect(server);
        client.send(bytes);
        if (input.startsWith('the end')) client.end();
        await client.untilEnd();
        client.end();
        await socketClosed;
        assert.strictEqual(told.length, 1);
        assert.strictEqual(failures.length, isWatched && reply.includes('error') ? 1 : 0);
      });
    }
  }
}

onNative('a reset behind a malformed request is not told', async ({ connect }) => {
  const told = [];
  let closed;
  const server = http.createServer();
  server.on('clientError', (error, socket) => {
    told.push(error.code);
    closed ??= new Promise((resolve) => socket.on('close', resolve));
  });
  const client = await connect(server);
  client.send('this is no request\r\n\r\n');
  while (told.length === 0) await new Promise(setImmediate);
  client.reset();
  await closed;
  assert.strictEqual(told.length, 1);
});

const repeats = onNodeHttp && "Node's parser says the same of each further piece, here without end";

onNative(
  'what is put into the stream behind it, is no request',
  { skip: repeats },
  async ({ connect }) => {
    const told = [];
    const server = http.createServer(() => told.push('request'));
    server.on('clientError', (error, socket) => {
      told.push(error.code);
      socket.unshift(Buffer.from('GET / HTTP/1.1\r\nHost: a\r\n\r\n'));
      socket.end('bye');
    });
    const client = await connect(server);
    client.send('this is no request\r\n\r\n');
    assert.strictEqual(String(await client.untilEnd()), 'bye');
    assert.deepStrictEqual(told, ['HPE_INVALID_METHOD']);
  },
);
