'use strict';
// The head of a response: status line, fields, how they are set and what goes out.
const assert = require('node:assert');
const http = require('../support/subject');
const { deferred } = require('../support/events');
const { hostHas, newerThanHost, onNodeHttp } = require('../support/mode');
const { onBoth } = require('../support/transports');

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';

async function answerOf(connect, answer, options = {}) {
  const client = await connect(http.createServer(options, answer));
  return await client.exchange(GET);
}

onBoth('the implicit head has date, connection and length', async ({ connect }) => {
  const before = Math.floor(Date.now() / 1000) * 1000;
  const response = await answerOf(connect, (_req, res) => res.end('x'));
  assert.deepStrictEqual(response.names, ['Date', 'Connection', 'Keep-Alive', 'Content-Length']);
  const date = Date.parse(response.headers.date);
  assert.strictEqual(new Date(date).toUTCString(), response.headers.date);
  assert.ok(date >= before - 1000 && date <= Date.now());
  assert.strictEqual(response.headers.connection, 'keep-alive');
  assert.strictEqual(response.headers['keep-alive'], 'timeout=5');
});

onBoth('own fields come first, in their case and order', async ({ connect }) => {
  const response = await answerOf(connect, (_req, res) => {
    res.setHeader('X-Two', 2);
    res.setHeader('x-ONE', 'one');
    res.setHeader('X-Two', 'changed');
    res.end();
  });
  assert.deepStrictEqual(response.fields.slice(0, 2), [
    ['X-Two', 'changed'],
    ['x-ONE', 'one'],
  ]);
});

onBoth('own Date, Connection and Content-Length take the place of ours', async ({ connect }) => {
  const response = await answerOf(connect, (_req, res) => {
    res.setHeader('date', 'yesterday');
    res.setHeader('CONTENT-LENGTH', '1');
    res.setHeader('Connection', 'close');
    res.end('x');
  });
  assert.deepStrictEqual(response.fields, [
    ['date', 'yesterday'],
    ['CONTENT-LENGTH', '1'],
    ['Connection', 'close'],
  ]);
});

onBoth('sendDate switches the date off', async ({ connect }) => {
  const response = await answerOf(connect, (_req, res) => {
    assert.strictEqual(res.sendDate, true);
    res.sendDate = false;
    res.end();
  });
  assert.ok(!('date' in response.headers));
});

onBoth('statusCode and statusMessage', async ({ connect }) => {
  const status = async (set) => {
    const response = await answerOf(connect, (_req, res) => {
      set(res);
      res.end();
    });
    return [response.status, response.statusMessage];
  };
  const cases = [
    [{ statusCode: 404 }, [404, 'Not Found']],
    [{ statusCode: 404, statusMessage: 'Nowhere' }, [404, 'Nowhere']],
    [{ statusCode: 299 }, [299, 'unknown']],
    [{ statusCode: '201' }, [201, 'Created']],
    [{ statusMessage: 'Fine' }, [200, 'Fine']],
    [{ statusMessage: '' }, [200, 'OK']],
  ];
  for (const [fields, expected] of cases)
    assert.deepStrictEqual(await status((res) => Object.assign(res, fields)), expected);
});

onBoth('statusMessage is set by the head', async ({ connect }) => {
  const messages = [];
  await answerOf(connect, (_req, res) => {
    messages.push(res.statusMessage);
    res.writeHead(202);
    messages.push(res.statusMessage, res.statusCode);
    res.end();
  });
  assert.deepStrictEqual(messages, [undefined, 'Accepted', 202]);
});

const forms = [
  ['an object', { 'X-A': '1', 'X-B': ['2', '3'] }],
  ['a flat array', ['X-A', '1', 'X-B', '2', 'X-B', '3']],
  [
    'an array of pairs',
    [
      ['X-A', '1'],
      ['X-B', '2'],
      ['X-B', '3'],
    ],
  ],
];
for (const [form, headers] of forms) {
  for (const preset of [false, true]) {
    const when = preset ? 'after setHeader' : 'alone';
    const skip =
      preset &&
      ((form.includes('flat') && newerThanHost(22)) ||
        (form.includes('pairs') && onNodeHttp && "Node's own takes pairs only before setHeader"));
    onBoth(`writeHead with ${form}, ${when}`, { skip }, async ({ connect }) => {
      const response = await answerOf(connect, (_req, res) => {
        if (preset) {
          res.setHeader('X-Kept', 'yes');
          res.setHeader('X-A', 'replaced');
        }
        assert.strictEqual(res.writeHead(203, 'Because', headers), res);
        assert.strictEqual(res.headersSent, true);
        res.end('x');
      });
      assert.deepStrictEqual([response.status, response.statusMessage], [203, 'Because']);
      assert.strictEqual(response.headers['x-a'], '1');
      assert.deepStrictEqual(response.headers['x-b'], ['2', '3']);
      assert.strictEqual(response.headers['x-kept'], preset ? 'yes' : undefined);
      assert.strictEqual(response.text, 'x');
    });
  }
}

