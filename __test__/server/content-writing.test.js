'use strict';
// What `write` and `end` take, and how it goes over the wire.
const assert = require('node:assert');
const { once } = require('node:events');
const http = require('../support/subject');
const { deferred, pattern } = require('../support/events');
const { chunksOf } = require('../support/mode');
const { onBoth } = require('../support/transports');

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';

/** A server whose handler is `answer`, and the response to one GET. */
async function answerOf(connect, answer, request = GET, options) {
  const client = await connect(http.createServer(answer));
  return await client.exchange(request, options);
}

onBoth('end alone sends an empty body with its length', async ({ connect }) => {
  const response = await answerOf(connect, (_req, res) => res.end());
  assert.strictEqual(response.status, 200);
  assert.strictEqual(response.statusMessage, 'OK');
  assert.strictEqual(response.headers['content-length'], '0');
  assert.strictEqual(response.framing, 'length');
});

onBoth('end with a string announces its bytes, not its characters', async ({ connect }) => {
  const response = await answerOf(connect, (_req, res) => res.end('grüße €'));
  assert.strictEqual(response.headers['content-length'], '11');
  assert.strictEqual(response.text, 'grüße €');
});

onBoth('pieces without a length are chunked', async ({ connect }) => {
  const response = await answerOf(connect, (_req, res) => {
    res.write('one');
    res.write('zwölf');
    res.end('last');
  });
  assert.strictEqual(response.headers['transfer-encoding'], 'chunked');
  assert.ok(!('content-length' in response.headers));
  assert.deepStrictEqual(response.chunks.map(String), chunksOf('one', 'zwölf', 'last'));
});

onBoth('pieces with a length are sent as they are', async ({ connect }) => {
  const response = await answerOf(connect, (_req, res) => {
    res.setHeader('Content-Length', 9);
    res.write('one');
    res.write(Buffer.from('two'));
    res.end('six');
  });
  assert.strictEqual(response.framing, 'length');
  assert.strictEqual(response.text, 'onetwosix');
  assert.ok(!('transfer-encoding' in response.headers));
});

onBoth('an empty piece is no chunk, and does not end the body', async ({ connect }) => {
  const response = await answerOf(connect, (_req, res) => {
    res.write('');
    res.write(Buffer.alloc(0));
    res.write('a');
    res.write('');
    res.end('');
  });
  assert.deepStrictEqual(response.chunks.map(String), ['a']);
});

const encodings = [
  ['68656c6c6f', 'hex', 'hello'],
  ['aGVsbG8=', 'base64', 'hello'],
  ['aGVsbG8', 'base64url', 'hello'],
  ['h\u00e9', 'latin1', Buffer.from([0x68, 0xe9])],
  ['h\u00e9', 'binary', Buffer.from([0x68, 0xe9])],
  ['h\u00e9', 'utf8', Buffer.from([0x68, 0xc3, 0xa9])],
  ['hi', 'utf16le', Buffer.from([0x68, 0, 0x69, 0])],
  ['hi', 'ucs2', Buffer.from([0x68, 0, 0x69, 0])],
  ['plain', 'ascii', 'plain'],
];

onBoth('strings of every encoding, written and at the end', async ({ connect }) => {
  const server = http.createServer((req, res) => {
    const [text, encoding] = encodings[Number(req.url.slice(2))];
    if (req.url[1] === 'e') {
      res.end(text, encoding);
    } else {
      res.write(text, encoding);
      res.end();
    }
  });
  const client = await connect(server);
  for (const [i, [, encoding, expected]] of encodings.entries()) {
    for (const way of ['e', 'w']) {
      const { body } = await client.exchange(`GET /${way}${i} HTTP/1.1\r\nHost: a\r\n\r\n`);
      assert.deepStrictEqual(body, Buffer.from(expected), `${encoding}, ${way}`);
    }
  }
});

onBoth('pieces of different encodings keep their order', async ({ connect }) => {
  const response = await answerOf(connect, (_req, res) => {
    res.setHeader('X-Latin', 'caf\u00e9');
    res.write('ä', 'latin1');
    res.write('616263', 'hex');
    res.write('€');
    res.write(Buffer.from([0, 255]));
    res.end('ZGVm', 'base64');
  });
  assert.strictEqual(response.headers['x-latin'], 'caf\u00e9');
  const expected = [Buffer.from([0xe4]), Buffer.from('abc€'), Buffer.from([0, 255]), 'def'];
  assert.deepStrictEqual(response.body, Buffer.concat(expected.map((part) => Buffer.from(part))));
});

