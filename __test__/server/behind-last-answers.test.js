'use strict';
// The socket of an answer that ends the connection is open until that has finished, and closed a turn later. What a program writes on it behind an answer that ends the connection is sent before its end, as
// long as the answer has not finished.
const assert = require('node:assert');
const http = require('../support/subject');
const { deferred, logEvents } = require('../support/events');
const { hostHas } = require('../support/mode');
const { onBoth, onNative } = require('../support/transports');

const HEADS = {
  'Connection: close': 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
  'HTTP/1.0': 'GET / HTTP/1.0\r\n\r\n',
};
const LARGE = 'z'.repeat(3_000_000);

/** `(res, socket)` answers, and returns what has to be sent behind the answer. */
const WAYS = {
  'at once'(res, socket) {
    res.end('x');
    socket.write('raw');
    return 'raw';
  },
  'behind an empty answer'(res, socket) {
    res.end();
    socket.write('raw');
    return 'raw';
  },
  'on a socket that is listened to'(res, socket) {
    socket.on('close', () => {});
    res.end('x');
    socket.write('raw');
    return 'raw';
  },
  'with its end'(res, socket) {
    res.end('x');
    socket.end('raw');
    return 'raw';
  },
  'behind an answer in pieces'(res, socket) {
    res.write('x');
    setImmediate(() => {
      res.end('y');
      socket.write('raw');
    });
    return 'raw';
  },
  "in 'prefinish'"(res, socket) {
    res.on('prefinish', () => socket.write('raw'));
    res.end('x');
    return 'raw';
  },
  'more than the system takes'(res, socket) {
    res.end('x');
    socket.write(LARGE);
    return LARGE;
  },
  'behind more than the system takes'(res, socket) {
    res.end(LARGE);
    socket.write('raw');
    return 'raw';
  },
};

// Before, the callback is one of the listeners of 'finish', behind that of the connection.
if (hostHas(24))
  WAYS['in the callback of end()'] = (res, socket) => {
    res.end('x', () => socket.write('raw'));
    return 'raw';
  };

for (const [name, head] of Object.entries(HEADS))
  for (const [way, answer] of Object.entries(WAYS))
    onBoth(`written behind an answer to ${name}, ${way}`, async ({ connect }) => {
      let raw;
      const server = http.createServer((req, res) => {
        raw = answer(res, req.socket);
      });
      const client = await connect(server);
      client.send(head);
      await client.untilEnd();
      assert.ok(client.bytes.toString('latin1').endsWith(raw));
    });

for (const event of ['finish', 'close'])
  onNative(
    `the socket in '${event}' of a last answer, and what it tells then`,
    async ({ connect }) => {
      const log = [];
      const closed = deferred();
      const server = http.createServer(({ socket }, res) => {
        res.on(event, () => {
          const { localAddress, writable, writableEnded, writableFinished } = socket;
          log.push([localAddress, writable, writableEnded, writableFinished]);
          logEvents(socket, ['finish', 'close'], log);
          socket.on('close', closed.resolve);
        });
        res.end('x');
      });
      const client = await connect(server);
      client.send(HEADS['HTTP/1.0']);
      await client.untilEnd();
      client.end();
      await closed.promise;
      assert.deepStrictEqual(log, [['127.0.0.1', false, true, false], 'finish', 'close']);
    },
  );

onNative("a socket tells 'drain' behind an answer that has filled it", async ({ connect }) => {
  const log = [];
  const server = http.createServer(({ socket }, res) => {
    logEvents(socket, ['drain'], log);
    logEvents(res, ['finish'], log);
    res.end('z'.repeat(socket.writableHighWaterMark));
  });
  const client = await connect(server);
  client.send(HEADS['HTTP/1.0']);
  await client.untilEnd();
  assert.deepStrictEqual(log, ['drain', 'finish']);
});

const CALLS = {
  write: (socket) => socket.write('raw'),
  end: (socket) => socket.end('raw'),
  'destroy with an error': (socket) => socket.destroy(new Error('mine')),
};

for (const [name, call] of Object.entries(CALLS))
  for (const event of ['finish', 'close'])
    onNative(
      `${name} in the immediate behind '${event}' of a last answer is nobody's error`,
      async ({ connect }) => {
        const log = [];
        const closed = deferred();
        const server = http.createServer(({ socket }, res) => {
          res.on(event, () =>
            setImmediate(() => {
              call(socket);
              socket.on('error', () => log.push('error'));
              socket.on('close', (hadError) => closed.resolve(hadError));
            }),
          );
          res.end('x');
        });
        server.on('clientError', () => log.push('clientError'));
        const client = await connect(server);
        client.send(HEADS['HTTP/1.0']);
        await client.untilEnd();
        assert.strictEqual(await closed.promise, false);
        assert.deepStrictEqual(log, []);
      },
    );
