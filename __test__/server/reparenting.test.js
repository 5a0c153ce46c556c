'use strict';
// What Express does: requests and responses get another prototype while they are under way. It may
// inherit from our classes, or from the host's when only the user's require was exchanged.
const assert = require('node:assert');
const nodeHttp = require('node:http');
const { finished } = require('node:stream');
const http = require('../support/subject');
const { contentOf, deferred, pattern, turn } = require('../support/events');
const { chunksOf } = require('../support/mode');
const { onBoth } = require('../support/transports');

const get = (path = '/', more = '') => `GET ${path} HTTP/1.1\r\nHost: a\r\n${more}\r\n`;
const post = (length) => `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${length}\r\n\r\n`;

for (const [whose, parent] of [
  ['our', http],
  ["the host's", nodeHttp],
]) {
  const requests = Object.create(parent.IncomingMessage.prototype, {
    query: {
      get() {
        return this.url.split('?')[1];
      },
    },
  });
  const responses = Object.create(parent.ServerResponse.prototype);
  responses.send = function send(text) {
    this.setHeader('X-Sent', 'yes');
    return this.end(text);
  };

  /** A server whose handler meets objects with the exchanged prototypes. */
  const serve = (handler, options = {}) =>
    http.createServer(options, (req, res) => {
      Object.setPrototypeOf(req, requests);
      Object.setPrototypeOf(res, responses);
      return handler(req, res);
    });

  onBoth(`answers under ${whose} prototypes`, async ({ connect }) => {
    const server = serve((req, res) => res.send(`query ${req.query} ${req.headers.host}`));
    const client = await connect(server);
    for (let i = 0; i < 3; i++) {
      const response = await client.exchange(get(`/?${i}`));
      assert.strictEqual(response.text, `query ${i} a`);
      assert.strictEqual(response.headers['x-sent'], 'yes');
      assert.strictEqual(response.headers.connection, 'keep-alive');
      assert.ok('date' in response.headers);
    }
  });

  onBoth(`a connection gathers no listeners under ${whose} prototypes`, async ({ connect }) => {
    const counts = [];
    const server = serve((req, res) => {
      counts.push(req.socket.eventNames().map((name) => req.socket.listenerCount(name)));
      res.send('');
    });
    const client = await connect(server);
    for (let i = 0; i < 4; i++) await client.exchange(get());
    client.send(get().repeat(4));
    for (let i = 0; i < 4; i++) await client.response();
    assert.deepStrictEqual(counts[7], counts[1]);
  });

  onBoth(`pieces, heads and trailers under ${whose} prototypes`, async ({ connect }) => {
    const server = serve((req, res) => {
      if (req.url === '/head') res.writeHead(201, 'Made', { 'X-A': '1' });
      res.write('one');
      res.write(Buffer.from('two'));
      if (req.url === '/trailers') res.addTrailers({ 'X-T': 't' });
      setImmediate(() => res.end('six'));
    });
    const client = await connect(server);
    const first = await client.exchange(get('/head'));
    assert.deepStrictEqual([first.status, first.statusMessage], [201, 'Made']);
    assert.deepStrictEqual(first.chunks.map(String), [...chunksOf('one', 'two'), 'six']);
    assert.deepStrictEqual((await client.exchange(get('/trailers'))).trailers, [['X-T', 't']]);
  });

  onBoth(`uploads under ${whose} prototypes`, async ({ connect }) => {
    const body = pattern(2_000_000);
    const server = serve(async (req, res) => res.end(String((await contentOf(req)).equals(body))));
    const client = await connect(server);
    client.send(post(body.length), body);
    assert.strictEqual((await client.response()).text, 'true');
    client.send(post(body.length), body);
    assert.strictEqual((await client.response()).text, 'true');
  });

  onBoth(`a paused upload under ${whose} prototypes`, async ({ connect }) => {
    const body = pattern(1_000_000);
    const server = serve((req, res) => {
      const pieces = [];
      req.on('data', (piece) => {
        pieces.push(piece);
        req.pause();
        setImmediate(() => req.resume());
      });
      req.on('end', () => res.end(String(Buffer.concat(pieces).equals(body))));
    });
    const client = await connect(server);
    client.send(post(body.length), body);
    assert.strictEqual((await client.response()).text, 'true');
  });

  onBoth(`events in their order under ${whose} prototypes`, async ({ connect }) => {
    const log = [];
    const closed = deferred();
    const server = serve((req, res) => {
      req.on('data', (data) => log.push(`data ${data}`));
      req.on('end', () => {
        log.push('end');
        res.end('answer', () => log.push('end callback'));
      });
      req.on('close', () => log.push('req close'));
      res.on('prefinish', () => log.push('prefinish'));
      res.on('finish', () => log.push('finish'));
      res.on('close', () => {
        log.push('res close');
        closed.resolve();
      });
    });
    const client = await connect(server);
    client.send(`${post(4)}body`);
    assert.strictEqual((await client.response()).text, 'answer');
    await closed.promise;
    while (!log.includes('req close')) await turn();
    const order = ['data body', 'end', 'prefinish', 'finish', 'res close'];
    assert.deepStrictEqual(
      log.filter((line) => order.includes(line)),
      order,
    );
    assert.ok(log.includes('end callback'));
  });

  onBoth(`unread content is dumped under ${whose} prototypes`, async ({ connect }) => {
    const closed = deferred();
    const server = serve((req, res) => {
      req.on('close', () => req.method === 'POST' && closed.resolve(req.destroyed));
      res.end(req.method);
    });
    const client = await connect(server);
    client.send(post(5), 'abc');
    assert.strictEqual((await client.response()).text, 'POST');
    client.send(`de${get()}`);
    assert.strictEqual((await client.response()).text, 'GET');
    assert.strictEqual(await closed.promise, true);
  });

  onBoth(`backpressure under ${whose} prototypes`, async ({ connect }) => {
    const piece = pattern(100_000);
    const server = serve((_req, res) => {
      let left = 100;
      const fill = () => {
        while (left > 0) {
          left--;
          if (!res.write(piece)) {
            res.once('drain', fill);
            return;
          }
        }
        res.end();
      };
      fill();
    });
    const client = await connect(server);
    client.stream.pause();
    client.send(get());
    await turn();
    await turn();
    client.stream.resume();
    const response = await client.response();
    assert.strictEqual(response.body.length, 100 * piece.length);
    for (const chunk of response.chunks) assert.ok(chunk.equals(piece));
  });

  onBoth(`pipelined requests under ${whose} prototypes`, async ({ connect }) => {
    const server = serve((req, res) => {
      if (req.url === '/0') setImmediate(() => res.end(req.url));
      else res.end(req.url);
    });
    const client = await connect(server);
    client.send(Array.from({ length: 30 }, (_, i) => get(`/${i}`)).join(''));
    for (let i = 0; i < 30; i++) assert.strictEqual((await client.response()).text, `/${i}`);
  });

  onBoth(`an aborted upload under ${whose} prototypes`, async ({ connect }) => {
    const log = [];
    const begun = deferred();
    const closed = deferred();
    const server = serve((req, res) => {
      req.on('data', () => begun.resolve());
      req.on('aborted', () => log.push('aborted'));
      req.on('error', (error) => log.push(`error ${error.code}`));
      req.on('close', () => log.push('close'));
      finished(res, (error) => {
        log.push(`finished ${error.code}`);
        closed.resolve();
      });
    });
    const client = await connect(server);
    client.send(`${post(100)}some`);
    await begun.promise;
    client.destroy();
    await closed.promise;
    while (!log.includes('close')) await turn();
    assert.deepStrictEqual(
      log.filter((line) => !line.startsWith('finished')),
      ['aborted', 'error ECONNRESET', 'close'],
    );
    assert.ok(log.includes('finished ERR_STREAM_PREMATURE_CLOSE'));
  });

  onBoth(`HEAD, 204 and errors under ${whose} prototypes`, async ({ connect }) => {
    const server = serve((req, res) => {
      if (req.url === '/204') res.statusCode = 204;
      assert.throws(() => res.setHeader('bad name', 'x'), { code: 'ERR_INVALID_HTTP_TOKEN' });
      assert.throws(() => res.setHeader('X', 'a\nb'), { code: 'ERR_INVALID_CHAR' });
      res.end('text');
      assert.throws(() => res.setHeader('X-Late', '1'), { code: 'ERR_HTTP_HEADERS_SENT' });
      assert.throws(() => res.writeHead(200), { code: 'ERR_HTTP_HEADERS_SENT' });
    });
    const client = await connect(server);
    const head = 'HEAD / HTTP/1.1\r\nHost: a\r\n\r\n';
    assert.strictEqual((await client.exchange(head, { noBody: true })).status, 200);
    assert.strictEqual((await client.exchange(get('/204'))).status, 204);
    assert.strictEqual((await client.exchange(get())).text, 'text');
  });

  onBoth(`properties under ${whose} prototypes`, async ({ connect }) => {
    const server = serve((req, res) => {
      assert.ok(req instanceof nodeHttp.IncomingMessage);
      assert.ok(res instanceof nodeHttp.ServerResponse);
      assert.ok(res instanceof nodeHttp.OutgoingMessage);
      assert.strictEqual(req.connection, req.socket);
      assert.strictEqual(res.connection, req.socket);
      assert.strictEqual(res.req, req);
      assert.deepStrictEqual({ ...req.headersDistinct }, { host: ['a'], 'x-a': ['1', '2'] });
      assert.deepStrictEqual(req.rawHeaders, ['Host', 'a', 'X-A', '1', 'X-A', '2']);
      assert.deepStrictEqual(req.trailers, {});
      assert.strictEqual(res.headersSent, false);
      res.setHeader('X-B', ['1', '2']);
      assert.deepStrictEqual(res.getHeaders(), { __proto__: null, 'x-b': ['1', '2'] });
      res.flushHeaders();
      assert.strictEqual(res.headersSent, true);
      assert.strictEqual(res.writableEnded, false);
      res.end();
      assert.strictEqual(res.writableEnded, true);
    });
    const client = await connect(server);
    const response = await client.exchange(get('/', 'X-A: 1\r\nX-A: 2\r\n'));
    assert.deepStrictEqual(response.headers['x-b'], ['1', '2']);
  });

  onBoth(`exchanged after the first piece, for ${whose} prototypes`, async ({ connect }) => {
    const server = http.createServer((req, res) => {
      res.write('before ');
      req.once('end', () => {
        Object.setPrototypeOf(req, requests);
        Object.setPrototypeOf(res, responses);
        res.end('after');
      });
      req.resume();
    });
    const client = await connect(server);
    for (let i = 0; i < 2; i++)
      assert.strictEqual((await client.exchange(get())).text, 'before after');
  });

  onBoth(`the last answer of a connection under ${whose} prototypes`, async ({ connect }) => {
    const server = serve((_req, res) => res.send('bye'));
    const client = await connect(server);
    const response = await client.exchange(get('/', 'Connection: close\r\n'));
    assert.strictEqual(response.headers.connection, 'close');
    assert.strictEqual(response.text, 'bye');
    assert.strictEqual(await client.untilEnd(), '');
  });
}
