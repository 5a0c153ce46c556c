'use strict';
// The end of an output, and 'close', come in the phases of the event loop in which Node tells them: the first before
// immediates, the second behind them.
const assert = require('node:assert');
const { once } = require('node:events');
const net = require('node:net');
const { test } = require('node:test');
const http = require('../support/subject');

const contexts = {
  __proto__: null,
  'at once': (call) => call(),
  'in an immediate': setImmediate,
  'in a timer': (call) => setTimeout(call, 20),
};
const ways = {
  __proto__: null,
  'socket.end()': ({ req }) => req.socket.end(),
  'socket.destroySoon()': ({ req }) => req.socket.destroySoon(),
  'the last answer': ({ res }) => res.writeHead(200, { connection: 'close' }).end(),
};

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Serves one request by `handle(req, res, log)`; returns the log when the socket has closed and two turns are over. */
async function play(handle) {
  const log = [];
  const server = http.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = net.connect(server.address().port, '127.0.0.1');
  client.on('error', () => {}).resume();
  client.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  const closed = new Promise((resolve) => {
    server.once('request', (req, res) => {
      for (const event of ['error', 'finish', 'close']) req.socket.on(event, () => log.push(event));
      req.socket.on('close', resolve);
      handle(req, res, log);
    });
  });
  server.on('clientError', () => {});
  await closed;
  await turn();
  await turn();
  client.destroy();
  server.close();
  return log;
}

/** Two immediates, the second of the turn behind the first one's. */
function setImmediates(log) {
  setImmediate(() => {
    log.push('immediate');
    setImmediate(() => log.push('next immediate'));
  });
}

for (const context in contexts)
  for (const way in ways)
    test(`${way} ${context}: 'finish' of the socket comes before immediates, 'close' behind them`, async () => {
      const log = await play((req, res, events) => {
        contexts[context](() => {
          setImmediates(events);
          ways[way]({ req, res });
        });
      });
      assert.deepStrictEqual(log.slice(0, 2), ['finish', 'immediate']);
      // Behind end() it is the client's end that closes.
      if (way !== 'socket.end()') assert.deepStrictEqual(log.slice(2), ['close', 'next immediate']);
    });

for (const context of ['at once', 'in a timer'])
  for (const error of [undefined, new Error('on purpose')])
    test(`destroy(${error ? 'error' : ''}) ${context}: 'close' comes behind immediates, before the next turn's`, async () => {
      const log = await play((req, _res, events) => {
        contexts[context](() => {
          setImmediates(events);
          req.socket.destroy(error);
        });
      });
      const told = error ? ['error'] : [];
      assert.deepStrictEqual(log, [...told, 'immediate', 'close', 'next immediate']);
    });

test("destroy() in an immediate: 'close' comes before immediates of the next turn", async () => {
  const log = await play((req, _res, events) => {
    setImmediate(() => {
      setImmediate(() => events.push('next immediate'));
      req.socket.destroy();
    });
  });
  assert.deepStrictEqual(log, ['close', 'next immediate']);
});

test("destroy(), and the handler throws: 'close' comes behind immediates", async () => {
  const listeners = process.rawListeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  try {
    const log = await play((req, _res, events) => {
      process.once('uncaughtException', () => events.push('uncaught'));
      setImmediate(() => events.push('immediate'));
      req.socket.destroy();
      throw new Error('on purpose');
    });
    assert.deepStrictEqual(log, ['uncaught', 'immediate', 'close']);
  } finally {
    for (const listener of listeners) process.on('uncaughtException', listener);
  }
});
