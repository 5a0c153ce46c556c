'use strict';
// What packages do with the classes: re-parent, extend, call and replace them.
const assert = require('node:assert');
const { once } = require('node:events');
const nodeHttp = require('node:http');
const https = require('node:https');
const net = require('node:net');
const { Writable } = require('node:stream');
const { test } = require('node:test');
const { inherits } = require('node:util');
const { cert, key } = require('../agent/tls-fixture');
const { contentOf, logEvents } = require('../support/events');
const { sentChunks } = require('../support/mode');
const http = require('../support/subject');
const { closing, get, listen, origin, serve } = require('./ends');

const limit = { timeout: 60_000 };

/** A handler that re-parents both messages to prototypes made from those of `module`, as Express. */
function reparenting(module) {
  const request = Object.create(module.IncomingMessage.prototype);
  const response = Object.create(module.ServerResponse.prototype);
  response.send = function send(text) {
    this.setHeader('Content-Length', Buffer.byteLength(text));
    this.end(text);
  };
  return async (req, res) => {
    Object.setPrototypeOf(req, request);
    Object.setPrototypeOf(res, response);
    const text = String(await contentOf(req));
    const finished = once(res, 'finish');
    res.send(`${req.method} ${req.url} ${text} ${req.socket.remotePort > 0}`);
    await finished;
  };
}

for (const [whose, module] of Object.entries({ "Node's": nodeHttp, 'our own': http })) {
  test(`live messages get prototypes made from ${whose} classes`, limit, async (t) => {
    const { client } = await serve(t, http, reparenting(module));
    for (const content of ['', 'x'.repeat(70_000)]) {
      const head = `POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: ${content.length}\r\n\r\n`;
      const response = await client.exchange(head + content);
      assert.strictEqual(String(response.body), `POST /a ${content} true`);
    }
    // Two that wait for each other.
    client.send(get + get);
    for (let i = 0; i < 2; i++) {
      assert.strictEqual(String((await client.response()).body), 'GET /  true');
    }
  });

  test(`https re-parents its messages to prototypes made from ${whose}`, limit, async (t) => {
    const server = https.createServer({ cert, key }, reparenting(module));
    const port = await listen(t, server);
    const options = { port, host: '127.0.0.1', ca: cert, method: 'PUT', agent: false };
    const req = https.request(options).end('content');
    const [res] = await once(req, 'response');
    assert.strictEqual(String(await contentOf(res)), 'PUT / content true');
  });
}

test('methods added to the prototypes are on every message', limit, async (t) => {
  const added = { path: () => 'a path', charSet: () => 'a charset' };
  const [request, response] = [http.IncomingMessage.prototype, http.ServerResponse.prototype];
  request.getPathForTest = added.path;
  response.charSetForTest = added.charSet;
  t.after(() => {
    delete request.getPathForTest;
    delete response.charSetForTest;
  });
  const { client } = await serve(t, http, (req, res) => {
    res.end(`${req.getPathForTest()}, ${res.charSetForTest()}`);
  });
  assert.strictEqual(String((await client.exchange(get)).body), 'a path, a charset');
});

/** A response for a request that nobody sent, and what is written to it, as injecting tools make. */
function injectable(make) {
  const req = { method: 'GET', httpVersionMajor: 1, httpVersionMinor: 1, headers: {} };
  const res = make(req);
  const chunks = [];
  const socket = new Writable({
    write(chunk, _encoding, callback) {
      chunks.push(chunk);
      callback();
    },
  });
  res.assignSocket(socket);
  return { res, socket, text: () => Buffer.concat(chunks).toString('latin1') };
}