onBoth('writeHead without a reason, and with undefined in its place', async ({ connect }) => {
  for (const args of [
    [200, { 'X-A': '1' }],
    [200, undefined, { 'X-A': '1' }],
    [200, ['X-A', '1']],
    ['200', { 'X-A': '1' }],
    [200.9, { 'X-A': '1' }],
  ]) {
    const response = await answerOf(connect, (_req, res) => res.writeHead(...args).end());
    assert.deepStrictEqual([response.status, response.statusMessage], [200, 'OK']);
    assert.strictEqual(response.headers['x-a'], '1');
  }
});

onBoth('writeHead with an odd array', async ({ connect }) => {
  const seen = deferred();
  await answerOf(connect, (_req, res) => {
    for (const preset of [false, true]) {
      if (preset) res.setHeader('X', 'y');
      try {
        res.writeHead(200, ['A', '1', 'B']);
        seen.resolve(null);
      } catch (error) {
        if (preset) seen.resolve(error);
      }
    }
    res.end();
  });
  const error = await seen.promise;
  assert.strictEqual(error.code, 'ERR_INVALID_ARG_VALUE');
  assert.strictEqual(error.name, 'TypeError');
});

onBoth('content-length of writeHead is obeyed', async ({ connect }) => {
  for (const headers of [
    { 'content-length': 4 },
    ['Content-Length', '4'],
    [['Content-Length', '4']],
  ]) {
    const response = await answerOf(connect, (_req, res) => {
      res.writeHead(200, headers);
      res.write('ab');
      res.end('cd');
    });
    assert.strictEqual(response.framing, 'length');
    assert.strictEqual(response.text, 'abcd');
  }
});

onBoth('several values under one name', async ({ connect }) => {
  const response = await answerOf(connect, (_req, res) => {
    res.setHeader('Set-Cookie', ['a=1', 'b=2']);
    res.setHeader('X-Numbers', [1, 2]);
    res.end();
  });
  assert.deepStrictEqual(response.fields.slice(0, 4), [
    ['Set-Cookie', 'a=1'],
    ['Set-Cookie', 'b=2'],
    ['X-Numbers', '1'],
    ['X-Numbers', '2'],
  ]);
});

onBoth('setHeader, getters, hasHeader and removeHeader', async ({ connect }) => {
  await answerOf(connect, (_req, res) => {
    assert.strictEqual(res.setHeader('X-One', 1), res);
    res.setHeader('X-List', ['a', 'b']);
    assert.strictEqual(res.getHeader('x-one'), 1);
    assert.strictEqual(res.getHeader('X-ONE'), 1);
    assert.deepStrictEqual(res.getHeader('x-list'), ['a', 'b']);
    assert.strictEqual(res.getHeader('none'), undefined);
    assert.strictEqual(res.hasHeader('X-one'), true);
    assert.strictEqual(res.hasHeader('none'), false);
    assert.deepStrictEqual(res.getHeaderNames(), ['x-one', 'x-list']);
    assert.deepStrictEqual(res.getRawHeaderNames(), ['X-One', 'X-List']);
    const headers = res.getHeaders();
    assert.strictEqual(Object.getPrototypeOf(headers), null);
    assert.deepStrictEqual({ ...headers }, { 'x-one': 1, 'x-list': ['a', 'b'] });
    headers['x-one'] = 'changed';
    assert.strictEqual(res.getHeader('x-one'), 1);
    res.removeHeader('X-ONE');
    assert.strictEqual(res.hasHeader('x-one'), false);
    assert.deepStrictEqual(res.getHeaderNames(), ['x-list']);
    res.end();
    assert.deepStrictEqual(res.getHeaderNames(), ['x-list']);
  });
});

onBoth('appendHeader adds to what is there', async ({ connect }) => {
  const response = await answerOf(connect, (_req, res) => {
    assert.strictEqual(res.appendHeader('X-A', '1'), res);
    res.appendHeader('x-a', '2');
    res.appendHeader('X-A', ['3', '4']);
    res.setHeader('X-B', 'x');
    res.appendHeader('X-B', 'y');
    assert.deepStrictEqual(res.getHeader('x-a'), ['1', '2', '3', '4']);
    res.end();
  });
  assert.deepStrictEqual(response.headers['x-a'], ['1', '2', '3', '4']);
  assert.deepStrictEqual(response.headers['x-b'], ['x', 'y']);
});

