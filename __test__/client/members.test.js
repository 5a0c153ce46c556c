'use strict';
// The documented members of ClientRequest, the deprecated ones included.
const assert = require('node:assert');
const net = require('node:net');
const { Writable } = require('node:stream');
const { test } = require('node:test');
const http = require('../support/subject');
const { newerThanHost } = require('../support/mode');
const { completeResponse, responseOf, untilEvent } = require('./observe');
const { onEveryWay, onOneWay, onPooledWays, onSocketWays } = require('./ways');

const limit = { timeout: 60_000 };

onEveryWay('before, during and after', async ({ accept, request }) => {
  const req = request({ path: '/p?q', method: 'POST' });
  const states = [];
  const note = () =>
    states.push([req.headersSent, req.writableEnded, req.finished, req.writableFinished]);
  note();
  assert.strictEqual(req.socket, null);
  assert.strictEqual(req.connection, null);
  assert.strictEqual(req.res, null);
  req.write('a');
  note();
  req.end('b');
  note();
  const peer = await accept();
  const { text } = await peer.request();
  assert.strictEqual(text, 'ab');
  note();
  peer.answer('x');
  const res = await completeResponse(req);
  assert.strictEqual(req.res, res);
  assert.strictEqual(res.req, req);
  assert.deepStrictEqual(states, [
    [false, false, false, false],
    [true, false, false, false],
    [true, true, true, false],
    [true, true, true, true],
  ]);
  assert.strictEqual(req.aborted, false);
});

onEveryWay('what is known of the target', async ({ accept, get, options, way }) => {
  const req = get({ path: '/p?q', method: 'PUT' });
  const { host } = options();
  assert.strictEqual(req.path, '/p?q');
  assert.strictEqual(req.method, 'PUT');
  assert.strictEqual(req.host, host ?? 'localhost');
  assert.strictEqual(req.protocol, 'http:');
  assert.strictEqual(req.reusedSocket, false);
  assert.strictEqual(req.maxHeadersCount, null);
  assert.strictEqual(req.socketPath, options().socketPath);
  assert.strictEqual(req.agent instanceof http.Agent, !way.startsWith('own'));
  const peer = await accept();
  await peer.request();
  peer.answer();
  await completeResponse(req);
});

test('names and inheritance', limit, () => {
  const { prototype } = http.ClientRequest;
  assert.ok(prototype instanceof http.OutgoingMessage);
  assert.strictEqual(http.ClientRequest.name, 'ClientRequest');
  assert.strictEqual(Object.getPrototypeOf(http.ClientRequest), http.OutgoingMessage);
  for (const name of [
    'abort',
    'destroy',
    'onSocket',
    'setTimeout',
    'setNoDelay',
    'setSocketKeepAlive',
    'clearTimeout',
    '_finish',
    '_implicitHeader',
    '_deferToConnect',
  ]) {
    assert.ok(Object.hasOwn(prototype, name), name);
    assert.strictEqual(typeof prototype[name], 'function');
    assert.strictEqual(Object.hasOwn(prototype[name], 'prototype'), true, name);
  }
});

onSocketWays(
  "'socket' brings a net.Socket with addresses",
  async ({ accept, get, address, way }) => {
    const req = get({});
    const socket = await untilEvent(req, 'socket');
    assert.ok(socket instanceof net.Socket);
    assert.strictEqual(req.socket, socket);
    assert.strictEqual(req.connection, socket);
    const peer = await accept();
    await peer.request();
    assert.strictEqual(socket.connecting, false);
    assert.strictEqual(socket.readyState, 'open');
    if (way === 'unix socket') {
      assert.strictEqual(socket.remoteAddress, undefined);
    } else {
      assert.strictEqual(socket.remoteAddress, '127.0.0.1');
      assert.strictEqual(socket.remotePort, address.port);
      assert.strictEqual(socket.remoteFamily, 'IPv4');
      assert.strictEqual(socket.localAddress, '127.0.0.1');
      assert.strictEqual(socket.localPort, peer.stream.remotePort);
      assert.deepStrictEqual(socket.address(), {
        address: '127.0.0.1',
        family: 'IPv4',
        port: peer.stream.remotePort,
      });
    }
    peer.answer('content');
    const res = await responseOf(req);
    assert.strictEqual(res.socket, socket);
    assert.strictEqual(res.connection, socket);
    assert.strictEqual(socket.bytesWritten, peer.length);
    res.resume();
    await untilEvent(res, 'end');
    assert.ok(socket.bytesRead > 'content'.length);
  },
);

