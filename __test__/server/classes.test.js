'use strict';
// The classes made by hand, inherited from, and called in the old ways.
const assert = require('node:assert');
const EventEmitter = require('node:events');
const nodeHttp = require('node:http');
const net = require('node:net');
const { PassThrough, Readable, Stream, Writable } = require('node:stream');
const { test } = require('node:test');
const { inherits } = require('node:util');
const http = require('../support/subject');
const { deferred } = require('../support/events');
const { sentChunks } = require('../support/mode');
const { onBoth } = require('../support/transports');

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';

/** A Writable that collects text. */
function sink() {
  const stream = new Writable({
    write(chunk, _encoding, callback) {
      stream.text += chunk.toString('latin1');
      callback();
    },
  });
  stream.text = '';
  return stream;
}

test('a new server has the listeners that one of Node has', () => {
  const listeners = (server) =>
    server.eventNames().map((event) => [event, server.listenerCount(event)]);
  const ours = http.createServer(() => {});
  assert.deepStrictEqual(listeners(ours), listeners(nodeHttp.createServer(() => {})));
});

test("instances are instances of our classes, of the host's and of the streams", () => {
  const server = http.createServer();
  assert.ok(server instanceof http.Server);
  assert.ok(server instanceof nodeHttp.Server);
  assert.ok(server instanceof net.Server);
  assert.ok(server instanceof EventEmitter);
  const req = new http.IncomingMessage(null);
  for (const Class of [http.IncomingMessage, nodeHttp.IncomingMessage, Readable, Stream])
    assert.ok(req instanceof Class, Class.name);
  const res = new http.ServerResponse(req);
  for (const Class of [
    http.ServerResponse,
    nodeHttp.ServerResponse,
    http.OutgoingMessage,
    nodeHttp.OutgoingMessage,
    Stream,
  ])
    assert.ok(res instanceof Class, Class.name);
  const out = new http.OutgoingMessage();
  assert.ok(out instanceof http.OutgoingMessage);
  assert.ok(out instanceof nodeHttp.OutgoingMessage);
  assert.ok(!(out instanceof http.ServerResponse));
  assert.ok(!(req instanceof http.OutgoingMessage));
});

test('classes have their names', () => {
  for (const name of ['Server', 'IncomingMessage', 'OutgoingMessage', 'ServerResponse'])
    assert.strictEqual(http[name].name, name);
});

test('Server is callable without new, and takes its arguments in every way', () => {
  const listener = () => {};
  for (const server of [
    http.Server(listener),
    new http.Server(listener),
    http.Server({}, listener),
    new http.Server({}, listener),
    http.createServer(listener),
    http.createServer({}, listener),
    http.createServer(null, listener),
    http.createServer(undefined, listener),
  ]) {
    assert.ok(server instanceof http.Server);
    assert.deepStrictEqual(server.listeners('request'), [listener]);
  }
  assert.strictEqual(http.createServer().listenerCount('request'), 0);
});

onBoth('inheritance by util.inherits and call', async ({ connect }) => {
  function Request(socket) {
    http.IncomingMessage.call(this, socket);
    this.made = 'request';
  }
  inherits(Request, http.IncomingMessage);
  Request.prototype.describe = function describe() {
    return `${this.made} of ${this.url}`;
  };
  function Response(req, options) {
    http.ServerResponse.call(this, req, options);
    this.setHeader('X-Made', 'response');
  }
  inherits(Response, http.ServerResponse);
  Response.prototype.send = function send(text) {
    this.end(text);
  };
  const options = { IncomingMessage: Request, ServerResponse: Response };
  const server = http.createServer(options, (req, res) => {
    assert.ok(req instanceof Request);
    assert.ok(res instanceof Response);
    res.send(req.describe());
  });
  const client = await connect(server);
  const response = await client.exchange(GET);
  assert.strictEqual(response.text, 'request of /');
  assert.strictEqual(response.headers['x-made'], 'response');
});

onBoth('inheritance by class extends', async ({ connect }) => {
  class Request extends http.IncomingMessage {
    get path() {
      return this.url.split('?')[0];
    }
  }
  class Response extends http.ServerResponse {
    end(...args) {
      this.setHeader('X-Ended', 'here');
      return super.end(...args);
    }

    writeHead(...args) {
      this.setHeader('X-Written', 'here');
      return super.writeHead(...args);
    }
  }
  const options = { IncomingMessage: Request, ServerResponse: Response };
  const server = http.createServer(options, (req, res) => res.end(req.path));
  const client = await connect(server);
  const response = await client.exchange('GET /p?q HTTP/1.1\r\nHost: a\r\n\r\n');
  assert.strictEqual(response.text, '/p');
  assert.strictEqual(response.headers['x-ended'], 'here');
  assert.strictEqual(response.headers['x-written'], 'here');
});

onBoth("classes that extend the host's", async ({ connect }) => {
  class Request extends nodeHttp.IncomingMessage {}
  class Response extends nodeHttp.ServerResponse {}
  const options = { IncomingMessage: Request, ServerResponse: Response };
  const server = http.createServer(options, async (req, res) => {
    assert.ok(req instanceof Request);
    assert.ok(res instanceof Response);
    let text = '';
    for await (const piece of req) text += piece;
    res.write('got ');
    res.end(text);
  });
  const client = await connect(server);
  for (let i = 0; i < 2; i++) {
    const response = await client.exchange(
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody',
    );
    assert.strictEqual(response.text, 'got body');
  }
});

