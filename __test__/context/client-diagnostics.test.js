'use strict';
// diagnostics_channel for a client's requests.
const assert = require('node:assert');
const dc = require('node:diagnostics_channel');
const { once } = require('node:events');
const net = require('node:net');
const { test } = require('node:test');
const http = require('../support/subject');
const { turn } = require('../support/events');
const { newerThanHost } = require('../support/mode');
const { serve } = require('../streams/node-server');

const limit = { timeout: 60_000 };

/** Notes what is published on `names` until the test ends. */
function watch(t, ...names) {
  const log = [];
  for (const name of names) {
    const listener = (message) => log.push([name, message]);
    dc.subscribe(`http.client.${name}`, listener);
    t.after(() => dc.unsubscribe(`http.client.${name}`, listener));
  }
  return log;
}

const namesOf = (log) => log.map(([name]) => name);

test('start and finish are published once for each request', limit, async (t) => {
  const log = watch(t, 'request.start', 'response.finish');
  const options = await serve(t, (_req, res) => res.end('x'));
  const agent = new http.Agent({ keepAlive: true });
  t.after(() => agent.destroy());
  for (let i = 0; i < 3; i++) {
    log.length = 0;
    const req = http.get({ ...options, agent });
    const [res] = await once(req, 'response');
    res.resume();
    await once(res, 'close');
    while (log.length < 2) await turn();
    assert.deepStrictEqual(namesOf(log), ['request.start', 'response.finish']);
    assert.strictEqual(log[0][1].request, req);
    assert.strictEqual(log[1][1].request, req);
    assert.strictEqual(log[1][1].response, res);
  }
});

test('an error is published before it is emitted', limit, async (t) => {
  const log = watch(t, 'request.start', 'request.error', 'response.finish');
  const listener = net.createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
  t.after(() => listener.close());
  await once(listener, 'listening');
  const req = http.get({ host: '127.0.0.1', port: listener.address().port });
  const [error] = await once(req, 'error');
  const published = log.at(-1);
  assert.strictEqual(published[0], 'request.error');
  assert.strictEqual(published[1].request, req);
  assert.strictEqual(published[1].error, error);
});

test('a connection that is refused is an error of the request', limit, async (t) => {
  const log = watch(t, 'request.error');
  const listener = net.createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address();
  listener.close();
  await once(listener, 'close');
  const req = http.get({ host: '127.0.0.1', port });
  const [error] = await once(req, 'error');
  assert.strictEqual(error.code, 'ECONNREFUSED');
  assert.deepStrictEqual(log, [['request.error', { request: req, error }]]);
});

test('the making of a request is published', {
  ...limit,
  skip: newerThanHost(22, 12),
}, async (t) => {
  const log = watch(t, 'request.created', 'request.start');
  const options = await serve(t, (req, res) => res.end(req.headers['x-trace']));
  // Tracing tools add their header fields here.
  dc.subscribe('http.client.request.created', addTrace);
  t.after(() => dc.unsubscribe('http.client.request.created', addTrace));
  const req = http.get(options);
  assert.deepStrictEqual(log[0], ['request.created', { request: req }]);
  const [res] = await once(req, 'response');
  let text = '';
  for await (const chunk of res) text += chunk;
  assert.strictEqual(text, 'traced');
  assert.deepStrictEqual(namesOf(log), ['request.created', 'request.start']);
});

function addTrace({ request }) {
  request.setHeader('X-Trace', 'traced');
}