onBoth('a view of bytes sends its part of the memory alone', async ({ connect }) => {
  const memory = new Uint8Array(pattern(100));
  const view = memory.subarray(10, 30);
  const sliced = Buffer.from(memory.buffer, memory.byteOffset + 50, 7);
  const response = await answerOf(connect, (_req, res) => {
    res.write(view);
    res.end(sliced);
  });
  assert.deepStrictEqual(response.body, Buffer.concat([view, sliced]));
  const whole = await answerOf(connect, (_req, res) => res.end(view));
  assert.strictEqual(whole.headers['content-length'], '20');
  assert.deepStrictEqual(whole.body, Buffer.from(view));
});

onBoth('chunks of other types are refused', async ({ connect }) => {
  const errors = [];
  const response = await answerOf(connect, (_req, res) => {
    for (const chunk of [1, true, {}, [], undefined, Symbol('s'), new Uint16Array(2)]) {
      for (const method of ['write', 'end']) {
        // Without a chunk, `end` ends.
        if (method === 'end' && chunk === undefined) continue;
        assert.throws(
          () => res[method](chunk),
          { name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE' },
          `${method}(${typeof chunk})`,
        );
      }
    }
    assert.throws(() => res.write(null), { name: 'TypeError', code: 'ERR_STREAM_NULL_VALUES' });
    res.on('error', (error) => errors.push(error));
    res.end('after all');
  });
  assert.ok(response.text.includes('after all'));
  assert.deepStrictEqual(errors, []);
});

onBoth('callbacks of writes and of the end come in order, and once', async ({ connect }) => {
  const log = [];
  const done = deferred();
  const response = await answerOf(connect, (_req, res) => {
    const note = (name) => (error) => {
      assert.ok(error === undefined || error === null, String(error));
      log.push(name);
    };
    res.write('a', note('first'));
    res.write('b', 'latin1', note('second'));
    res.on('finish', note('finish'));
    res.on('close', () => {
      note('close')();
      done.resolve();
    });
    res.end('c', 'utf8', note('end'));
    assert.deepStrictEqual(log, []);
  });
  await done.promise;
  assert.strictEqual(response.text, 'abc');
  assert.deepStrictEqual([...log].sort(), ['close', 'end', 'finish', 'first', 'second']);
  assert.ok(log.indexOf('first') < log.indexOf('second'));
  assert.ok(log.indexOf('second') < log.indexOf('finish'));
  assert.strictEqual(log.at(-1), 'close');
});

onBoth('end(callback) and end(chunk, callback)', async ({ connect }) => {
  for (const args of [[], ['text'], ['text', 'latin1'], [null], [null, null], ['']]) {
    const called = deferred();
    const { text } = await answerOf(connect, (_req, res) => {
      res.end(...args, function callback(...given) {
        called.resolve(given);
      });
    });
    const given = await called.promise;
    assert.ok(given.length === 0 || given[0] == null, String(given[0]));
    assert.strictEqual(text, args[0] ?? '');
  }
});

onBoth('end returns the response, write a boolean', async ({ connect }) => {
  await answerOf(connect, (_req, res) => {
    assert.strictEqual(res.write('x'), true);
    assert.strictEqual(res.end(), res);
  });
});

onBoth('a write behind the end is an error of the response', async ({ connect }) => {
  const seen = deferred();
  const response = await answerOf(connect, (_req, res) => {
    const order = [];
    res.end('done');
    res.on('error', (error) => {
      order.push('event');
      seen.resolve({ error, order });
    });
    assert.strictEqual(
      res.write('more', () => order.push('callback')),
      false,
    );
  });
  const { error, order } = await seen.promise;
  assert.strictEqual(error.code, 'ERR_STREAM_WRITE_AFTER_END');
  assert.strictEqual(error.message, 'write after end');
  assert.deepStrictEqual(order, ['callback', 'event']);
  assert.strictEqual(response.text, 'done');
});

onBoth('a second end does nothing, one with a chunk is an error', async ({ connect }) => {
  const seen = deferred();
  const client = await connect(
    http.createServer((_req, res) => {
      res.end('once');
      assert.strictEqual(res.end(), res);
      res.on('error', seen.resolve);
      assert.strictEqual(res.end('twice'), res);
    }),
  );
  assert.strictEqual((await client.exchange(GET)).text, 'once');
  assert.strictEqual((await seen.promise).code, 'ERR_STREAM_WRITE_AFTER_END');
  assert.strictEqual(client.rest, '');
});

onBoth('the callback of a late end says that it was over', async ({ connect }) => {
  const client = await connect(
    http.createServer((_req, res) => {
      res.end('once');
      res.on('finish', () => {
        res.end((error) => late.resolve(error));
      });
    }),
  );
  const late = deferred();
  await client.exchange(GET);
  assert.strictEqual((await late.promise).code, 'ERR_STREAM_ALREADY_FINISHED');
});

onBoth('writableEnded, writableFinished, finished and headersSent', async ({ connect }) => {
  const states = [];
  const closed = deferred();
  const state = (res) => [
    res.headersSent,
    res.writableEnded,
    res.finished,
    res.writableFinished,
    res.writable,
    res.destroyed,
  ];
  await answerOf(connect, (_req, res) => {
    states.push(state(res));
    res.write('x');
    states.push(state(res));
    res.end();
    states.push(state(res).slice(0, 3));
    res.on('finish', () => states.push(state(res)));
    res.on('close', () => {
      states.push(state(res));
      closed.resolve();
    });
  });
  await closed.promise;
  assert.deepStrictEqual(states, [
    [false, false, false, false, true, false],
    [true, false, false, false, true, false],
    [true, true, true],
    [true, true, true, true, true, false],
    [true, true, true, true, true, true],
  ]);
});

onBoth('writing to a destroyed response tells the callback', async ({ connect }) => {
  const told = deferred();
  const client = await connect(
    http.createServer((_req, res) => {
      res.on('error', () => {});
      res.destroy();
      assert.strictEqual(res.write('x', told.resolve), false);
    }),
  );
  client.send(GET);
  assert.strictEqual((await told.promise).code, 'ERR_STREAM_DESTROYED');
  await client.untilEnd();
  assert.strictEqual(client.length, 0);
});

onBoth('what was written before destroy does not look complete', async ({ connect }) => {
  const server = http.createServer((_req, res) => {
    res.write('some');
    setImmediate(() => res.destroy());
    res.on('close', () => closed.resolve(res.writableFinished));
  });
  const closed = deferred();
  const client = await connect(server);
  client.send(GET);
  assert.strictEqual(await closed.promise, false);
  await client.untilEnd();
  assert.ok(!client.rest.includes('0\r\n\r\n'));
});

onBoth('finish comes when the connection has taken everything', async ({ connect }) => {
  const server = http.createServer((_req, res) => {
    res.end(pattern(300_000));
    finish.resolve(once(res, 'finish').then(() => res.socket?.writableLength ?? 0));
  });
  const finish = deferred();
  const client = await connect(server);
  const { body } = await client.exchange(GET);
  assert.deepStrictEqual(body, pattern(300_000));
  assert.strictEqual(await finish.promise, 0);
});

onBoth('a piece in an unknown encoding is refused when it is written', async ({ connect }) => {
  const refused = [];
  const refuse = (write) => {
    assert.throws(write, { code: 'ERR_UNKNOWN_ENCODING', name: 'TypeError' });
    refused.push(write);
  };
  const response = await answerOf(connect, (_req, res) => {
    res.setHeader('Content-Length', 3);
    refuse(() => res.write('a', 'nope'));
    refuse(() => res.write('a', {}));
    refuse(() => res.write(Buffer.from('a'), 'nope'));
    res.write('one', 'UTF-8');
    refuse(() => res.end('b', 'nope'));
    res.end();
  });
  assert.strictEqual(refused.length, 4);
  assert.strictEqual(response.text, 'one');
});

onBoth('so is content that would leave with its head', async ({ connect }) => {
  const response = await answerOf(connect, (_req, res) => {
    res.setHeader('Content-Length', 3);
    assert.throws(() => res.end('b', 'nope'), { message: 'Unknown encoding: nope' });
    res.end('one');
  });
  assert.strictEqual(response.text, 'one');
});

onBoth('content for a response that is over is told to nobody', async ({ connect }) => {
  const told = [];
  const closed = deferred();
  const response = await answerOf(connect, (_req, res) => {
    res.on('error', ({ code }) => told.push(code));
    res.on('close', () => {
      res.write('more', ({ code }) => told.push(`write: ${code}`));
      res.end('more', ({ code }) => told.push(`end: ${code}`));
      setImmediate(closed.resolve);
    });
    res.end('all');
  });
  await closed.promise;
  assert.strictEqual(response.text, 'all');
  assert.deepStrictEqual(told, ['write: ERR_STREAM_WRITE_AFTER_END']);
});
