'use strict';
// HTTP's listeners on a server's socket stand where Node's stand among those of users, also when somebody has looked
// at the socket's handle, from which on HTTP goes over a stream.
const assert = require('node:assert');
const { once } = require('node:events');
const nodeHttp = require('node:http');
const net = require('node:net');
const { test } = require('node:test');
const http = require('../support/subject');
const { turn } = require('../support/events');

const limit = { timeout: 60_000 };
const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
const POST = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\npart';
const EVENTS = ['close', 'data', 'drain', 'end', 'error', 'timeout'];

/** The listeners of each event: 'http', or the name that a user's has. */
const placesOf = (socket) =>
  EVENTS.map((event) => [event, ...socket.rawListeners(event).map((f) => f.user ?? 'http')]);

/** Listens as a user. */
function listenAs(user, log, socket, events, method = 'on') {
  for (const event of events) {
    const listener = () => log.push(`${user} ${event}`);
    listener.user = user;
    socket[method](event, listener);
  }
}

/** What is heard of a connection that ends so, and how listeners stand. */
async function heard(t, { createServer }, { head, end, reads }) {
  const log = [];
  const server = createServer((req, res) => {
    const { socket } = req;
    const events = ['close', 'drain', 'end', 'error', 'timeout', ...(reads ? ['data'] : [])];
    listenAs('behind', log, socket, events);
    listenAs('before', log, socket, reads ? ['close', 'data'] : ['close'], 'prependListener');
    assert.ok(socket._handle);
    listenAs('later', log, socket, ['close', 'end', 'error']);
    log.push(placesOf(socket));
    for (const event of ['aborted', 'close', 'end', 'error'])
      req.on(event, () => log.push(`request ${event}`));
    for (const event of ['finish', 'close']) res.on(event, () => log.push(`response ${event}`));
    setImmediate(end, { client, log, req, res, socket });
  });
  server.on('clientError', (error, socket) => {
    log.push(`clientError ${error.code ?? error.message}`);
    socket.destroy();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const client = net.connect(server.address().port, '127.0.0.1');
  client.on('error', () => {});
  client.resume();
  client.write(head);
  const [{ socket }] = await once(server, 'request');
  await once(client, 'close');
  while (!socket.destroyed) await turn();
  for (let i = 0; i < 3; i++) await turn();
  return log;
}

const ENDS = {
  'the client goes away': ({ client }) => client.destroy(),
  'the program destroys it': ({ socket }) => socket.destroy(new Error('of its own')),
  'it is answered, and then the client ends it': ({ client, res }) => {
    client.once('data', () => client.end());
    res.end('answered');
  },
  'another request follows': ({ client, log, res, socket }) => {
    if (client.isSecond) {
      log.push(placesOf(socket));
      client.end();
      return;
    }
    client.isSecond = true;
    res.end('answered');
    client.once('data', () => client.write(GET));
  },
};

for (const [how, end] of Object.entries(ENDS))
  for (const [what, head] of Object.entries({ GET, POST }))
    for (const reads of [false, true]) {
      if (what === 'POST' && how.startsWith('another')) continue;
      const title = `${what}: ${how}${reads ? ', and the program reads the socket, too' : ''}`;
      test(title, limit, async (t) => {
        const expected = await heard(t, nodeHttp, { head, end, reads });
        assert.deepStrictEqual(await heard(t, http, { head, end, reads }), expected);
      });
    }