onSocketWays("'connect' and 'ready' of the socket come once", async ({ accept, get }) => {
  const req = get({});
  const socket = await untilEvent(req, 'socket');
  const log = [];
  for (const event of ['lookup', 'connect', 'ready', 'close']) {
    socket.on(event, () => log.push(event));
  }
  const peer = await accept();
  await peer.request();
  peer.answer('', 'Connection: close\r\n');
  peer.end();
  (await responseOf(req)).resume();
  await untilEvent(socket, 'close');
  assert.deepStrictEqual(
    log.filter((name) => name !== 'lookup'),
    ['connect', 'ready', 'close'],
  );
});

onEveryWay('the socket of a request is the one given', async ({ accept, get, way }) => {
  const req = get({});
  const socket = await untilEvent(req, 'socket');
  assert.strictEqual(socket._httpMessage, req);
  if (way === 'own stream') assert.ok(!(socket instanceof net.Socket));
  const peer = await accept();
  await peer.request();
  peer.answer();
  await completeResponse(req);
});

onEveryWay('fields: set, get, has, names, remove', async ({ accept, request }) => {
  const req = request({ headers: { 'X-Option': 'o' } });
  assert.strictEqual(req.setHeader('X-Set', 'one'), req);
  req.setHeader('X-List', ['a', 'b']);
  req.appendHeader('X-List', 'c');
  req.setHeader('X-Gone', 'x');
  req.removeHeader('x-gone');
  assert.strictEqual(req.getHeader('x-SET'), 'one');
  assert.deepStrictEqual(req.getHeader('x-list'), ['a', 'b', 'c']);
  assert.strictEqual(req.hasHeader('X-OPTION'), true);
  assert.strictEqual(req.hasHeader('x-gone'), false);
  assert.deepStrictEqual(req.getHeaderNames(), ['x-option', 'host', 'x-set', 'x-list']);
  assert.deepStrictEqual(req.getRawHeaderNames(), ['X-Option', 'Host', 'X-Set', 'X-List']);
  const { host, ...headers } = req.getHeaders();
  assert.ok(host.length > 0);
  assert.deepStrictEqual(headers, { 'x-option': 'o', 'x-set': 'one', 'x-list': ['a', 'b', 'c'] });
  assert.strictEqual(Object.getPrototypeOf(req.getHeaders()), null);
  req.setHeaders(new Map([['X-Map', 'm']]));
  req.end();
  const peer = await accept();
  const { fields } = await peer.request();
  const own = fields.filter(([name]) => name.startsWith('X-'));
  assert.deepStrictEqual(own, [
    ['X-Option', 'o'],
    ['X-Set', 'one'],
    ['X-List', 'a'],
    ['X-List', 'b'],
    ['X-List', 'c'],
    ['X-Map', 'm'],
  ]);
  for (const change of ['setHeader', 'appendHeader', 'removeHeader']) {
    assert.throws(() => req[change]('X-Late', 'x'), { code: 'ERR_HTTP_HEADERS_SENT' });
  }
  peer.answer();
  await completeResponse(req);
});