onBoth('a class that extends Server', async ({ connect }) => {
  class Mine extends http.Server {
    constructor(options) {
      super(options, (_req, res) => res.end(this.word));
      this.word = 'mine';
    }
  }
  const server = new Mine({ keepAliveTimeout: 1234 });
  assert.strictEqual(server.keepAliveTimeout, 1234);
  assert.strictEqual((await (await connect(server)).exchange(GET)).text, 'mine');
});

test('new IncomingMessage(socket) is a Readable to be filled by hand', async () => {
  const socket = new PassThrough();
  const req = new http.IncomingMessage(socket);
  assert.strictEqual(req.socket, socket);
  assert.strictEqual(req.connection, socket);
  assert.deepStrictEqual(req.headers, {});
  assert.deepStrictEqual(req.rawHeaders, []);
  assert.deepStrictEqual(req.trailers, {});
  const { httpVersion, url, method, statusCode, complete, aborted } = req;
  assert.deepStrictEqual(
    [httpVersion, url, method, statusCode, complete, aborted],
    [null, '', null, null, false, false],
  );
  req.method = 'PUT';
  req.url = '/by-hand';
  req.headers = { a: '1' };
  req.push('some ');
  req.push('text');
  req.push(null);
  let text = '';
  for await (const piece of req) text += piece;
  assert.strictEqual(text, 'some text');
});

test('a plain Readable as the request of a response', () => {
  const res = new http.ServerResponse({ method: 'GET', httpVersionMajor: 1, httpVersionMinor: 1 });
  assert.strictEqual(res.statusCode, 200);
  assert.strictEqual(res.headersSent, false);
  assert.strictEqual(res.socket, null);
  res.setHeader('A', 'b');
  assert.deepStrictEqual(res.getHeaderNames(), ['a']);
});

test('assignSocket to a plain Writable, as test tools do', async () => {
  const req = { method: 'GET', httpVersionMajor: 1, httpVersionMinor: 1, headers: {} };
  const res = new http.ServerResponse(req);
  const socket = sink();
  const finished = EventEmitter.once(res, 'finish');
  res.assignSocket(socket);
  assert.strictEqual(res.socket, socket);
  assert.strictEqual(socket._httpMessage, res);
  assert.throws(() => new http.ServerResponse(req).assignSocket(socket), {
    code: 'ERR_HTTP_SOCKET_ASSIGNED',
  });
  res.writeHead(201, { 'X-A': '1' });
  res.write('one ');
  res.end('two');
  await finished;
  assert.match(socket.text, /^HTTP\/1\.1 201 Created\r\nX-A: 1\r\n/);
  assert.ok(socket.text.endsWith(`\r\n\r\n${sentChunks('one ', 'two')}0\r\n\r\n`), socket.text);
  res.detachSocket(socket);
  assert.strictEqual(res.socket, null);
  assert.strictEqual(socket._httpMessage, null);
});

test('a response that extends by inherits and never has a socket, as inject does', async () => {
  function Response(req) {
    http.ServerResponse.call(this, req);
    this.payload = [];
  }
  inherits(Response, http.ServerResponse);
  Response.prototype.write = function write(chunk, encoding, callback) {
    http.ServerResponse.prototype.write.call(this, chunk, encoding, callback);
    this.payload.push(Buffer.from(chunk, encoding));
    return true;
  };
  Response.prototype.end = function end(chunk, encoding, callback) {
    if (chunk) this.payload.push(Buffer.from(chunk, encoding));
    http.ServerResponse.prototype.end.call(this, chunk, encoding, callback);
    this.emit('finish');
    this.destroy();
  };
  Response.prototype.destroy = function destroy(error) {
    if (this.destroyed) return;
    this.destroyed = true;
    if (error) process.nextTick(() => this.emit('error', error));
    process.nextTick(() => this.emit('close'));
  };
  const res = new Response({ method: 'GET', httpVersionMajor: 1, httpVersionMinor: 1 });
  const closed = deferred();
  res.on('close', closed.resolve);
  res.writeHead(202, { 'X-A': 'b' });
  res.write('a');
  res.end('b');
  await closed.promise;
  assert.strictEqual(Buffer.concat(res.payload).toString(), 'ab');
  assert.match(res._header, /^HTTP\/1\.1 202 Accepted\r\nX-A: b\r\n/);
  assert.strictEqual(res.statusCode, 202);
});

test('an OutgoingMessage by hand stores headers and has no head of its own', () => {
  const out = new http.OutgoingMessage();
  out.setHeader('X-A', '1');
  assert.strictEqual(out.getHeader('x-a'), '1');
  assert.strictEqual(out.headersSent, false);
  assert.strictEqual(out.writable, true);
  assert.strictEqual(out.finished, false);
  assert.throws(() => out._implicitHeader(), { code: 'ERR_METHOD_NOT_IMPLEMENTED' });
  assert.throws(() => out.write('x'), { code: 'ERR_METHOD_NOT_IMPLEMENTED' });
  const called = http.OutgoingMessage.call(Object.create(http.OutgoingMessage.prototype));
  assert.strictEqual(called, undefined);
});

test('an OutgoingMessage cannot be piped from', () => {
  const out = new http.OutgoingMessage();
  const errors = [];
  out.on('error', (error) => errors.push(error.code));
  out.pipe(sink());
  assert.deepStrictEqual(errors, ['ERR_STREAM_CANNOT_PIPE']);
});

test('destroyed can be assigned', () => {
  const res = new http.ServerResponse({ method: 'GET', httpVersionMajor: 1, httpVersionMinor: 1 });
  res.destroyed = true;
  assert.strictEqual(res.destroyed, true);
});