test('a response by ServerResponse.call and util.inherits', limit, async () => {
  function Response(req) {
    http.ServerResponse.call(this, req);
    this.heads = [];
  }
  inherits(Response, http.ServerResponse);
  Response.prototype.writeHead = function writeHead(...args) {
    http.ServerResponse.prototype.writeHead.apply(this, args);
    this.heads.push(this._header);
    return this;
  };
  Response.prototype.write = function write(data, encoding, callback) {
    return http.ServerResponse.prototype.write.call(this, data, encoding, callback);
  };
  Response.prototype.end = function end(data, encoding, callback) {
    return http.ServerResponse.prototype.end.call(this, data, encoding, callback);
  };
  const { res, socket, text } = injectable((req) => new Response(req));
  assert.strictEqual(res.connection, socket);
  res.writeHead(201, 'Made', { 'X-A': 'b', 'Transfer-Encoding': 'chunked' });
  res.write('first ');
  res.end('last');
  await once(res, 'finish');
  assert.strictEqual(res.heads.length, 1);
  assert.ok(res._header.match(/^HTTP\/1\.1 201 Made\r\nX-A: b\r\n/));
  assert.match(res._header, /\r\n\r\n$/);
  assert.strictEqual(text(), `${res._header}${sentChunks('first ', 'last')}0\r\n\r\n`);
});

test('a response by a class, with `destroyed` assigned to', limit, async () => {
  class Response extends http.ServerResponse {
    constructor(req) {
      super({ method: req.method, httpVersionMajor: 1, httpVersionMinor: 1 });
    }
    destroy(error) {
      this.destroyed = true;
      if (error) process.nextTick(() => this.emit('error', error));
      process.nextTick(() => this.emit('close'));
    }
  }
  const { res } = injectable((req) => new Response(req));
  assert.strictEqual(res.destroyed, false);
  res.destroyed = true;
  assert.strictEqual(res.destroyed, true);
  const seen = logEvents(res, ['error', 'close']);
  const closed = new Promise((resolve) => res.on('close', resolve));
  res.destroy(new Error('mine'));
  await closed;
  assert.deepStrictEqual(seen, ['error', 'close']);
  assert.ok(res instanceof http.ServerResponse && res instanceof http.OutgoingMessage);
});

test('Express-like prototypes over an injected response', limit, async () => {
  const prototype = Object.create(http.ServerResponse.prototype, {
    send: {
      value(text) {
        this.setHeader('Content-Length', text.length);
        this.end(text);
      },
    },
  });
  class Response extends http.ServerResponse {}
  const { res, text } = injectable((req) => new Response(req));
  Object.setPrototypeOf(res, prototype);
  res.sendDate = false;
  res.send('sent');
  assert.match(text(), /^HTTP\/1\.1 200 OK\r\nContent-Length: 4\r\n(.*\r\n)*\r\nsent$/);
});

test('a request that is none: OutgoingMessage.call and inherits(X, ClientRequest)', limit, () => {
  function Mocked() {
    http.OutgoingMessage.call(this);
    this.setHeader('X-A', 'b');
  }
  inherits(Mocked, http.ClientRequest);
  const mocked = new Mocked();
  assert.ok(mocked instanceof http.ClientRequest && mocked instanceof http.OutgoingMessage);
  assert.strictEqual(mocked.getHeader('x-a'), 'b');
  assert.strictEqual(typeof mocked.setTimeout, 'function');
});

test('an answer that is none: new IncomingMessage on a socket, filled by hand', limit, async () => {
  const socket = new net.Socket();
  const res = new http.IncomingMessage(socket);
  assert.strictEqual(res.socket, socket);
  Object.assign(res, { statusCode: 203, headers: { a: 'b' }, rawHeaders: ['A', 'b'] });
  res.push('content');
  res.push(null);
  res.complete = true;
  assert.strictEqual(String(await contentOf(res)), 'content');
  assert.deepStrictEqual(
    [res.statusCode, res.headers, res.rawHeaders],
    [203, { a: 'b' }, ['A', 'b']],
  );
});

test('request, get and ClientRequest can be replaced', limit, (t) => {
  const kept = { ...http };
  const replaced = ['request', 'get', 'ClientRequest'];
  t.after(() => {
    for (const name of replaced) http[name] = kept[name];
  });
  for (const name of replaced) {
    const descriptor = Object.getOwnPropertyDescriptor(http, name);
    assert.deepStrictEqual(
      [descriptor.writable, descriptor.configurable, descriptor.enumerable],
      [true, true, true],
    );
    const fake = () => name;
    http[name] = fake;
    assert.strictEqual(http[name], fake);
  }
});