onBoth('setHeaders takes Headers and Maps', async ({ connect }) => {
  const response = await answerOf(connect, (_req, res) => {
    const headers = new Headers({ 'X-A': '1', 'X-B': '2' });
    headers.append('Set-Cookie', 'a=1');
    headers.append('Set-Cookie', 'b=2');
    assert.strictEqual(res.setHeaders(headers), res);
    res.setHeaders(
      new Map([
        ['X-C', '3'],
        ['X-A', 'replaced'],
      ]),
    );
    for (const wrong of [undefined, null, {}, [], 'text', new Set()])
      assert.throws(() => res.setHeaders(wrong), { code: 'ERR_INVALID_ARG_TYPE' });
    res.end();
  });
  const { headers } = response;
  assert.deepStrictEqual(
    [headers['x-a'], headers['x-b'], headers['x-c'], headers['set-cookie']],
    ['replaced', '2', '3', ['a=1', 'b=2']],
  );
});

onBoth('flushHeaders sends the head alone', async ({ connect }) => {
  const waiting = deferred();
  const server = http.createServer((_req, res) => {
    res.setHeader('X-Early', 'yes');
    res.flushHeaders();
    assert.ok(res.headersSent);
    res.flushHeaders();
    waiting.resolve(res);
  });
  const client = await connect(server);
  client.send(GET);
  const res = await waiting.promise;
  await client.untilText('\r\n\r\n');
  assert.match(client.rest, /X-Early: yes\r\n/);
  assert.ok(client.rest.endsWith('\r\n\r\n'));
  res.end('later');
  assert.strictEqual((await client.response()).text, 'later');
});

onBoth('values that are latin1 go out as bytes', async ({ connect }) => {
  for (const body of [undefined, Buffer.from('\u20ac'), 'e282ac']) {
    const response = await answerOf(connect, (_req, res) => {
      res.setHeader('X-V', '\xe9\xff');
      res.statusMessage = 'Gr\xfcn';
      res.end(body, typeof body === 'string' ? 'hex' : undefined);
    });
    assert.strictEqual(response.headers['x-v'], '\xe9\xff');
    assert.strictEqual(response.statusMessage, 'Gr\xfcn');
    assert.strictEqual(response.text, body ? '\u20ac' : '');
  }
});

onBoth('content-disposition keeps its bytes beside a UTF-8 body', async ({ connect }) => {
  const name = Buffer.from('ünï').toString('latin1');
  const response = await answerOf(connect, (_req, res) => {
    res.setHeader('Content-Disposition', `attachment; filename="${name}"`);
    res.end('€');
  });
  assert.strictEqual(response.headers['content-disposition'], `attachment; filename="${name}"`);
  assert.strictEqual(response.text, '€');
});

onBoth('many and large fields', async ({ connect }) => {
  const response = await answerOf(connect, (_req, res) => {
    for (let i = 0; i < 500; i++) res.setHeader(`X-Field-${i}`, `value ${i}`);
    res.setHeader('X-Large', 'v'.repeat(200_000));
    res.end('x');
  });
  assert.strictEqual(response.headers['x-field-499'], 'value 499');
  assert.strictEqual(response.headers['x-large'].length, 200_000);
});

onBoth('an object with numeric and empty values', async ({ connect }) => {
  const response = await answerOf(connect, (_req, res) => {
    res.writeHead(200, { 'X-Zero': 0, 'X-Empty': '', 'X-True': true });
    res.end();
  });
  const { headers } = response;
  assert.deepStrictEqual(
    [headers['x-zero'], headers['x-empty'], headers['x-true']],
    ['0', '', 'true'],
  );
});

const removed = onNodeHttp && hostHas(24) && "Node's own has no _headers from 24 on";

onBoth(
  '_header, _headers and _headerNames show the head',
  { skip: removed },
  async ({ connect }) => {
    const response = await answerOf(connect, (_req, res) => {
      assert.strictEqual(res._header, null);
      res.setHeader('X-A', '1');
      assert.strictEqual(res._headers['x-a'], '1');
      assert.strictEqual(res._headerNames['x-a'], 'X-A');
      res.writeHead(200);
      assert.ok(res._header.startsWith('HTTP/1.1 200 OK\r\nX-A: 1\r\n'));
      res.end('x');
    });
    assert.strictEqual(response.text, 'x');
  },
);

onBoth('writeHeader is writeHead', async ({ connect }) => {
  const response = await answerOf(connect, (_req, res) => {
    res.writeHeader(201, { 'X-A': '1' });
    res.end();
  });
  assert.deepStrictEqual([response.status, response.headers['x-a']], [201, '1']);
});
