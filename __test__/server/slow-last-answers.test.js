'use strict';
// An answer behind which the connection closes, to a client that reads later than it is written: its end is told
// as that of any other, and before that of the socket.
const assert = require('node:assert');
const { Readable, pipeline } = require('node:stream');
const http = require('../support/subject');
const { deferred, logEvents, pattern } = require('../support/events');
const { onNative } = require('../support/transports');

const LENGTH = 6 * 1024 * 1024;
const content = pattern(LENGTH);

const requests = {
  'HTTP/1.1': 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
  'HTTP/1.0': 'GET / HTTP/1.0\r\n\r\n',
};
/** Each sends the content; `done` is called when all of it has been sent, with the error if not. */
const ways = {
  'end()': (res, done) => res.end(content, done),
  'end() with text': (res, done) => res.end(content.latin1Slice(), 'latin1', done),
  'write() and end()'(res, done) {
    res.write(content, (error) => error && done(error));
    res.end(done);
  },
  'pipeline()': (res, done) => pipeline(Readable.from([content]), res, done),
};
const sockets = {
  'nobody looks at': () => {},
  'somebody listens to': (socket, log) => logEvents(socket, ['finish', 'close'], log, 'socket '),
};

for (const [version, request] of Object.entries(requests))
  for (const [way, send] of Object.entries(ways))
    for (const [who, look] of Object.entries(sockets))
      onNative(`${way}, ${version}, a socket that ${who}`, async ({ connect }) => {
        const log = [];
        const answered = deferred();
        const ended = deferred();
        const server = http.createServer((req, res) => {
          look(req.socket, log);
          logEvents(res, ['finish', 'close'], log);
          res.on('close', () => ended.resolve(res.writableFinished));
          // Behind this turn of the loop, as answers of most programs.
          setImmediate(() => {
            res.setHeader('Content-Length', LENGTH);
            send(res, (error) => log.push(error ? error.code : 'sent'));
            answered.resolve();
          });
        });
        const client = await connect(server);
        client.stream.pause();
        client.send(request);
        await answered.promise;
        client.stream.resume();
        await client.untilEnd();
        assert.ok(client.bytes.subarray(-LENGTH).equals(content));
        assert.strictEqual(await ended.promise, true);
        client.end();
        await client.untilClosed();
        const told = sockets[who] === sockets['nobody looks at'] ? 2 : 4;
        while (log.length < told + 1) await new Promise(setImmediate);
        assert.deepStrictEqual(
          log.filter((event) => event !== 'sent'),
          ['finish', 'close', 'socket finish', 'socket close'].slice(0, told),
        );
        assert.ok(log.includes('sent'));
      });

onNative("a small one tells 'finish' of the socket, too, whenever it is given", async (context) => {
  const log = [];
  const closed = deferred();
  const server = http.createServer((req, res) => {
    logEvents(req.socket, ['finish', 'close'], log);
    req.socket.on('close', closed.resolve);
    setTimeout(() => res.end('small'), 1);
  });
  const client = await context.connect(server);
  assert.strictEqual((await client.exchange(requests['HTTP/1.1'])).text, 'small');
  await closed.promise;
  assert.deepStrictEqual(log, ['finish', 'close']);
});