test('an interceptor hands a socket of JavaScript to the real request', limit, async (t) => {
  class MockAgent extends http.Agent {
    createConnection(options, callback) {
      const socket = new net.Socket();
      const written = [];
      socket.connecting = false;
      socket._write = (chunk, _encoding, done) => {
        written.push(chunk);
        done();
        if (String(chunk).includes('\r\n\r\n')) {
          socket.push('HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nmocked');
        }
      };
      socket._read = () => {};
      socket._final = (done) => done();
      this.written = written;
      this.options = options;
      process.nextTick(callback, null, socket);
    }
  }
  const agent = closing(t, new MockAgent());
  const req = http.get({ host: 'mocked.test', path: '/x', agent });
  const [res] = await once(req, 'response');
  assert.strictEqual(String(await contentOf(res)), 'mocked');
  assert.match(String(agent.written[0]), /^GET \/x HTTP\/1\.1\r\nHost: mocked\.test\r\n/);
  assert.strictEqual(agent.options.host, 'mocked.test');
});

test("Node's parser, from where interceptors take it, reads what we write", limit, async (t) => {
  const { HTTPParser } = require('node:_http_common');
  const chunks = [];
  const server = net.createServer((socket) => socket.on('data', (chunk) => chunks.push(chunk)));
  const port = await listen(t, server);
  server.on('connection', (socket) => t.after(() => socket.destroy()));
  const req = http.request({ port, host: '127.0.0.1', method: 'POST', agent: false });
  req.on('error', () => {});
  t.after(() => req.destroy());
  req.setHeader('X-A', 'b');
  req.write('one');
  req.end('two');
  while (!String(Buffer.concat(chunks)).endsWith('0\r\n\r\n')) await new Promise(setImmediate);
  const parser = new HTTPParser();
  parser.initialize(HTTPParser.REQUEST, {});
  const seen = [];
  parser[HTTPParser.kOnHeadersComplete] = (_major, _minor, headers, method, url) => {
    seen.push(headers.includes('X-A'), typeof method, url);
  };
  parser[HTTPParser.kOnBody] = (chunk) => seen.push(String(chunk));
  parser[HTTPParser.kOnMessageComplete] = () => seen.push('complete');
  parser.execute(Buffer.concat(chunks));
  assert.deepStrictEqual(seen, [true, 'number', '/', 'one', 'two', 'complete']);
});

test("classes of one's own through the options of createServer", limit, async (t) => {
  class Request extends http.IncomingMessage {
    get query() {
      return new URL(this.url, 'http://a').searchParams.get('q');
    }
  }
  class Response extends http.ServerResponse {
    json(value) {
      this.setHeader('Content-Type', 'application/json');
      this.end(JSON.stringify(value));
    }
  }
  const options = { IncomingMessage: Request, ServerResponse: Response };
  const { client } = await serve(t, http, options, (req, res) => res.json({ q: req.query }));
  const { body } = await client.exchange('GET /?q=1 HTTP/1.1\r\nHost: a\r\n\r\n');
  assert.strictEqual(String(body), '{"q":"1"}');
});

test('METHODS, STATUS_CODES, globalAgent and Agent are what packages read', limit, async (t) => {
  assert.ok(http.METHODS.includes('GET') && http.METHODS.includes('M-SEARCH'));
  assert.deepStrictEqual(http.METHODS, nodeHttp.METHODS);
  assert.deepStrictEqual(http.STATUS_CODES, nodeHttp.STATUS_CODES);
  assert.ok(http.globalAgent instanceof http.Agent);
  const { port, host } = await origin(t, (req, res) => res.end(req.headers.connection));
  const own = closing(t, new http.Agent({ keepAlive: true }));
  const { globalAgent } = http;
  t.after(() => {
    http.globalAgent = globalAgent;
  });
  http.globalAgent = own;
  const [res] = await once(http.get({ port, host }), 'response');
  assert.strictEqual(String(await contentOf(res)), 'keep-alive');
  assert.strictEqual(Object.keys(own.freeSockets).length, 1);
});
