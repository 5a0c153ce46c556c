'use strict';
// A program's own `_addHeaderLine`, `_addHeaderLines` and `_addHeaderLineDistinct` hear of what Node's would
// hear of, when they would.
const assert = require('node:assert');
const { once } = require('node:events');
const nodeHttp = require('node:http');
const { test } = require('node:test');
const { listening } = require('../support/listening');
const http = require('../support/subject');

const limit = { timeout: 60_000 };

/** A class of messages that notes what it is told, and adds some fields by other names. */
function noting({ IncomingMessage }, log, renamed = []) {
  return class extends IncomingMessage {
    _addHeaderLines(lines, count) {
      log.push(`lines ${count} ${this.complete} ${this.method} ${this.url}`);
      super._addHeaderLines(lines, count);
    }

    _addHeaderLine(name, value, fields) {
      log.push(`line ${name}`);
      super._addHeaderLine(renamed.includes(name) ? `x-${name}` : name, value, fields);
    }

    _addHeaderLineDistinct(name, value, fields) {
      log.push(`distinct ${name}`);
      super._addHeaderLineDistinct(name, value, fields);
    }
  };
}

/** What the server's own class of messages, and its listeners, hear of a request. */
async function served(t, subject, { renamed, ...options }) {
  const log = [];
  const server = subject.createServer({ IncomingMessage: noting(subject, log, renamed) });
  for (const event of ['request', 'checkContinue', 'checkExpectation'])
    server.on(event, (req, res) => {
      log.push(event);
      req.on('end', () => {
        log.push('end');
        log.push(Object.keys({ ...req.headers, ...req.trailers, ...req.headersDistinct }));
        res.end();
      });
      req.resume();
    });
  const { port } = (await listening(t, server)).address();
  const req = nodeHttp.request({ port, host: '127.0.0.1', agent: false, ...options });
  if (options.method === 'POST') req.addTrailers({ 'x-trailer': 'b' });
  req.end();
  const [res] = await once(req, 'response');
  log.push(res.statusCode);
  res.resume();
  await once(res, 'close');
  return log;
}

for (const [title, options] of Object.entries({
  'a request': { headers: { 'x-a': 'b', cookie: 'c' } },
  'trailers, too': { method: 'POST', headers: { 'transfer-encoding': 'chunked', trailer: 'x-b' } },
  'one that waits for 100 Continue': { headers: { expect: '100-continue' } },
  'one that expects something else': { headers: { expect: 'else' } },
  'fields that are added by other names': {
    headers: { expect: 'else', Host: 'a' },
    renamed: ['Host', 'expect'],
  },
}))
  test(title, limit, async (t) => {
    assert.deepStrictEqual(await served(t, http, options), await served(t, nodeHttp, options));
  });

/** What a method that was put on all messages hears of a response that nobody looks at. */
async function answered(t, subject) {
  const { IncomingMessage } = subject;
  const server = nodeHttp.createServer((_req, res) => {
    res.setHeader('Keep-Alive', 'timeout=7');
    res.end();
  });
  const { port } = (await listening(t, server)).address();
  const own = IncomingMessage.prototype._addHeaderLine;
  const log = [];
  const agent = new subject.Agent({ keepAlive: true, timeout: 6000 });
  t.after(() => {
    IncomingMessage.prototype._addHeaderLine = own;
    agent.destroy();
  });
  IncomingMessage.prototype._addHeaderLine = function (name, value, fields) {
    if (this.method === null) log.push(this.socket ? name : `${name} at the end`);
    own.call(this, name, name === 'Keep-Alive' ? 'timeout=3' : value, fields);
  };
  const req = subject.get({ port, host: '127.0.0.1', agent });
  const [res] = await once(req, 'response');
  log.push('response');
  res.resume();
  const [socket] = await once(agent, 'free');
  log.push(socket.timeout);
  IncomingMessage.prototype._addHeaderLine = own;
  return log.filter((name) => !/^(Date|Connection)/.test(name));
}

test('a response, whose Keep-Alive counts as it was added', limit, async (t) => {
  const expected = await answered(t, nodeHttp);
  assert.ok(expected.includes('Keep-Alive at the end') && expected.at(-1) < 6000);
  assert.deepStrictEqual(await answered(t, http), expected);
});