onEveryWay('flushHeaders() sends the head alone', async ({ accept, request }) => {
  const req = request({ method: 'POST', path: '/flushed' });
  req.flushHeaders();
  assert.strictEqual(req.headersSent, true);
  req.flushHeaders();
  const peer = await accept();
  const { target, headers } = await peer.head();
  assert.strictEqual(target, '/flushed');
  assert.strictEqual(headers['transfer-encoding'], 'chunked');
  assert.strictEqual(peer.rest, '');
  req.end('later');
  await peer.untilText('5\r\nlater\r\n0\r\n\r\n');
  peer.answer();
  await completeResponse(req);
});

onEveryWay('cork() and uncork()', async ({ accept, request }) => {
  const req = request({ method: 'POST' });
  const peerArrives = accept();
  req.flushHeaders();
  const peer = await peerArrives;
  await peer.head();
  req.cork();
  assert.strictEqual(req.writableCorked, 1);
  req.write('a');
  req.write('b');
  req.cork();
  req.uncork();
  assert.strictEqual(req.writableCorked, 1);
  await new Promise((resolve) => setImmediate(resolve));
  assert.strictEqual(peer.rest, '');
  req.uncork();
  await peer.untilText('b\r\n');
  req.end();
  await peer.untilText('0\r\n\r\n');
  assert.match(peer.rest, /^(2\r\nab|1\r\na\r\n1\r\nb)\r\n0\r\n\r\n$/);
  peer.answer();
  await completeResponse(req);
});

onOneWay('what a writable stream tells', async ({ accept, request }) => {
  const req = request({ method: 'POST', highWaterMark: 3000 });
  assert.strictEqual(req.writable, true);
  assert.strictEqual(req.writableObjectMode, false);
  assert.strictEqual(req.writableLength, 0);
  assert.strictEqual(req.writableNeedDrain, false);
  assert.strictEqual(req.destroyed, false);
  assert.strictEqual(req.closed, false);
  assert.strictEqual(req.errored, null);
  assert.ok(req.writableHighWaterMark > 0);
  assert.ok(!(req instanceof Writable));
  req.end('x');
  assert.strictEqual(req.writable, true);
  const peer = await accept();
  await peer.request();
  peer.answer();
  await completeResponse(req);
  if (!req.closed) await untilEvent(req, 'close');
  assert.strictEqual(req.closed, true);
  assert.strictEqual(req.destroyed, true);
});

onSocketWays('setNoDelay and setSocketKeepAlive reach the socket', async ({ accept, request }) => {
  const req = request({});
  const calls = [];
  req.on('socket', (socket) => {
    for (const name of ['setNoDelay', 'setKeepAlive']) {
      const original = socket[name];
      socket[name] = function record(...args) {
        calls.push([name, ...args]);
        return original.apply(this, args);
      };
    }
  });
  req.setNoDelay(true);
  req.setSocketKeepAlive(true, 1500);
  req.setNoDelay();
  req.end();
  const peer = await accept();
  await peer.request();
  assert.deepStrictEqual(calls, [
    ['setNoDelay', true],
    ['setKeepAlive', true, 1500],
    ['setNoDelay', undefined],
  ]);
  peer.answer();
  await completeResponse(req);
});

onEveryWay('destroy() and abort()', async ({ accept, get }) => {
  const destroyed = get({});
  const aborted = get({});
  for (const req of [destroyed, aborted]) req.on('error', () => {});
  await (await accept()).request();
  await (await accept()).request();
  assert.strictEqual(destroyed.destroyed, false);
  assert.strictEqual(destroyed.destroy(), destroyed);
  assert.strictEqual(destroyed.destroyed, true);
  assert.strictEqual(destroyed.aborted, false);
  assert.strictEqual(aborted.abort(), undefined);
  assert.strictEqual(aborted.aborted, true);
  assert.strictEqual(aborted.destroyed, true);
  for (const req of [destroyed, aborted]) if (!req.closed) await untilEvent(req, 'close');
});

onEveryWay('maxHeadersCount keeps the first fields', async ({ accept, request }) => {
  const req = request({});
  req.maxHeadersCount = 2;
  req.end();
  const peer = await accept();
  await peer.request();
  peer.answer('', 'X-A: 1\r\nX-B: 2\r\nX-C: 3\r\n');
  const { headers } = await completeResponse(req);
  assert.deepStrictEqual(headers, { 'content-length': '0', 'x-a': '1' });
});

onOneWay('path can be changed until the head is sent', async ({ accept, request }) => {
  const req = request({ path: '/first' });
  req.path = '/second';
  req.method = 'PUT';
  req.end();
  const peer = await accept();
  assert.strictEqual((await peer.request()).line, 'PUT /second HTTP/1.1');
  peer.answer();
  await completeResponse(req);
});

const checksWhenSet = Object.hasOwn(require('node:http').ClientRequest.prototype, 'path');
const unchecked = { skip: !checksWhenSet && newerThanHost(24) };

onOneWay('a path that is set later is checked', unchecked, async ({ request }) => {
  const req = request({ path: '/first' }).on('error', () => {});
  const set = () => {
    req.path = '/a b';
    req.end();
  };
  assert.throws(set, { code: 'ERR_UNESCAPED_CHARACTERS' });
  if (checksWhenSet) assert.strictEqual(req.path, '/first');
  else assert.ok(Object.keys(req).includes('path')); // as that runtime has it
  req.destroy();
});

onPooledWays('reusedSocket', async ({ accept, get }) => {
  const first = get({});
  const peer = await accept();
  await peer.request();
  peer.answer();
  await completeResponse(first);
  if (!first.closed) await untilEvent(first, 'close');
  const second = get({});
  assert.strictEqual(second.reusedSocket, true);
  assert.strictEqual(first.reusedSocket, false);
  await peer.request();
  peer.answer();
  await completeResponse(second);
  assert.strictEqual(second.socket, first.socket);
});

onOneWay('an agent is anything with addRequest()', async ({ accept, get }) => {
  const added = [];
  const agent = {
    addRequest(req, options) {
      added.push([req, options.path, options.signal]);
      req.onSocket(net.connect(options.port, options.host));
    },
  };
  const req = get({ agent, path: '/added', signal: new AbortController().signal });
  assert.deepStrictEqual(added, [[req, '/added', undefined]]);
  assert.strictEqual(req.agent, agent);
  const peer = await accept();
  const { headers } = await peer.request();
  assert.strictEqual(headers.connection, 'close');
  peer.answer('content');
  assert.strictEqual((await completeResponse(req)).text, 'content');
});

onEveryWay('_header is what was sent', async ({ accept, get }) => {
  const req = get({ headers: { 'X-A': 'b' } });
  const peer = await accept();
  await peer.request();
  assert.strictEqual(req._header, peer.bytes.toString('latin1'));
  peer.answer();
  await completeResponse(req);
});

onOneWay('a subclass may override what it inherits', async ({ accept, options }) => {
  class Request extends http.ClientRequest {
    onSocket(socket, error) {
      this.given = socket;
      super.onSocket(socket, error);
    }

    emit(name, ...args) {
      (this.log ??= []).push(name);
      return super.emit(name, ...args);
    }
  }
  const req = new Request(options({ path: '/sub' }));
  req.end();
  const peer = await accept();
  assert.strictEqual((await peer.request()).target, '/sub');
  peer.answer();
  await completeResponse(req);
  assert.strictEqual(req.given, req.socket);
  assert.ok(req.log.includes('socket') && req.log.includes('response'));
});

onOneWay('the constructor is callable on another object', async ({ accept, options }) => {
  function Request(...args) {
    http.ClientRequest.apply(this, args);
  }
  Object.setPrototypeOf(Request.prototype, http.ClientRequest.prototype);
  const req = new Request(options({ path: '/called' }));
  assert.ok(req instanceof http.ClientRequest);
  req.end();
  const peer = await accept();
  assert.strictEqual((await peer.request()).target, '/called');
  peer.answer();
  await completeResponse(req);
});
